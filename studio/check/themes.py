"""What is hard to see in a theme, found out once."""

from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from studio import errors
from studio.errors import Problem
from studio.read import assets
from studio.read.folders import SCENES
from studio.store.kept import kept

CONTRAST = Path(__file__).with_name("contrast.py"), Path(errors.__file__), SCENES / "base/colour.py"


def hard_to_see(name: str) -> list[Problem]:
    """What is hard to read or to tell apart in the theme of that name or path. Raises what `assets.theme` raises."""
    theme = assets.theme(name)
    found = kept(lambda: _found(theme), theme.colours, theme.stops, version("coloraide"), *CONTRAST)
    return [Problem(**each | {"where": assets.place(each["path"], name)}) for each in found]


def _found(theme) -> list[dict[str, str]]:
    from studio.check import contrast  # computes colours, which is slow to start

    return [asdict(problem) for problem in contrast.problems(theme)]
