"""What is read and heard beside the pictures of a video, from what its description says of its steps."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from scenes.base.spec import SceneSpec
from studio.output.captions import Cue, cues
from studio.output.extras import Chapter, Extras, Sound, Track
from studio.plan.film import translated
from studio.read import words

Described = Mapping[str, Any]
Scenes = Mapping[str, SceneSpec]


def languages(spec: SceneSpec) -> dict[str, str]:
    """The languages of the subtitles, the scene's own first: what each is called, and its name or file."""
    return {words.code(language): language for language in (spec.language, *words.languages())}


def subtitles(described: Described, scenes: Scenes, language: str) -> list[Cue]:
    """What is read in a video in a language, as cues: the captions, or where a narrator speaks that language, what is heard, as it is."""
    return [cue for spec, step in _steps(described, scenes) for cue in _cues(spec, step, language)]


def _cues(spec: SceneSpec, step: Described, language: str) -> Iterator[Cue]:
    start, end, voice = step["start"], step["end"], spec.voice.get(_name(step))
    if not voice or not voice.said or words.code(language) != words.code(spec.language):
        yield from cues(start, end, translated(spec, _name(step), step["caption"], language))
        return
    begins = [start, *(start + sentence.start for sentence in voice.said[1:])]
    for sentence, begin, next_one in zip(voice.said, begins, [*begins[1:], end], strict=True):
        *first, last = cues(begin, min(start + sentence.end, next_one), sentence.text)
        yield from (*first, replace(last, end=next_one))


def extras(described: Described, scenes: Scenes, tracks: bool, shown: bool) -> Extras:
    """What a video holds beside its pictures: the scenes of a film as chapters, subtitles if there are tracks, voices."""
    said = languages(next(iter(scenes.values()))) if tracks else {}
    return Extras(
        seconds=described["seconds"], shown=shown, chapters=_chapters(described),
        tracks=[Track(words.alpha3(code), subtitles(described, scenes, said[code])) for code in said],
        sounds=[Sound(Path(spec.voice[_name(step)].path), step["start"])
                for spec, step in _steps(described, scenes) if _name(step) in spec.voice],
    )


def _chapters(described: Described) -> list[Chapter]:
    """Each scene of a film, after its act, from the card before it, if there is one, to the next."""
    scenes = described.get("scenes", ())
    starts = [scene["opens"] if place else 0.0 for place, scene in enumerate(scenes)]
    return [Chapter(" · ".join(filter(None, (scene["act"], scene["title"]))), start, end)
            for scene, start, end in zip(scenes, starts, [*starts[1:], described["seconds"]], strict=False)]


def _steps(described: Described, scenes: Scenes) -> Iterator[tuple[SceneSpec, Described]]:
    for scene in described.get("scenes", [described]):
        for step in scene["steps"]:
            yield scenes[scene["id"]], step


def _name(step: Described) -> str:
    return step["id"].partition("/")[2]
