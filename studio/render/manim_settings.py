"""manim as it came out of the box: what the user's folder and home say to it must not change a pixel."""

import tempfile
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import manim
from manim import config, tempconfig
from manim._config import ManimConfig

from studio.render.quality import Quality


@cache
def _factory() -> ManimConfig:
    parser = ConfigParser()
    parser.read(Path(manim.__file__).with_name("_config") / "default.cfg", encoding="utf-8")
    return ManimConfig().digest_parser(parser)


@cache
def _media() -> tempfile.TemporaryDirectory:
    """Where manim keeps the equations it has set. A folder for each process: manim's writes there are not atomic."""
    return tempfile.TemporaryDirectory(prefix="animformer-")


@contextmanager
def settings(quality: Quality) -> Iterator[None]:
    """Within this, manim draws at a quality and leaves nothing behind: no log lines, no progress bars, no media folders."""
    with tempconfig({}):
        config.update(_factory())
        config.update({
            "dry_run": True, "disable_caching": True, "progress_bar": "none", "verbosity": "ERROR", "seed": 0,
            "media_dir": _media().name, "frame_rate": quality.fps,
            "pixel_width": quality.width, "pixel_height": quality.height,
        })
        yield
