"""The studio: from a YAML file to a video. The only room that touches files, processes and the command line."""

import contextlib
import os
import tempfile
from pathlib import Path

from studio.fonts import use_project_fonts


def _import_manim_alone() -> None:
    """manim does what the `manim.cfg` of this folder and of the home say as it is imported: then let it find none.

    It also insists on a home, which not every user of a container has.
    """
    home = Path(os.path.expanduser("~/.config/manim/manim.cfg"))
    if home.is_absolute() and not home.exists() and not Path("manim.cfg").exists():
        return
    from unittest import mock  # slow to import, and seldom needed

    with tempfile.TemporaryDirectory() as empty, contextlib.chdir(empty), mock.patch.dict(os.environ, HOME=empty):
        import manim  # noqa: F401


use_project_fonts()
_import_manim_alone()
