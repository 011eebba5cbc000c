"""The command `animformer`. Our packages have names that others have too: here they are found before any others are."""

import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOMS = ("model", "scenes", "studio")


def main() -> None:
    """Runs the command line; exits with 1 if another package is there in the place of one of ours."""
    sys.path.insert(0, str(HERE))         # worker processes begin with the same path
    for name in ROOMS:
        found = find_spec(name).origin or ""
        if found != str(HERE / name / "__init__.py"):
            sys.exit(f"failed: {found} is loaded already, in the place of {HERE / name}; start animformer where nothing else is")
    try:
        from studio.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()
