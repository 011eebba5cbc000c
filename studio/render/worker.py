"""One step → one clip, without manim's file writer: what is not wanted is passed through without drawing."""

import ctypes
import gc
import tempfile
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import cache, partial
from itertools import count
from pathlib import Path
from weakref import proxy

import numpy as np
from manim import Animation, Camera, Scene
from manim.renderer.cairo_renderer import CairoRenderer

from studio.render.alpha import png
from studio.render.camera import FastCamera
from studio.render.canvas import Canvas, DirtyCanvas
from studio.render.format import Writer
from studio.render.job import Build, Clip, Job, Run, StripJob
from studio.render.manim_settings import settings
from studio.render.quality import Quality
from studio.render.shortcuts import shortcuts
from studio.render.sources import places, sources

EVERY = range(2**31)
AS_IT_ENDS = -1
_runs = count()                           # of this process so far


class _Finished(Exception):
    """All that was wanted has been drawn; the rest of the scene need not play."""


class StepRenderer(CairoRenderer):
    """Draws the wanted frames of the wanted steps of a scene. It is the scene's renderer and its listener.

    wanted: for each wanted step the numbers of its frames, or AS_IT_ENDS. take(step, pixels, repeat) gets each
    picture, uint8 (height, width, 4), which is overwritten by the next, and for how many frames it stands; meanwhile
    `canvas` knows where it differs from the one before. transparent: whether nothing is behind what is drawn. After a scene:
    `frames`, how many each step has that has played.

    Time is the sum of run times at any frame rate. A play of `run_time` seconds has max(1, round(run_time · fps)) frames,
    showing the moments 0, 1/fps, …
    """

    def __init__(self, quality: Quality, wanted: Mapping[str, Container[int]], take: Callable[[str, np.ndarray, int], None],
                 camera_class: type[Camera] = FastCamera, transparent: bool = False):
        super().__init__(camera_class=partial(camera_class, background_opacity=float(not transparent)))
        self.canvas = (DirtyCanvas if camera_class is FastCamera else Canvas)(self.camera)
        self.fps, self.wanted, self.take = quality.fps, wanted, take
        self.step, self.frames = "", {"": 0}

    def init_scene(self, scene: Scene, session_spec, file_writer_settings) -> None:
        """Called by manim when a scene is made with this renderer."""
        self.scene = scene

    def stage(self, build: Build) -> Scene:
        """A scene that this renderer will draw. The camera sees all of its frame, and more at the sides if that is not quite the picture's."""
        scene = build(self, self)
        camera, whole = self.camera, scene.frame.whole
        ratio = camera.pixel_width / camera.pixel_height
        camera.frame_width = max(whole.width, whole.height * ratio)
        camera.frame_height = camera.frame_width / ratio
        return scene

    def begin(self, step: str) -> None:
        """A step is about to play."""
        self.step, self.frames[step] = step, 0

    def end(self, step: str) -> None:
        """A step has played. Ends the scene if nothing else is wanted of it."""
        if AS_IT_ENDS in self.wanted.get(step, ()):
            self._show_all(self.scene.mobjects, 1)
        self.drawn(step)
        self.step = ""
        if self.wanted and self.wanted.keys() <= self.frames.keys():
            raise _Finished

    def drawn(self, step: str) -> None:
        """All that is wanted of a step has been drawn."""

    def play(self, scene: Scene, *animations, **options) -> None:
        """Plays animations; manim's own method, but for the file writer."""
        scene.compile_animation_data(*animations, **options)
        first = self.frames[self.step]
        self.frames[self.step] += max(1, round(scene.duration * self.fps))
        wanted = self.wanted.get(self.step, ())
        numbers = [number for number in range(first, self.frames[self.step]) if number in wanted]
        for animation in scene.animations:
            animation._setup_scene(scene)
            animation.begin()
        if not scene.is_current_animation_frozen_frame():
            self._animate(scene, [(number - first) / self.fps for number in numbers])
        elif numbers:
            self._show_all(scene.mobjects, len(numbers))
        self.num_plays += 1
        self.time += scene.duration

    def _animate(self, scene: Scene, moments: Sequence[float]) -> None:
        if moments:
            scene.moving_mobjects, still = scene.get_moving_and_static_mobjects(scene.animations)
            self.canvas.lay(still)                     # what does not move and lies below all that does is drawn once
            for animation in scene.animations:
                _hold_families(animation)
        for moment in moments:
            scene.update_to_time(moment)
            self.canvas.draw(scene.moving_mobjects)
            self.take(self.step, self.canvas.pixels, 1)
        scene.update_to_time(scene.duration)
        for animation in scene.animations:
            animation.finish()
            animation.clean_up_from_scene(scene)
        scene.update_mobjects(0)

    def _show_all(self, mobjects: Sequence, times: int) -> None:
        self.canvas.lay(())
        self.canvas.draw(mobjects)
        self.take(self.step, self.canvas.pixels, times)


