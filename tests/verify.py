"""Draws a film as it is done and whole, and compares every byte of every picture: `python -m tests.verify --help`."""

import argparse
import sys
import time
from dataclasses import replace
from functools import partial

import numpy as np
from allpairspy import AllPairs
from manim import Mobject

from scenes.base.spec import CardSpec, SceneSpec
from studio.plan import card, staging
from studio.plan.film import parts_of
from studio.read.assets import themes
from studio.read.spec import load
from studio.read.words import languages
from studio.render import worker
from studio.render.camera import FastCamera
from studio.render.canvas import Canvas, DirtyCanvas
from studio.render.convert import Converter, converter
from studio.render.manim_settings import settings
from studio.render.quality import QUALITIES, Quality
from studio.render.worker import EVERY, StepRenderer

SENTENCES = ("", "the old dog runs", "a small cat sees the dog", "the red bird sings", "the cat sleeps because it was tired")


class Unlike(AssertionError):
    """A picture is not the one that is drawn whole."""


class VerifiedCanvas(DirtyCanvas):
    """Draws every picture whole as well. Raises Unlike if they differ, or if it is not known where the picture has changed."""

    def __init__(self, camera: FastCamera):
        super().__init__(camera)
        self.pictures, self.whole = 0, Canvas(FastCamera())

    def lay(self, mobjects: list[Mobject]) -> None:
        super().lay(mobjects)
        for name in ("background", "frame_width", "frame_height"):
            setattr(self.whole.camera, name, getattr(self.camera, name))
        self.whole.lay(mobjects)

    def draw(self, mobjects: list[Mobject]) -> None:
        super().draw(mobjects)
        self.whole.draw(mobjects)
        self.pictures += 1
        _compare(self.pixels, self.whole.pixels, "pixels")
        if self.changed != self.whole.changed:
            raise Unlike(f"changed where {self.changed}, not {self.whole.changed}")


def _compare(found: np.ndarray, expected: np.ndarray, what: str) -> None:
    different = np.argwhere(found != expected)[:, :2]
    if len(different):
        (top, left), (bottom, right) = different.min(0), different.max(0)
        raise Unlike(f"{len(different)} {what} differ, from ({left}, {top}) to ({right}, {bottom})")


def verify(spec: SceneSpec | CardSpec, quality: Quality) -> int:
    """Draws and converts all steps of a scene or card. Returns the number of pictures. Raises Unlike, with the step and the picture."""
    parts, whole = converter(quality.width, quality.height), Converter(quality.width, quality.height)

    def take(step: str, pixels: np.ndarray, repeat: int) -> None:
        converted = parts.convert(pixels, renderer.canvas.changed)
        _compare(converted.to_ndarray(), whole.convert(pixels, []).to_ndarray(), "converted samples")

    with settings(quality):
        renderer = StepRenderer(quality, dict.fromkeys(spec.steps, EVERY), take)
        renderer.canvas = VerifiedCanvas(renderer.camera)
        try:
            worker._run(partial(card.build if isinstance(spec, CardSpec) else staging.build, spec), renderer)
        except Unlike as error:
            raise Unlike(f"{spec.name}/{renderer.step}, picture {renderer.canvas.pictures}: {error}") from error
    return renderer.canvas.pictures


def main() -> None:
    """Goes on whatever differs, and says all of it; ends with 1 if anything does."""
    options = _options()
    quality = QUALITIES[options.quality]
    quality, wrong = replace(quality, fps=options.fps or quality.fps), 0
    cases = AllPairs([languages(), themes(), SENTENCES]) if options.all else [[]]
    for values in cases:
        said = [f"{key}={value}" for key, value in zip(("language", "theme", "sentence"), values, strict=False) if value]
        began, pictures = time.process_time(), 0
        for target in options.targets:
            for spec in parts_of(load(target, [*said, *options.set])):
                try:
                    pictures += verify(spec, quality)
                except Unlike as error:
                    print(f"{target} {' '.join(said)}: {error}", flush=True)
                    wrong += 1
        print(f"{' '.join((*options.targets, *said))}: {pictures} pictures, {time.process_time() - began:.0f} s", flush=True)
    sys.exit(bool(wrong))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.verify", description=__doc__)
    parser.add_argument("targets", nargs="*", default=["film"], help="films, scenes (default: film)")
    parser.add_argument("-q", "--quality", default="1080p", help="as for animformer render (default: 1080p)")
    parser.add_argument("--fps", type=int, help="frames a second, if not those of the quality")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="as for animformer render")
    parser.add_argument("--all", action="store_true", help="with all pairs of languages, themes and five sentences")
    return parser.parse_args()


if __name__ == "__main__":
    main()
