"""Storyboards: stills of every step, film strips of every step, and one sheet of all."""

import io
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from scenes.base.spec import SceneSpec
from studio.plan.film import scenes_of
from studio.read.fonts import font_files
from studio.output.film import Progress, Result, numbered
from studio.render import farm
from studio.render.quality import Quality
from studio.read.spec import FilmSpec
from studio.render.order import StripOrder, carrying, make_strip, strips_of
from studio.store import files

COLUMNS, THUMBNAIL, GAP, LABEL = 3, 640, 16, 20   # pixels, but for the columns
STRIP_COLUMNS = 4
PAPER, INK = (24, 24, 27), (228, 228, 231)


def make_storyboard(target: SceneSpec | FilmSpec, quality: Quality, out: Path, workers: int | str, n_pictures: int = 1,
                    progress: Progress = lambda *_: None) -> Result:
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
                files.write(Path(f"{place}.strip.png"), _png(_grid(_opened(frames), [""] * len(frames), STRIP_COLUMNS)))
            stills[f"{job.scene}/{step}"] = _opened(frames[-1:])[0]
            progress(f"{job.scene}/{step}")

    farm.run(make_strip, jobs, workers, on_done)
    names = [f"{spec.name}/{step}" for spec in specs.values() for step in spec.wanted]
    files.write(sheet, _png(_grid([stills[name] for name in names], names, COLUMNS)))
    return Result((sheet, *map(Path, paths)), len(names) * n_pictures, len(names), 0, time.monotonic() - began)


def _place(out: Path, spec: SceneSpec, step: str) -> str:
    return str(out / "storyboard" / spec.name / numbered(spec, step))


def _grid(pictures: Sequence[Image.Image], labels: Sequence[str], columns: int) -> Image.Image:
    """Thumbnails in rows, each with its label below."""
    columns = min(columns, len(pictures))
    height = round(THUMBNAIL * pictures[0].height / pictures[0].width)
    line = 2 * LABEL if any(labels) else 0
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * (THUMBNAIL + GAP) + GAP, rows * (height + line + GAP) + GAP), PAPER)
    draw = ImageDraw.Draw(sheet)
    for number, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        row, column = divmod(number, columns)
        x, y = GAP + column * (THUMBNAIL + GAP), GAP + row * (height + line + GAP)
        sheet.paste(picture.resize((THUMBNAIL, height), Image.Resampling.LANCZOS), (x, y))
        file = font_files()[0 if label.isascii() else -1]       # the last one has Chinese, if any has
        draw.text((x, y + height + LABEL / 2), label, INK, ImageFont.truetype(str(file), LABEL))
    return sheet


def _opened(pictures: Sequence[bytes]) -> list[Image.Image]:
    return [Image.open(io.BytesIO(data)) for data in pictures]


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
