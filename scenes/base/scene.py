"""The base of every scene: steps, captions, holding times. A step says only what moves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from manim import Animation, Mobject, Scene, VGroup

from model import Trace, View
from scenes.parts.label import Label, paragraph, text
from scenes.parts.motion import appear
from scenes.parts.shapes import room_of, rounded_rectangle
from scenes.parts.whole import gathered, without
from scenes.base.frame import WIDE, Frame
from scenes.base.room import PX
from scenes.base.theme import Theme
from scenes.base.words import reading_time

SHORTEST_HOLD = 1.2                       # seconds on the last frame of a step at pace 1
TITLE_SIZE, SUBTITLE_SIZE, CAPTION_SIZE = 56 * PX, 28 * PX, 34 * PX
CAPTION_PADDING = 0.22


@dataclass(frozen=True)
class Staging:
    """All that a scene is given: what to draw (trace, focus, block and head counted from 0) and how.

    scene, number: its name and its place in the storyboard. words: the language file. steps: which steps, in which order.
    captions: the user's own, by step; burned: whether captions are in the picture. voices: by step the seconds that a voice
    speaks, which no pace changes. pace: 2 is twice as fast. decimals: of the numbers on screen. frame: the picture's zones.
    """

    scene: str
    number: int
    trace: Trace
    theme: Theme
    words: Mapping
    focus: int
    block: int
    head: int
    steps: tuple[str, ...]
    captions: Mapping[str, str]
    language: str
    pace: float
    decimals: int
    voices: Mapping[str, float]
    burned: bool = True
    frame: Frame = WIDE


class Listener:
    """Is told when a step begins and ends; this one does not care."""

    def begin(self, step: str) -> None:
        """A step is about to play."""

    def end(self, step: str) -> None:
        """A step has played, its hold included."""


def step(method: Callable) -> Callable:
    """Marks a method as a step of its scene: one idea, one caption, one clip. Steps play in the order they stand in."""
    method.is_step = True
    return method


class ExplainerScene(Scene):
    """A scene made of steps. Subclasses give `number`, the place in the storyboard, `experiments`, those of `model.experiments`
    that they draw, `follows`, the scene on whose last frame they open, if any, and methods marked `@step`.

    A step plays animations and leaves in named attributes what the next one needs. Its caption, counter and hold are shown
    from here. A step that is played out of order finds the stage as its predecessors leave it.
    """

    number: ClassVar[int]
    experiments: ClassVar[tuple[str, ...]] = ()
    follows: ClassVar[str] = ""

    def __init__(self, staging: Staging, renderer=None, listener: Listener | None = None):
        super().__init__(renderer=renderer)
        self.staging, self.listener = staging, listener or Listener()
        self.theme = replace(staging.theme, decimals=staging.decimals)
        self.focus, self.head, self.tokens = staging.focus, staging.head, staging.trace.tokens
        self.frame, self.stage = staging.frame, staging.frame.stage
        self.rehearsing = False
        self.camera.background_color = staging.theme.colour("background")

    @classmethod
    def step_names(cls) -> tuple[str, ...]:
        """The names of its steps, in the order they play."""
        return tuple(name for name, value in vars(cls).items() if getattr(value, "is_step", False))

    def view(self, pattern: str) -> View:
        """A tensor of the trace; `{block}` stands for the block that is shown."""
        return self.staging.trace[pattern.format(block=self.staging.block)]

    def say(self, key: str, **values: object) -> str:
        """A string of this scene in the film's language."""
        return self.staging.words["scenes"][self.staging.scene]["labels"][key].format(**values)

    def caption(self, name: str) -> str:
        """The caption of a step: the user's own or the language file's, which may have another one for untrained weights."""
        words = self._words["steps"][name]
        return self.staging.captions.get(name) or words.get(self.wording(name), words["caption"])

    def wording(self, name: str) -> str:
        """Which of the language file's captions of a step holds for what is shown, if there are several."""
        return "caption" if self.staging.trace.config.trained else "untrained"

    @property
    def _words(self) -> Mapping:
        return self.staging.words["scenes"][self.staging.scene]

    def on_stage(self, *but: Mobject) -> list[Mobject]:
        """What is in the scene, except title, counter and caption, and `but`: wholes, and what is left of those without it."""
        return without(self.mobjects, {member for thing in (self.heading, *self.announced, *but) for member in thing.get_family()})

    def opening(self) -> None:
        """Puts on stage, without a motion, what the scene before has left there. Nothing, unless a scene says otherwise."""

    def construct(self) -> None:
        """Plays the wanted steps."""
        order, played = self.step_names(), ()
        self.heading, self.announced = self._title(), []
        self.opening()
        for position, name in enumerate(self.staging.steps):
            before = order[: order.index(name)]
            if played != before:
                self._rehearse(before)
            self.listener.begin(name)
            self._perform(position, name)
            self.listener.end(name)
            played = (*before, name)

    def _rehearse(self, names: tuple[str, ...]) -> None:
        """Sets the stage as these steps leave it, without a frame."""
        self.rehearsing = True
        self.clear()
        self.announced = []
        self.opening()
        for name in names:
            getattr(self, name)()
        self.rehearsing = False

    def _perform(self, position: int, name: str) -> None:
        start = self.time
        self._announce(position, name)
        getattr(self, name)()
        reading = reading_time(self.caption(name), self.staging.words)
        played = round((self.time - start) * self.staging.pace, 6)  # to the digit the same whatever was played before
        spoken = self.staging.voices.get(name, 0) * self.staging.pace
        self.wait(max(reading - played, spoken - played, SHORTEST_HOLD))

    def _announce(self, position: int, name: str) -> None:
        """The counter and the caption change. No frame of a step shows the caption of another, so each is a clip by itself."""
        coming = [self._counter(position), *([self._caption_card(name)] if self.staging.burned else [])]
        self.remove(*self.announced)
        heading = [] if self.heading in self.mobjects else [self.heading]
        self.announced = coming
        self.play(appear(*heading, *coming, run_time=0.4))

    def _title(self) -> Label:
        zone = self.frame.title
        at = (zone.left, zone.top - TITLE_SIZE / 2, 0)
        return text(self.theme, self._words["title"], TITLE_SIZE, weight=500, at=at, align=-1, width=zone.width)

    def _counter(self, position: int) -> Label:
        words = self.staging.words["counter"].format(
            number=self.number, scene=self.staging.scene, step=position + 1, steps=len(self.staging.steps)
        )
        if not self.staging.trace.config.trained:
            words = f"{words}   ·   {self.staging.words['untrained']}"
        zone = self.frame.title
        return text(self.theme, words, SUBTITLE_SIZE, "muted", at=(zone.left, zone.bottom + SUBTITLE_SIZE / 2, 0), align=-1)

    def _caption_card(self, name: str) -> VGroup:
        lines = paragraph(self.theme, self.caption(name), CAPTION_SIZE, self.frame.caption.width - 4 * CAPTION_PADDING)
        room = room_of(lines)
        pill = rounded_rectangle(room.width + 2.6 * CAPTION_PADDING, room.height + 2 * CAPTION_PADDING, 0.16)
        pill.set_fill(self.theme.colour("surface"), 1)
        card = VGroup(pill, lines.move_to(pill))
        return card.move_to([0, self.frame.caption.bottom + card.height / 2, 0])

    def play(self, *animations: Animation, **options) -> None:
        """Plays animations at the film's pace."""
        compiled = [animation for animation in self.compile_animations(*animations, **options) if animation.run_time > 0]
        if not compiled:
            return
        if self.rehearsing:
            self._pass_through(compiled)
        else:
            for animation in compiled:
                animation.run_time /= self.staging.pace
            super().play(*compiled)
        self.mobjects = gathered(self.mobjects)

    def _pass_through(self, animations: list[Animation]) -> None:
        self.add_mobjects_from_animations(animations)
        for animation in animations:
            animation._setup_scene(self)
            animation.begin()
            animation.finish()
            animation.clean_up_from_scene(self)
