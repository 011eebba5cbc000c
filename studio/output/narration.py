"""A film that tells itself: what a narrator says of every step, before its clips are made.

What is said is the caption that is shown, which only a scene that has played knows, unless the user or the words have something
else for it. A step is held longer only where the voice needs it: all other clips are those of the silent film.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import ceil
from pathlib import Path

from scenes.base.spec import SceneSpec, Voice
from studio.errors import Problem, UserError
from studio.output.contents import played
from studio.plan.film import each_scene, scenes_of
from studio.read.folders import folder
from studio.read.heard import unsayable
from studio.read.keys import COMMAND
from studio.read.pronunciation import pronunciation
from studio.read.spec import FilmSpec
from studio.read.words import SAY, code, words
from studio.render.quality import DEFAULT, QUALITIES
from studio.store import files
from studio.store.store import Store
from studio.voice.speech import Speech, speech
from studio.voice.voices import Command, Heart, Narrator

FOLDER = "voice"                          # in the folder of what is made: VOICE/SCENE/STEP.wav
TENTHS = 10                               # of a second, in which a step is held longer: a word more is not always another clip


@dataclass(frozen=True)
class Line:
    """What is said in a step, and how many seconds the step lasts without a voice."""

    step: str
    text: str
    seconds: float


def narrated(target: SceneSpec | FilmSpec, fps: int, out: Path, store: Store | None = None, allow_commands: bool = False) -> SceneSpec | FilmSpec:
    """The same with the voice of its narrator, if it has one; a step that has a sound file of the user's own keeps it.

    `out/voice/SCENE/STEP.wav` for each step. fps: of the film; store: where speech is that need not be made; allow_commands: whether a
    program may be the narrator. Raises UserError, before anything is made, if it cannot speak here or cannot say something.
    """
    scenes = [scene for scene in scenes_of(target) if scene.narrator]
    if problems := [problem for scene in scenes for problem in cannot_be_told(scene, fps, allow_commands)]:
        raise UserError(problems)
    said = {scene.name: [line for line in lines(scene, fps) if line.step in scene.wanted] for scene in scenes}
    files.check_writable(out, [_file(out, scene, line) for scene in scenes for line in said[scene.name]])
    try:
        return each_scene(target, lambda scene: _spoken(scene, said[scene.name], out, store) if scene.narrator else scene)
    finally:
        if store:
            store.trim()


def narrator(spec: SceneSpec, allow_commands: bool = False) -> Narrator:
    """Who speaks in a scene."""
    return _voice(spec.narrator, spec.command, allow_commands)


@cache
def _voice(name: str, command: tuple[str, ...], allow_commands: bool) -> Narrator:
    """Each voice once in a process: to load one takes some time."""
    return Command(command, allow_commands) if name == COMMAND else Heart()


def cannot_be_told(spec: SceneSpec, fps: int = QUALITIES[DEFAULT].fps, allow_commands: bool = True) -> Iterator[Problem]:
    """Why the narrator of a scene, if it has one, may not speak or cannot; and what has no spoken form."""
    if spec.narrator:
        yield from narrator(spec, allow_commands).problems()
        how, language = pronunciation(spec.language, spec.pronounce), code(spec.language)
        for line in lines(spec, fps):
            for message, kind, hint in unsayable(line.text, how, language):
                yield Problem(message, spec.source, line.step, kind, hint)


def lines(spec: SceneSpec, fps: int = QUALITIES[DEFAULT].fps) -> Iterator[Line]:
    """What a narrator says in the steps of a scene that have no sound file."""
    said = words(spec.language, folder(spec.scene))["steps"]
    for step, caption, seconds in played(spec, fps):
        if step not in spec.voice:
            fuller = said[step].get(SAY, caption) if caption == said[step]["caption"] else caption
            yield Line(step, spec.say.get(step, fuller), seconds)


def _spoken(spec: SceneSpec, said: Sequence[Line], out: Path, store: Store | None) -> SceneSpec:
    """A scene with the speech of its steps, which is written to files."""
    voice, how, found = narrator(spec, True), pronunciation(spec.language, spec.pronounce), dict(spec.voice)
    for line in said:
        made, path = speech(line.text, voice, how, store), _file(out, spec, line)
        files.write(path, made.wav)
        found[line.step] = Voice(path=str(path), held=_held(made, line), said=made.said)
    return replace(spec, voice=found)


def _held(made: Speech, line: Line) -> float:
    """How many seconds a step must last for what is said; 0 if it does anyway."""
    return 0.0 if made.seconds <= line.seconds else ceil(made.seconds * TENTHS) / TENTHS


def _file(out: Path, spec: SceneSpec, line: Line) -> Path:
    return out / FOLDER / spec.name / f"{line.step}.wav"
