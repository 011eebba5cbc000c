"""manim, fontconfig and the library under numpy as they shall be, whatever the user's folder, home and system say to them."""

import contextlib
import os
import tempfile
from functools import cache

from studio.read.fonts import use_project_fonts

# A matrix product here is small, and one on every core in each of many processes only waits for the others: an experiment takes
# fifteen times as long. And sums are added in one order, whatever the machine.
ONE_CORE = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")


def prepare() -> None:
    """Makes this process see our fonts alone and multiply on one core, and imports manim, if it has to be, where no settings are found.

    Has to be called before anything imports numpy, or manim, which does what the `manim.cfg` of this folder and of the home say, and which
    insists on a home, which not every user of a container has. Has to be called again where the environment has been changed.
    """
    for name, value in ONE_CORE.items():
        os.environ.setdefault(name, value)
    use_project_fonts()
    _import_manim()


@cache
def _import_manim() -> None:
    home = os.path.expanduser("~/.config/manim/manim.cfg")
    if os.path.isabs(home) and not os.path.exists(home) and not os.path.exists("manim.cfg"):
        return
    from unittest import mock  # slow to import, and seldom needed

    # Where there is no room for an empty folder, manim comes later and reads them; whoever draws has its settings put right.
    with contextlib.suppress(OSError), tempfile.TemporaryDirectory() as empty, contextlib.chdir(empty), \
            mock.patch.dict(os.environ, HOME=empty):
        import manim  # noqa: F401
