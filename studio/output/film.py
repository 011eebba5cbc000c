"""Films, scenes and steps as files: taken from the cache or rendered in the farm, put together, described."""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache as remembered
from pathlib import Path

from scenes.base.spec import CardSpec, SceneSpec
from studio.output import describe, spoken
from studio.output.assemble import concatenate, is_made_of
from studio.output.captions import subrip, webvtt
from studio.output.clips import made
from studio.output.extras import Extras
from studio.output.narration import narrated
from studio.output.result import Result, numbered
from studio.plan.film import burning, parts_of
from studio.progress import SILENT, Progress
from studio.read.spec import FilmSpec
from studio.render.cache import Cache, Entry
from studio.render.format import Format
from studio.render.formats import formats
from studio.render.job import MP4
from studio.render.order import Order, order_of
from studio.render.quality import Quality
from studio.store import files
from studio.store.digest import digest_of, digest_of_file
from studio.store.reel import Reel

NUMBERED = re.compile(r"\d{2,}-(\w+)")


def render_film(target: SceneSpec | FilmSpec, quality: Quality, out: Path, workers: int | str,
                progress: Progress = SILENT, cache: Cache | None = None, captions: str | None = None, formats: Sequence[Format] = (MP4,),
                allow_commands: bool = False) -> Result:
    """Makes what is wanted of a scene or film, with pictures and descriptions beside the videos, and the voice of its narrator.

    `out/clips/SCENE/01-STEP.mp4` for each step, or one file in each format; if MP4 is one of them `out/scenes/SCENE.mp4` for each
    scene that is wanted whole, and `out/film.mp4` for a film. A file appears when it is whole, an older one stays until then; one
    that is right already is not written again.
    workers: as for `farm.run`. cache: where clips are that need not be rendered. captions: `burned` into the picture, as
    a subtitle `track` of all videos, or `none`; None is `burned`, and for a film subtitles as well, which a player shows when it is told
    to. allow_commands: whether a program may be the narrator.
    Raises UserError, before anything is rendered, if `out` cannot be written to, or the narrator cannot speak; RenderError if a step
    fails: the others are done nevertheless.
    """
    began = time.monotonic()
    target = narrated(target, quality.fps, out, cache and cache.store, allow_commands)
    production = _Production(burning(target, captions in (None, "burned")), quality, out, captions, formats)
    files.check_writable(out, production.files())
    files.sweep({path.parent: None for path in production.files()})
    with closing(Reel(out)) as production.reel:
        rendered = made(production.orders(), workers, production.publish, production.digests, progress, cache)
        production.publish_film()
    frames = sum(clip.frames for clip in production.clips.values())
    cached = len(wanted_of(target, formats)) - rendered
    return Result(tuple(production.files()), frames, rendered, cached, time.monotonic() - began)


def wanted_of(target: SceneSpec | FilmSpec, formats: Sequence[Format] = (MP4,)) -> list[tuple[SceneSpec | CardSpec, str, Format]]:
    """All clips that are wanted of a scene or film: of what, which step, in which format. Cards are for films, which are MP4s."""
    return [(part, step, format) for part in parts_of(target) for step in part.wanted for format in formats
            if format == MP4 or isinstance(part, SceneSpec)]


