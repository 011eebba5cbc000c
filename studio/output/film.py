"""Films, scenes and steps as files: rendered in the farm, put together, described."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from studio import plan
from studio.output import describe, files
from studio.output.assemble import concatenate
from studio.render import farm
from studio.render.quality import Quality
from studio.render.worker import Clip, Job, render_step
from studio.spec import FilmSpec, SceneSpec

Progress = Callable[[str], None]          # is told the name of every step that is done


@dataclass(frozen=True)
class Result:
    """What has been made. frames: of all clips together; rendered, cached: how many clips; seconds: how long it took."""

    files: tuple[Path, ...]
    frames: int
    rendered: int
    cached: int
    seconds: float


def render_film(target: SceneSpec | FilmSpec, quality: Quality, out: Path, n_workers: int,
                progress: Progress = lambda *_: None) -> Result:
    """Renders what is wanted of a scene or film, with pictures and descriptions beside the videos.

    `out/clips/SCENE/01-STEP.mp4` for each step, `out/scenes/SCENE.mp4` for each scene that is wanted whole, `out/film.mp4` for
    a film. A file appears when it is whole, an older one stays until then. Raises UserError, before anything is rendered, if
    `out` cannot be written to; RenderError if a step fails: the others are done nevertheless.
    """
    began = time.monotonic()
    production = _Production(target, quality, out)
    files.check_writable(out, production.files())
    jobs = production.jobs()

    def on_done(job: Job, clip: Clip) -> None:
        production.publish(job, clip)
        progress(str(job))

    farm.run(render_step, jobs, n_workers, on_done)
    production.publish_film()
    frames = sum(clip.frames for clip in production.clips.values())
    return Result(tuple(production.files()), frames, len(jobs), 0, time.monotonic() - began)


def numbered(spec: SceneSpec, step: str) -> str:
    """A step's place among the steps that play, and its name: `01-one_token`."""
    return f"{spec.steps.index(step) + 1:02}-{step}"


class _Production:
    """A render under way: which files there will be, and the clips that are done, by `scene/step`, without their pictures."""

    def __init__(self, target: SceneSpec | FilmSpec, quality: Quality, out: Path):
        self.target, self.quality, self.out = target, quality, out
        self.scenes = {spec.name: spec for spec in plan.scenes_of(target)}
        self.clips: dict[str, Clip] = {}

    def jobs(self) -> list[Job]:
        """A job for each clip, in the order they play."""
        return [
            Job(spec.name, step, partial(plan.build, spec), self.quality)
            for spec in self.scenes.values() for step in spec.wanted
        ]

    def files(self) -> Iterator[Path]:
        """All files there will be."""
        if isinstance(self.target, FilmSpec):
            yield from _with(self._film(), ".json")
        for spec in self.scenes.values():
            if _whole(spec):
                yield from _with(self._scene(spec), ".json")
            for step in spec.wanted:
                yield from _with(self._clip(spec, step), ".png", ".json")

    def publish(self, job: Job, clip: Clip) -> None:
        """Writes the files of a clip, and of its scene if that is now complete."""
        spec = self.scenes[job.scene]
        path = self._clip(spec, job.step)
        self.clips[str(job)] = replace(clip, movie=b"", picture=b"")
        files.write(path, clip.movie)
        files.write(path.with_suffix(".png"), clip.picture)
        self._describe(path, describe.clip(spec, job.step, self.clips, self.quality))
        if _whole(spec) and all(f"{spec.name}/{step}" in self.clips for step in spec.steps):
            concatenate([self._clip(spec, step) for step in spec.steps], self._scene(spec))
            self._describe(self._scene(spec), describe.scene(spec, self.clips, self.quality))

    def publish_film(self) -> None:
        """Writes the film, if it is one, out of its scenes."""
        if isinstance(self.target, FilmSpec):
            concatenate([self._scene(spec) for spec in self.target.scenes], self._film())
            described = describe.film(self.target.title, self.target.scenes, self.clips, self.quality)
            self._describe(self._film(), described)

    def _describe(self, path: Path, described: dict) -> None:
        files.write(path.with_suffix(".json"), describe.to_json(described))

    def _film(self) -> Path:
        return self.out / f"{self.target.name}.mp4"

    def _scene(self, spec: SceneSpec) -> Path:
        return self.out / "scenes" / f"{spec.name}.mp4"

    def _clip(self, spec: SceneSpec, step: str) -> Path:
        return self.out / "clips" / spec.name / f"{numbered(spec, step)}.mp4"


def _whole(spec: SceneSpec) -> bool:
    return spec.wanted == spec.steps


def _with(path: Path, *suffixes: str) -> tuple[Path, ...]:
    return path, *map(path.with_suffix, suffixes)
