"""A film that knows nothing of animformer, by its camera and encoder: `python -m tests.bench.plain FILE QUALITY`."""

import sys
from pathlib import Path
from types import SimpleNamespace

from studio.render.alone import prepare

prepare()

from studio.render.quality import QUALITIES  # noqa: E402
from studio.render.worker import Job, render_step  # noqa: E402
from tests.bench.scenes.in_manim import Film  # noqa: E402


class Plain(Film):
    """The film as a scene of one step, in manim's frame."""

    frame = SimpleNamespace(whole=SimpleNamespace(width=128 / 9, height=8))

    def construct(self):
        self.renderer.begin("film")
        super().construct()
        self.renderer.end("film")

    def caption(self, step: str) -> str:
        """None."""
        return ""


if __name__ == "__main__":
    clip = render_step(Job("plain", "film", lambda renderer, _: Plain(renderer=renderer), QUALITIES[sys.argv[2]]))
    Path(sys.argv[1]).write_bytes(clip.movie)