class _Production:
    """A render under way: which files there will be, and by `scene/step` the clips that are done.

    MP4s are on a reel: whoever else writes to the same folders, a film is made of its own clips. marks: what they are known by there.
    """

    reel: Reel

    def __init__(self, target: SceneSpec | FilmSpec, quality: Quality, out: Path, captions: str | None,
                 formats: Sequence[Format]):
        self.target, self.quality, self.out, self.captions, self.formats = target, quality, out, captions, formats
        self.parts = parts_of(target)
        self.scenes = {spec.name: spec for spec in self.parts if isinstance(spec, SceneSpec)}
        self.clips: dict[str, Entry] = {}
        self.marks: dict[str, str] = {}
        self.digests = remembered(lambda scene: describe.digests(self.scenes[scene]) if scene in self.scenes else {})

    def orders(self) -> Iterator[Order]:
        """An order for each clip, in the order they play."""
        for spec, step, format in wanted_of(self.target, self.formats):
            yield order_of(spec, step, self.quality, format)

    def files(self) -> Iterator[Path]:
        """All files there will be."""
        suffixes = dict.fromkeys((*(format.suffix for format in self.formats), ".png", ".json"))
        if self._is_film():
            yield from _with(self._film(), ".json", *(suffix for _, suffix in self._subtitle_files()))
        for spec in self.scenes.values():
            if _whole(spec) and MP4 in self.formats:
                yield from _with(self._scene(spec), ".json")
            for step in spec.wanted:
                yield from map(self._clip(spec, step).with_suffix, suffixes)

    def publish(self, order: Order, entry: Entry) -> None:
        """Writes the files of a clip, and of its scene if that is now complete."""
        spec, name = order.spec, f"{order.scene}/{order.step}"
        if order.format == MP4:
            self.marks[name] = self.reel.add(entry.movie)
        self.clips[name] = replace(entry, movie=b"", picture=b"")
        if isinstance(spec, CardSpec):
            return
        self._publish_clip(order, entry)
        if not _whole(spec):
            return
        if order.format == MP4 and all(name in self.marks for name in _names(spec)):
            described = describe.scene(spec, self.clips, self.quality)
            self._put_together(_names(spec), self._scene(spec), described)
            self._describe(self._scene(spec), described)
        if all(name in self.clips for name in _names(spec)):
            self._remove_stale(spec)

    def _publish_clip(self, order: Order, entry: Entry) -> None:
        path = self._clip(order.spec, order.step).with_suffix(order.format.suffix)
        described = describe.clip(order.spec, order.step, self.clips, self.quality)
        if order.format == MP4 and self._extras(described):
            self._put_together([f"{order.scene}/{order.step}"], path, described)
        else:
            files.write(path, entry.movie)
        files.write(path.with_suffix(".png"), entry.picture)
        self._describe(path, described)

    def publish_film(self) -> None:
        """Writes the film, if it is one, out of its clips."""
        if self._is_film():
            described = describe.film(self.target.title, self.parts, self.clips, self.quality)
            self._put_together([name for spec in self.parts for name in _names(spec)], self._film(), described)
            self._describe(self._film(), described)
            for language, suffix in self._subtitle_files():
                written = subrip if suffix.endswith(".srt") else webvtt
                cues = spoken.subtitles(described, self.scenes, language)
                files.write(self._film().with_suffix(suffix), written(cues).encode())

    def _subtitle_files(self) -> list[tuple[str, str]]:
        """The files beside the film that say what is read: the language and the suffix of each."""
        found = {} if self.captions == "none" else spoken.languages(self.parts[0])
        return [(language, f".{code}{suffix}") for code, language in found.items() for suffix in (".srt", ".vtt")]

    def _extras(self, described: dict) -> Extras:
        """What a video holds beside its pictures."""
        tracks = self.captions == "track" or self.captions is None and "scenes" in described
        return spoken.extras(described, self.scenes, tracks, shown=self.captions == "track")

    def _put_together(self, names: Sequence[str], path: Path, described: dict) -> None:
        """Writes clips as one video, unless it is there already."""
        extras = self._extras(described)
        sounds = [digest_of_file(sound.path) for sound in extras.sounds]
        made_of = [*(self.marks[name] for name in names), described["title"], repr(extras), *sounds]
        mark = f"animformer {digest_of(made_of)}"
        if not is_made_of(path, mark):
            concatenate((self.reel.open(self.marks[name]) for name in names), path, mark, extras, described["title"])

    def _remove_stale(self, spec: SceneSpec) -> None:
        """Removes the clips of steps that are no longer in the scene, known by what their description says."""
        current = {numbered(spec, step) for step in spec.steps}
        for described in self._clip(spec, spec.steps[0]).parent.glob("*.json"):
            match = NUMBERED.fullmatch(described.stem)
            if match and described.stem not in current and describe.is_of(described, f"{spec.name}/{match[1]}"):
                for suffix in (*(f".{name}" for name in formats()), ".json"):              # last what they are known by
                    described.with_suffix(suffix).unlink(missing_ok=True)

    def _describe(self, path: Path, described: dict) -> None:
        files.write(path.with_suffix(".json"), describe.to_json(described))

    def _is_film(self) -> bool:
        return isinstance(self.target, FilmSpec) and MP4 in self.formats

    def _film(self) -> Path:
        return self.out / f"{self.target.name}.mp4"

    def _scene(self, spec: SceneSpec) -> Path:
        return self.out / "scenes" / f"{spec.name}.mp4"

    def _clip(self, spec: SceneSpec, step: str) -> Path:
        return self.out / "clips" / spec.name / f"{numbered(spec, step)}.mp4"


def _whole(spec: SceneSpec) -> bool:
    return spec.wanted == spec.steps


def _names(spec: SceneSpec) -> list[str]:
    return [f"{spec.name}/{step}" for step in spec.steps]


def _with(path: Path, *suffixes: str) -> tuple[Path, ...]:
    return path, *map(path.with_suffix, suffixes)
