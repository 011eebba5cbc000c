"""Decks: one slide a step, for the programs that people speak with."""

import time
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from scenes.base.spec import SceneSpec
from studio.errors import Problem, UserError
from studio.output.deck.slides import deck
from studio.output.narration import narrated
from studio.output.result import Result
from studio.progress import SILENT, Progress
from studio.read.spec import FilmSpec
from studio.render.cache import Cache
from studio.render.quality import Quality
from studio.store import files

FILES = {"pptx": "deck.pptx", "html": "deck.html", "pdf": "deck.pdf", "manim-slides": "slides/deck.json"}   # what each kind is called


def make_deck(target: SceneSpec | FilmSpec, quality: Quality, out: Path, workers: int | str, progress: Progress = SILENT,
              cache: Cache | None = None, kinds: Sequence[str] = ("pptx",), titles: bool = False, loop: bool = False,
              template: Path | None = None, each: int = 4, allow_commands: bool = False) -> Result:
    """Makes decks of all that is wanted of a scene or film, of one or more kinds of FILES. A file appears when it is whole.

    titles: captions on the slides; loop: clips begin again when they end; template: a .pptx whose look is taken; each: how many
    pictures a page of the handout has; allow_commands: whether a program may be the narrator. Raises UserError, before anything is
    rendered, if one of them could not be made.
    """
    began = time.monotonic()
    if "pptx" in kinds and not find_spec("pptx"):
        hint = "install the extra [slides]: .venv/bin/pip install -e '.[slides]'"
        raise UserError([Problem("PowerPoint files need python-pptx", "--to", kind="no-extra", hint=hint)])
    writers = {kind: import_module(f"studio.output.deck.{kind.replace('-', '_')}").write for kind in kinds}
    paths = {kind: out / FILES[kind] for kind in kinds}
    files.check_writable(out, paths.values())
    ways = {"pptx": {"template": template and import_module("studio.output.deck.pptx").opened(template)}, "pdf": {"each": each}}
    target = narrated(target, quality.fps, out, cache and cache.store, allow_commands)
    made, counts = deck(target, quality, workers, progress, cache, titles, loop)
    for kind, path in paths.items():
        with files.atomic(path) as partial_file:
            writers[kind](made, partial_file, **ways.get(kind, {}))
    return Result(tuple(paths.values()), *counts, time.monotonic() - began)
