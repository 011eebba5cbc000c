"""manim and fontconfig as they came out of the box, whatever the user's folder, home and system say to them."""

import contextlib
import os
import tempfile
from functools import cache
from pathlib import Path

from studio.read.fonts import use_project_fonts


@cache
def prepare() -> None:
    """Makes this process see our fonts alone, and imports manim, if it has to be, where no settings are found.

    Has to be called before anything imports manim, which does what the `manim.cfg` of this folder and of the home say, and which
    insists on a home, which not every user of a container has.
    """
    use_project_fonts()
    home = Path(os.path.expanduser("~/.config/manim/manim.cfg"))
    if home.is_absolute() and not home.exists() and not Path("manim.cfg").exists():
        return
    from unittest import mock  # slow to import, and seldom needed

    with tempfile.TemporaryDirectory() as empty, contextlib.chdir(empty), mock.patch.dict(os.environ, HOME=empty):
        import manim  # noqa: F401
