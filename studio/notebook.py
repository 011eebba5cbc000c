"""Clips in a notebook: `from studio.notebook import show`, then `show("qkv/blend")` in a cell.

What is shown is in the notebook itself: it is still there when that is saved, sent to somebody, made into a page by nbconvert or
Jupyter Book, or printed, where its last frame stands.
"""

import base64
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from studio.errors import Problem, UserError
from studio.render.alone import prepare

KINDS = {"mp4": "video", "webm": "video", "gif": "image", "png": "image", "webp": "image"}      # what a browser shows
STYLE = "max-width: 100%; height: auto"


@dataclass(frozen=True, repr=False)
class Shown:
    """What a cell shows. data: a file in a format; picture: its last frame as PNG; said: its captions; loop: whether it begins again; heard: whether it
    has a sound, which a browser may keep silent until it is played."""

    data: bytes
    format: str
    picture: bytes
    said: str
    loop: bool
    heard: bool = False

    def __repr__(self) -> str:
        return f"{self.said} ({self.format}, {len(self.data) / 1000:.0f} kB)"

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        """What Jupyter asks for."""
        return {"text/html": self._html(), "image/png": base64.b64encode(self.picture).decode(), "text/plain": repr(self)}

    def _html(self) -> str:
        kind = KINDS[self.format]
        source = f"data:{kind}/{self.format};base64,{base64.b64encode(self.data).decode()}"
        if kind == "image":
            return f'<img style="{STYLE}" alt="{escape(self.said)}" src="{source}">'
        silent, loop = "" if self.heard else " muted", " loop" if self.loop else ""
        return f'<video style="{STYLE}" controls autoplay{silent} playsinline{loop} aria-label="{escape(self.said)}" src="{source}"></video>'


def show(target: str, format: str = "mp4", quality: str = "720p", loop: bool = False, compact: bool = True, **keys: Any) -> Shown:
    """A step, a scene or a film, for the cell whose last line this is.

    target: as for `animformer render`. format: of it, `png` for a still; other than MP4 of single steps only. quality, compact: as `-q`
    and `--compact` have it; what is shown is saved with the notebook. keys: of the YAML, which go over it: `sentence="the old dog runs"`,
    `language="zh"`, `model={"seed": 1}`.
    Raises UserError if something is wrong with any of them.
    """
    prepare()                             # before what follows imports numpy and manim
    from studio.output.film import render_film, wanted_of
    from studio.plan.film import frame_of, loaded, scenes_of
    from studio.render.cache import Cache
    from studio.render.formats import chosen
    from studio.render.quality import parse

    formats = chosen([format])
    (spec,) = loaded([target], [*_overrides(keys)])
    clips = wanted_of(spec, formats)
    if format not in KINDS:
        raise UserError([Problem(f"no browser shows {format}", "format", kind="format", hint=f"these are shown: {', '.join(KINDS)}")])
    if format != "mp4" and len(clips) != 1:
        steps = ", ".join(f"{part.name}/{step}" for part, step, _ in clips)
        raise UserError([Problem(f"{format} is of one step at a time", target, kind="many", hint=f"name one of {steps}")])
    heard = any(scene.narrator or scene.voice for scene in scenes_of(spec))
    with tempfile.TemporaryDirectory(prefix="animformer-") as folder:
        # In this process: a notebook is no module that others could import.
        made = render_film(spec, parse(quality, None, frame_of(spec), compact), Path(folder), 1, cache=Cache(), formats=formats)
        return Shown(made.files[0].read_bytes(), format, _last(made.files).read_bytes(), " ".join(_captions(made.files)), loop, heard)


def _overrides(keys: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Keys as `--set` has them: `model.seed=1`."""
    for key, value in keys.items():
        if isinstance(value, Mapping):
            yield from _overrides(value, f"{path}{key}.")
        else:
            yield f"{path}{key}={value if isinstance(value, str) else json.dumps(value)}"


def _last(files: Iterable[Path]) -> Path:
    return [file for file in files if file.suffix == ".png"][-1]


def _captions(files: Iterable[Path]) -> Iterator[str]:
    described = json.loads(next(file for file in files if file.suffix == ".json").read_bytes())
    for scene in described.get("scenes", [described]):
        yield from (step["caption"] for step in scene["steps"])