def _hold_families(animation: Animation) -> None:
    """manim asks at every frame anew which shapes an animation moves; they are the same from its first frame to its last."""
    for part in getattr(animation, "animations", ()):
        _hold_families(part)
    zipped, itself = type(animation).get_all_families_zipped, proxy(animation)   # without a proxy it would hold itself in memory
    animation.get_all_families_zipped = cache(lambda: list(zipped(itself)))


class _ClipRenderer(StepRenderer):
    """Makes the clips of jobs in files of a folder; every picture is drawn once, in however many formats it is wanted.

    clips: what has been made, by the name of the job.
    """

    def __init__(self, jobs: Sequence[Job], folder: Path):
        self.jobs = {step: [job for job in jobs if job.step == step] for step in (job.step for job in jobs)}
        wanted = {step: EVERY if any(job.format.moves for job in alike) else {AS_IT_ENDS} for step, alike in self.jobs.items()}
        self.quality, self.folder, self.transparent = jobs[0].quality, folder, jobs[0].format.transparent
        super().__init__(self.quality, wanted, self._write, transparent=self.transparent)
        self.clips: dict[str, Clip] = {}
        self.writers: list[Writer] = []
        self.sources: set[tuple[str, tuple]] = set()

    def begin(self, step: str) -> None:
        super().begin(step)
        self.writers = [job.format.writer(self._file(job), self.quality) for job in self.jobs.get(step, ())]
        self.sources = set()

    def play(self, scene: Scene, *animations, **options) -> None:
        super().play(scene, *animations, **options)
        if self.writers:
            self.sources |= sources(scene.mobjects)

    def drawn(self, step: str) -> None:
        for job, writer in zip(self.jobs.get(step, ()), self.writers, strict=True):
            writer.close()
            movie, picture = self._file(job).read_bytes(), png(self.canvas.pixels, self.transparent)
            self.clips[str(job)] = Clip(movie, picture, self.frames[step], self.scene.caption(step), places(self.sources))
        self.writers = []

    def abort(self) -> None:
        """Lets go of files that are not finished."""
        for writer in self.writers:
            writer.abort()

    def _write(self, step: str, pixels: np.ndarray, repeat: int) -> None:
        for writer in self.writers:
            writer.write(pixels, repeat, self.canvas.changed)

    def _file(self, job: Job) -> Path:
        return self.folder / f"{job.step}{job.format.suffix}"


def render_step(job: Job) -> Clip:
    """The clip of a job: a function of its inputs and nothing else."""
    return render_run(Run((job,)))[0]


def render_run(run: Run) -> list[Clip]:
    """The clips of the jobs in a run, each as it would be alone."""
    first = run.parts[0]
    if next(_runs):
        _give_back()
    with settings(first.quality), tempfile.TemporaryDirectory(prefix="animformer-") as folder, ExitStack() as stack:
        renderer = _ClipRenderer(run.parts, Path(folder))
        stack.callback(renderer.abort)
        _run(first.build, renderer)
        return [renderer.clips[str(job)] for job in run.parts]


def _give_back() -> None:
    """Gives the system the memory that earlier runs have left behind in pieces."""
    gc.collect()
    with suppress(AttributeError):        # not every C library can
        ctypes.CDLL(None).malloc_trim(0)


def render_strip(job: StripJob) -> dict[str, list[bytes]]:
    """PNG pictures by step, in the order they are seen."""
    pictures = {step: [] for step in job.steps}
    with settings(job.quality):
        wanted = {step: {AS_IT_ENDS} for step in job.steps}
        if job.n_pictures > 1:
            lengths, _ = played(job.build, job.quality)
            wanted = {step: _spread(lengths[step], job.n_pictures) for step in job.steps}

        def take(step: str, pixels: np.ndarray, repeat: int) -> None:
            pictures[step] += [png(pixels)] * repeat

        _run(job.build, StepRenderer(job.quality, wanted, take))
    return pictures


def show_ends(job: StripJob, take: Callable[[str, bytes, Scene], None]) -> None:
    """Calls `take` as each of the job's steps ends: with the step, its last frame as PNG, and the scene as it stands."""
    def shown(step: str, pixels: np.ndarray, repeat: int) -> None:
        take(step, png(pixels), renderer.scene)

    with settings(job.quality):
        renderer = StepRenderer(job.quality, {step: {AS_IT_ENDS} for step in job.steps}, shown)
        _run(job.build, renderer)


def played(build: Build, quality: Quality) -> tuple[dict[str, int], Scene]:
    """How many frames each step of a scene has, and the scene that has played; nothing is drawn."""
    with settings(quality):
        renderer = StepRenderer(quality, {}, lambda *_: None)
        _run(build, renderer)
    return {step: frames for step, frames in renderer.frames.items() if step}, renderer.scene


def _spread(length: int, n: int) -> set[int]:
    """Up to n frame numbers, evenly across a step, its last frame among them."""
    return {max(1, round(length * (k + 1) / n)) - 1 for k in range(n)}


def _run(build: Build, renderer: StepRenderer) -> None:
    with shortcuts(), suppress(_Finished):
        scene = renderer.stage(build)
        scene.setup()
        scene.construct()
