"""The scene: steps, captions, holding times. A step says only what moves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
from manim import ORIGIN, Animation, Mobject, Scene, VGroup

from model import Trace, View
from model.guides import ANTECEDENT
from model.tokenizer import piece
from scenes.parts.heat_map import HeatMap
from scenes.parts.label import Label, Word, paragraph, text
from scenes.parts.machine import Machine, machine
from scenes.parts.phrase import FORMS
from scenes.parts.shapes import ring
from scenes.parts.whole import Whole, gathered, without
from scenes.base.frame import Frame
from scenes.base.room import GAP, PX, Room
from scenes.base.spec import SceneSpec
from scenes.base.theme import Theme
from scenes.base.words import reading_time

SHORTEST_HOLD = 1.2                       # seconds on the last frame of a step at pace 1
TITLE_SIZE, NOTE_SIZE, CAPTION_SIZE = 36 * PX, 26 * PX, 38 * PX
NEARLY_ALL, HARDLY = 0.9, 0.3             # share of right guesses of what nearly always tells; of what a guess misses, that found by what hardly does
BASELINE = 72 * PX                        # of the title, from the top


@dataclass(frozen=True)
class Staging:
    """All that a scene is given: what it is told, the tensors it draws, and how it looks and speaks.

    words: what the scene may say in its language, its own words over those of all scenes: `title`, `labels`, `steps` and more.
    frame: the picture's zones. guided: the heads that training was told where to look, by the tensor of their weights and number.
    """

    spec: SceneSpec
    trace: Trace
    theme: Theme
    words: Mapping
    frame: Frame = field(default_factory=Frame.of)
    guided: frozenset[tuple[str, int]] = frozenset()


class Listener:
    """Is told when a step begins and ends; this one does not care."""

    def begin(self, step: str) -> None:
        """A step is about to play."""

    def end(self, step: str) -> None:
        """A step has played, its hold included."""


def step(method: Callable) -> Callable:
    """Marks a method as a step of its scene: one idea, one caption, one clip. Steps play in the order they stand in.

    The mark is read in the source, so that what a scene is made of is known before manim is loaded.
    """
    return method


class Heading(Whole):
    """What stands above the stage: `title`; `note` and the running `question`, empty where there is none; `machine`, the map."""

    def __init__(self, title: Label, note: Mobject, question: Mobject, machine: Machine):
        super().__init__(title=title, note=note, question=question, machine=machine)


class ExplainerScene(Scene):
    """A scene made of steps: methods marked `@step`.

    A step plays animations and leaves in named attributes what the next one needs. Its caption and its hold are from
    here. A step that is played out of order finds the stage as its predecessors leave it.

    What else there is to know of a scene its class says in plain values, which are read in the source as the steps are.
    experiments: what it draws beside the forward pass, by the names of modules in its folder or in `model.experiments`.
    follows: the scene on whose last frame it opens, if any. own_keys: its own keys of the YAML; each with `default`, `description`,
    and `type`, `minimum`, `maximum` and `enum` as in JSON Schema. place: what is lit on the map of the machine (`machine`).
    needs: for a step that is true of some models only, their settings, `activation: relu`; for others the scene has no such step.
    sparse: for a step that leaves most of the stage empty, why it does.
    """

    experiments: ClassVar[tuple[str, ...]] = ()
    follows: ClassVar[str] = ""
    own_keys: ClassVar[Mapping[str, Mapping]] = {}
    place: ClassVar[str] = ""
    needs: ClassVar[Mapping[str, str]] = {}
    sparse: ClassVar[Mapping[str, str]] = {}

    def __init__(self, staging: Staging, renderer=None, listener: Listener | None = None):
        super().__init__(renderer=renderer)
        spec = staging.spec
        self.staging, self.spec, self.listener = staging, spec, listener or Listener()
        self.theme = replace(staging.theme, decimals=spec.keys["decimals"], digit=staging.frame.digit)
        self.focus, self.head = spec.focus, spec.head
        self.tokens, self.twin = (tuple(map(Word, said)) for said in (staging.trace.pieces, staging.trace.twin_pieces))
        self.frame, self.stage, self.furniture = staging.frame, staging.frame.stage, spec.keys["furniture"]
        self.rehearsing = False
        self.camera.background_color = staging.theme.colour("background")

    def view(self, pattern: str) -> View:
        """A tensor of the trace; `{block}` stands for the block that is shown."""
        return self.staging.trace[pattern.format(block=self.spec.block)]

    def known(self, row: float) -> str:
        """The word in a row of the vocabulary: if bytes spell it, as on a card; a letter that the fonts have not as its code."""
        word, spelling = self.staging.trace.vocabulary[int(row)], self.staging.trace.config.spelling
        return self.theme.fonts.legible(piece(word, spelling).text if spelling == "bytes" else word)

    def say(self, key: str, **values: object) -> str:
        """A label in the film's language."""
        return self.staging.words["labels"][key].format(**values)

    def guided(self, weights: View) -> bool:
        """Whether these are weights of one head that training was told where to look. ValueError if they are of several heads."""
        head = weights.index[self.staging.trace.declared[weights.name].axes.split().index("head")]
        if not isinstance(head, int):
            raise ValueError(f"{weights!r} is not of one head")
        return (weights.name, head) in self.staging.guided

    def finds_noun(self, weights: View) -> bool:
        """Whether these are weights of the one head that training told which noun `it` stands for, and `it` is followed."""
        there = weights.name == ANTECEDENT.tensor(self.staging.trace.config)
        return there and self.guided(weights) and self.tokens[self.focus] == "it"

    def guide(self, weights: View, room: Room) -> VGroup:
        """What is said in a room under the weights of a head that was guided; nothing if it was not."""
        return VGroup(*[text(self.theme, self.say("guided"), NOTE_SIZE, "muted", at=room)] * self.guided(weights))

    def title(self, name: str) -> str:
        """The title that stands above a step: its own, if the words have one for it, or the scene's.

        A step that has captions for different things that are shown (`wording`) may have a title for each of them: `title_learned`.
        """
        words = self.staging.words["steps"][name]
        return words.get(f"title_{self.wording(name)}", words.get("title", self.staging.words["title"]))

    def caption(self, name: str) -> str:
        """The caption of a step: the user's own or that of the scene's words, which may have others: see `wording`."""
        words = self.staging.words["steps"][name]
        return self.spec.captions.get(name) or words.get(self.wording(name), words["caption"])

    @property
    def forms(self) -> tuple[str, ...]:
        """The two of which French needs one for the followed token, by its noun, if it is such a word and the translation has one of them."""
        forms = FORMS.get(self.tokens[self.focus], ())
        return forms if {*forms} & {*self.staging.trace.output_tokens} else ()

    def of_told(self, name: str) -> View:
        """What experiment `told` has recorded of the followed token in the shown head."""
        return self.view(f"told.{name}")[self.spec.block, self.head, self.focus]

    @property
    def told_forms(self) -> tuple[str, ...]:
        """The two forms that the translation has by turns there, if it has."""
        return tuple(self.staging.trace.output_vocabulary[int(form)] for form in self.of_told("forms").values if not np.isnan(form))

    @property
    def telling(self) -> int | None:
        """The number of the followed token's z that nearly always tells which of its `forms` French needs, if one does, and that of their keys which
        does best is hardly better than a guess."""
        if not self.forms or self.told_forms != self.forms:
            return None
        (key, z), guess = (self.of_told(name).values / self.of_told("count").values for name in ("right", "guess"))
        return int(self.of_told("features").values[1]) if z > NEARLY_ALL and key - guess < HARDLY * (1 - guess) else None

    def ringed(self, *pictures: HeatMap) -> list[Mobject]:
        """Rings around that number in pictures of as many columns that show it."""
        columns = [picture.column(self.telling) for picture in pictures]
        return [ring(self.theme, column) for column in columns if len(column)]

    def wording(self, name: str) -> str:
        """Which of the captions that a step has in its words holds for what is shown, if there are several.

        Here: `forms` of a token for which French has two; else `caption` of a translator; `learned` of what has learned, but does not
        translate; `untrained` of weights that have not. Where there is no such caption `caption` holds for all.
        """
        config = self.staging.trace.config
        if self.forms and "forms" in self.staging.words["steps"][name]:
            return "forms"
        return "caption" if config.translates else "learned" if config.trained else "untrained"

    def map(self, name: str) -> Machine:
        """The map of the machine with which a step begins: as it is by now, unless a scene lights another part."""
        return self.heading.machine

    def on_stage(self, *but: Mobject) -> list[Mobject]:
        """What is in the scene, except heading and caption, and `but`: wholes, and what is left of those without it."""
        return without(self.mobjects, {member for thing in (self.heading, *self.announced, *but) for member in thing.get_family()})

    def opening(self) -> None:
        """Puts on stage, without a motion, what the scene before has left there. Nothing, unless a scene says otherwise."""

    def construct(self) -> None:
        """Plays the wanted steps."""
        order, played = self.spec.order, ()
        self._begin()
        for name in self.spec.steps:
            before = order[: order.index(name)]
            if played != before:
                self._rehearse(before)
            self.listener.begin(name)
            self._perform(name)
            self.listener.end(name)
            played = (*before, name)

    def _rehearse(self, names: tuple[str, ...]) -> None:
        """Sets the stage as these steps leave it, without a frame."""
        self.rehearsing = True
        self._begin()
        for name in names:
            getattr(self, name)()
        self.rehearsing = False

    def _begin(self) -> None:
        """Nothing but the heading, which is there at once, so that a cut leaves no frame empty, and what the scene opens with."""
        self.clear()
        self.heading, self.announced = self._heading(self.spec.steps[0]), []
        self.add(*self.around_stage())
        self.opening()

    def _perform(self, name: str) -> None:
        start = self.time
        self._announce(name)
        getattr(self, name)()
        reading = reading_time(self.caption(name), self.staging.words)
        played = round((self.time - start) * self.spec.pace, 6)  # to the digit the same whatever was played before
        spoken = self.spec.voice[name].held * self.spec.pace if name in self.spec.voice else 0
        self.wait(max(reading - played, spoken - played, SHORTEST_HOLD))

    def _announce(self, name: str) -> None:
        """The caption changes, and the title where a step has its own. No frame of a step shows the caption of another, so each is a
        clip by itself."""
        self.remove(self.heading, *self.announced)
        self.heading = self._heading(name, self.map(name))
        self.announced = [self._caption(name)] if self.spec.burned and self.furniture != "none" else []
        self.add(*self.around_stage())

    def open_with(self, *mobjects: Mobject) -> None:
        """Puts pictures on an empty stage, without a motion: for a step that does not need what the one before it has left there."""
        self.clear()
        self.add(*mobjects, *self.around_stage())

    def around_stage(self) -> list[Mobject]:
        """What stands around the stage."""
        return [*([self.heading] if self.furniture == "full" else []), *self.announced]

    def _heading(self, name: str, drawn: Machine | None = None) -> Heading:
        """The title, the note that weights are untrained where they are, the running question, and the map of the machine.

        drawn: the map as it is by now.
        """
        config = self.staging.trace.config
        note = self._note() if not config.trained else VGroup()
        title = self._title(name, note) if self.frame.is_roomy else self._title_alone(name)
        return Heading(title, note, self._question(), drawn or self.draw_map(self.spec.block))

    def _title(self, name: str, note: Mobject) -> Label:
        """The title in one line, and the note behind it."""
        zone = self.frame.title
        y = zone.top - BASELINE + self.theme.fonts.cap_height * TITLE_SIZE / 2
        width = zone.width - (note.width + GAP if note else 0)
        title = text(self.theme, self.title(name), TITLE_SIZE, weight=600, at=(zone.left, y, 0), align=-1, width=width)
        note.shift([zone.left + title.advance + GAP, y, 0] if note else ORIGIN)
        return title

    def _title_alone(self, name: str) -> VGroup:
        """The title where nothing but the map stands beside it."""
        zone, lines = self.frame.title, self.frame.lines["title"]
        return paragraph(self.theme, self.title(name), TITLE_SIZE, zone.width, weight=600, lines=lines, align=-1).shift(zone.centre)

    def draw_map(self, block: int, head: int | None = None, place: str = "") -> Machine:
        """The map of the machine, one block lit; with another head than the scene's, or another place, if one is named."""
        config, head = self.staging.trace.config, self.head if head is None else head
        return machine(self.theme, self.frame.map, config.n_blocks, config.n_heads, config.translates, place or self.place, block, head)

    def _note(self) -> Label:
        """That weights are untrained: behind the title, where it will be put, or at the end of the line of the question."""
        room = Room.around((0, 0), 0, 0) if self.frame.is_roomy else self.frame.question
        return text(self.theme, self.staging.words["untrained"], NOTE_SIZE, "muted", at=room, align=-1 if self.frame.is_roomy else 1, width=self.frame.title.width)

    def _question(self) -> Mobject:
        """What is still open, on the line of the title, beside the map, or below the title."""
        zone, said = self.frame.question, self.spec.keys["question"]
        if not said:
            return VGroup()
        if not self.frame.is_roomy:
            return text(self.theme, said, NOTE_SIZE, "muted", at=zone, align=-1)
        y = zone.top - BASELINE + self.theme.fonts.cap_height * NOTE_SIZE / 2
        return text(self.theme, said, NOTE_SIZE, "muted", at=(zone.right, y, 0), align=1, width=zone.width)

    def _caption(self, name: str) -> VGroup:
        zone = self.frame.caption
        return paragraph(self.theme, self.caption(name), CAPTION_SIZE, zone.width, lines=self.frame.lines["caption"]).shift(zone.centre)

    def play(self, *animations: Animation, **options) -> None:
        """Plays animations at the film's pace."""
        compiled = [animation for animation in self.compile_animations(*animations, **options) if self._plays(animation)]
        if not compiled:
            return
        if self.rehearsing:
            self._pass_through(compiled)
        else:
            for animation in compiled:
                animation.run_time /= self.spec.pace
            super().play(*compiled)
        self.mobjects = gathered(self.mobjects)

    def _plays(self, animation: Animation) -> bool:
        """Whether there is anything to be seen of it: what moves in a heading that is not there is not."""
        return animation.run_time > 0 and (self.furniture == "full" or animation.mobject not in self.heading.get_family())

    def _pass_through(self, animations: list[Animation]) -> None:
        self.add_mobjects_from_animations(animations)
        for animation in animations:
            animation._setup_scene(self)
            animation.begin()
            animation.finish()
            animation.clean_up_from_scene(self)
