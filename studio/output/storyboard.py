"""Storyboards: stills of every step, film strips of every step, and one sheet of all."""

import io
import time
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from PIL import Image

from scenes.base.spec import SceneSpec
from scenes.base.words import elided
from studio.errors import visible
from studio.output.result import Result, numbered
from studio.plan.film import scenes_of
from studio.progress import SILENT, Progress
from studio.read import assets
from studio.read.spec import FilmSpec
from studio.read.text import composed
from studio.render import farm
from studio.render.order import StripOrder, carrying, make_strip, strips_of
from studio.render.quality import Quality
from studio.store import files

COLUMNS, THUMBNAIL, GAP, LABEL = 3, 640, 16, 20   # pixels, but for the columns
STRIP_COLUMNS = 4
PAPER, INK = (24, 24, 27), (228, 228, 231)


def make_storyboard(target: SceneSpec | FilmSpec, quality: Quality, out: Path, workers: int | str, n_pictures: int = 1,
                    progress: Progress = SILENT) -> Result:
    """`out/storyboard/SCENE/01-STEP.png`, the last frame of every step, and `out/storyboard.png`, all of them on one sheet.

    n_pictures > 1: also `01-STEP.strip.png`, that many frames evenly across the step. workers: as for `farm.run`.
    Raises what `render_film` raises.
    """
    began = time.monotonic()
    specs = {spec.name: spec for spec in scenes_of(target)}
    sheet = out / "storyboard.png"
    suffixes = (".png", ".strip.png") if n_pictures > 1 else (".png",)
    paths = [_place(out, spec, step) + suffix for spec in specs.values() for step in spec.wanted for suffix in suffixes]
    files.check_writable(out, [sheet, *map(Path, paths)])
    jobs = [strips_of(spec, quality, n_pictures) for spec in specs.values()]
    if isinstance(workers, str):
        jobs = list(map(carrying, jobs))
    stills: dict[str, Image.Image] = {}

    def on_done(job: StripOrder, pictures: dict[str, list[bytes]]) -> None:
        for step, frames in pictures.items():
            place = _place(out, specs[job.scene], step)
            files.write(Path(f"{place}.png"), frames[-1])
            if n_pictures > 1:
                files.write(Path(f"{place}.strip.png"), _png(_grid(_opened(frames), STRIP_COLUMNS)))
            stills[f"{job.scene}/{step}"] = _opened(frames[-1:])[0]
            progress(f"{job.scene}/{step}")

    farm.run(make_strip, jobs, workers, on_done)
    names = [f"{spec.name}/{step}" for spec in specs.values() for step in spec.wanted]
    fonts = [assets.theme(spec.theme, spec.language).fonts for spec in specs.values() for _ in spec.wanted]
    labels = [_written(name, font) for name, font in zip(names, fonts, strict=True)]
    files.write(sheet, _png(_grid([stills[name] for name in names], COLUMNS, labels)))
    return Result((sheet, *map(Path, paths)), len(names) * n_pictures, len(names), 0, time.monotonic() - began)


def _place(out: Path, spec: SceneSpec, step: str) -> str:
    return str(out / "storyboard" / spec.name / numbered(spec, step))


def _grid(pictures: Sequence[Image.Image], columns: int, labels: Sequence[Image.Image] = ()) -> Image.Image:
    """Thumbnails in rows, each with its label below if there are labels."""
    columns = min(columns, len(pictures))
    height = round(THUMBNAIL * pictures[0].height / pictures[0].width)
    line = 2 * LABEL if labels else 0
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * (THUMBNAIL + GAP) + GAP, rows * (height + line + GAP) + GAP), PAPER)
    for number, (picture, label) in enumerate(zip_longest(pictures, labels)):
        row, column = divmod(number, columns)
        x, y = GAP + column * (THUMBNAIL + GAP), GAP + row * (height + line + GAP)
        sheet.paste(picture.resize((THUMBNAIL, height), Image.Resampling.LANCZOS), (x, y))
        if label:
            sheet.paste(INK, (x, y + height), label)
    return sheet


def _written(name: str, fonts) -> Image.Image:
    """A name in one line as wide as a thumbnail, as a mask; what the fonts have not is written as an escape."""
    import cairo

    shown = fonts.legible(composed(visible(name)))
    outline = fonts.outline(elided(shown, lambda text: fonts.outline(text).advance * LABEL <= THUMBNAIL))
    surface = cairo.ImageSurface(cairo.FORMAT_A8, THUMBNAIL, 2 * LABEL)
    context = cairo.Context(surface)
    end = None
    for points in (outline.points * (LABEL, -LABEL) + (0, 1.4 * LABEL)).reshape(-1, 8).tolist():      # curve, its four points
        if points[:2] != end:
            context.move_to(*points[:2])
        context.curve_to(*points[2:])
        end = points[6:]
    context.fill()
    return Image.frombuffer("L", (THUMBNAIL, 2 * LABEL), surface.get_data(), "raw", "L", surface.get_stride(), 1)


def _opened(pictures: Sequence[bytes]) -> list[Image.Image]:
    return [Image.open(io.BytesIO(data)) for data in pictures]


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
