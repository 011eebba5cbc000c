"""A deck: one slide a step, one chapter a scene. What the kinds of decks have in common."""

import tempfile
from dataclasses import dataclass
from functools import cache as remembered
from io import BytesIO
from pathlib import Path

from scenes.base.spec import SceneSpec
from scenes.base.theme import Theme
from studio.output import describe
from studio.output.assemble import concatenate
from studio.output.clips import made
from studio.output.extras import Extras, Sound
from studio.plan.film import burning, scenes_of, title
from studio.progress import SILENT, Progress
from studio.read import assets
from studio.read.spec import FilmSpec
from studio.read.words import code
from studio.render.cache import Cache, Entry
from studio.render.order import order_of
from studio.render.quality import Quality


@dataclass(frozen=True)
class Slide:
    """A step. id: `SCENE/STEP`; movie: an MP4; picture: its last frame as PNG; seconds: how long it plays; heard: whether it has a sound."""

    id: str
    caption: str
    movie: bytes
    picture: bytes
    seconds: float
    heard: bool = False


@dataclass(frozen=True)
class Chapter:
    """A scene and its slides."""

    id: str
    title: str
    slides: tuple[Slide, ...]


@dataclass(frozen=True, kw_only=True)
class Deck:
    """All there is to be shown. titles: whether captions stand on the slides; loop: whether clips begin again when they end."""

    title: str
    chapters: tuple[Chapter, ...]
    theme: Theme
    language: str
    quality: Quality
    titles: bool = False
    loop: bool = False

    @property
    def slides(self) -> tuple[Slide, ...]:
        """The slides of all chapters."""
        return tuple(slide for chapter in self.chapters for slide in chapter.slides)


def deck(target: SceneSpec | FilmSpec, quality: Quality, workers: int | str, progress: Progress = SILENT,
         cache: Cache | None = None, titles: bool = False, loop: bool = False) -> tuple[Deck, tuple[int, int, int]]:
    """The deck of all that is wanted of a scene or film, without captions in the picture.

    And how many frames all its clips have together, how many clips had to be rendered, and how many were in the cache.

    workers, cache: as for `made`; raises what that raises.
    """
    scenes = {scene.name: scene for scene in scenes_of(burning(target, False))}
    digests = remembered(lambda name: describe.digests(scenes[name]))
    clips: dict[str, Entry] = {}
    rendered = made((order_of(scene, step, quality) for scene in scenes.values() for step in scene.wanted), workers,
                    lambda order, entry: clips.__setitem__(str(order), entry), digests, progress, cache)
    first = next(iter(scenes.values()))
    name = isinstance(target, FilmSpec) and target.title or title(first)
    found = Deck(
        title=name, chapters=tuple(_chapter(scene, clips) for scene in scenes.values()), theme=assets.theme(first.theme, first.language),
        language=code(first.language), quality=quality, titles=titles, loop=loop,
    )
    return found, (sum(clip.frames for clip in clips.values()), rendered, len(clips) - rendered)


def _chapter(scene: SceneSpec, clips: dict[str, Entry]) -> Chapter:
    return Chapter(scene.name, title(scene), tuple(_slide(scene, step, clips[f"{scene.name}/{step}"]) for step in scene.wanted))


def _slide(scene: SceneSpec, step: str, clip: Entry) -> Slide:
    movie, voice = clip.movie, scene.voice.get(step)
    if voice:
        with tempfile.TemporaryDirectory(prefix="animformer-") as folder:
            path = Path(folder) / "clip.mp4"
            concatenate([BytesIO(movie)], path, extras=Extras(clip.seconds, sounds=[Sound(Path(voice.path))]))
            movie = path.read_bytes()
    return Slide(f"{scene.name}/{step}", clip.caption, movie, clip.picture, clip.seconds, heard=voice is not None)
