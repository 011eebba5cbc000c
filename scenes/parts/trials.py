"""What is said to one or two sentences in several trials."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from manim import VGroup

from model import View
from scenes.parts.word_card import WordCard, word_card
from scenes.base.layout import fitted, side_by_side
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.label import Label, number, paragraph, text
from scenes.parts.shapes import Block, frame
from scenes.parts.tokens import TokenCard, snug_row
from scenes.parts.whole import Whole

NAME, LOOK, WEIGHT, VERDICT, SIGN, CHIP = (size * PX for size in (34, 34, 44, 48, 80, 46))
CARD, NAMES, FOOT, ASIDE = (size * PX for size in (76, 200, 84, 84))      # a sentence's card, beside its row; the verdict, below and beside
LINES = 2.4                               # of the name of a trial, in em
LOWEST = 150 * PX                         # a cell in which a look stands above what is said
PANEL, BRIGHT = 28 * PX, 5 * PEN


class Answer(NamedTuple):
    """A word that is said and its probability; where the head looks meanwhile, in words, and its weight, if that counts."""

    word: str
    chance: View
    look: str
    weight: View | None = None


class Trial(NamedTuple):
    """What is done, in words, and what is then said to each sentence."""

    name: str
    answers: Sequence[Answer]

    @property
    def said(self) -> set[str]:
        """The words that are said, in any order."""
        return {answer.word for answer in self.answers}


class Panel(Whole):
    """`box`; `title`; for each sentence where the head looks, `looks`, if there is room, and what is said, `cards`; `verdict`, its sign
    alone where there is no room for its words."""

    def __init__(self, box: Block, title: VGroup, looks: list[VGroup], cards: list[WordCard], verdict: list[Label]):
        super().__init__(box=box, title=title, looks=looks, cards=cards, verdict=verdict)


class Trials(Whole):
    """`names`, a card for each sentence with what it is called, and `panels`, one for each trial."""

    def __init__(self, names: list[TokenCard], panels: list[Panel]):
        super().__init__(names=names, panels=panels)


def trials(theme: Theme, names: Sequence[str], done: Sequence[Trial], verdicts: tuple[str, str], room: Room) -> Trials:
    """A table that fills a room: trials side by side, sentences one below the other, or the other way round where the room is no wider
    than high. names: of the sentences, if there are two. verdicts: that one word is said to these, or two.
    What is said in the first trial is in the colour of the output."""
    wide = room.is_wide
    body = (room.trim(left=NAMES + TIGHT) if wide else room.trim(top=CARD + TIGHT)) if names else room
    places = (body.columns if wide else body.rows)(len(done), TIGHT)
    cells = _cells(places[0], len(names) or 1, wide)[1]
    beside = [replace(cell, left=room.left, right=room.left + NAMES) if wide else replace(cell, bottom=room.top - CARD, top=room.top)
              for cell in cells]
    cards = [snug_row(theme, [name], place, CARD, size=CHIP)[0] for name, place in zip(names, beside)]
    for card in cards:
        card.box.set_stroke(theme.colour("text"), BRIGHT)
    roles = ["output", *["text"] * (len(done) - 1)]
    judged = [f"{'=≠'[len(trial.said) - 1]} {verdicts[len(trial.said) - 1]}" if names else "" for trial in done]
    return Trials(cards, [_panel(theme, *each, wide) for each in zip(done, judged, places, roles, strict=True)])


def _cells(room: Room, count: int, wide: bool) -> tuple[Room, list[Room], Room]:
    """The rooms of a panel's name, of what is said to so many sentences, and of the verdict."""
    inner = room.inset(TIGHT, TIGHT / 2)
    high = (LINES if wide else 1) * NAME
    body = inner.trim(top=high + TIGHT / 2)
    cells = body.trim(bottom=FOOT).rows(count, GAP) if wide else body.trim(right=ASIDE).columns(count, TIGHT / 2)
    return inner.strip(top=high), cells, body.strip(bottom=FOOT - TIGHT) if wide else body.strip(right=ASIDE - TIGHT)


def _panel(theme: Theme, trial: Trial, verdict: str, room: Room, role: str, wide: bool) -> Panel:
    head, cells, foot = _cells(room, len(trial.answers), wide)
    above = (WEIGHT + TIGHT / 2) * (cells[0].height > LOWEST)
    looks = [_look(theme, answer, cell.strip(top=WEIGHT)) for answer, cell in zip(trial.answers, cells, strict=True)]
    return Panel(
        frame(theme, room, radius=PANEL, width=2, fill="surface"),
        paragraph(theme, trial.name, NAME, head.width, weight=500).shift(head.centre), looks * bool(above),
        [word_card(theme, answer.word, answer.chance, cell.trim(top=above), role) for answer, cell in zip(trial.answers, cells)],
        [text(theme, verdict if wide else verdict[:1], VERDICT if wide else SIGN, role, 700, at=foot)] * bool(verdict),
    )


def _look(theme: Theme, answer: Answer, room: Room) -> VGroup:
    weight = [] if answer.weight is None else [number(theme, answer.weight, WEIGHT, "weight", 700)]
    return fitted(side_by_side(text(theme, answer.look, LOOK, "muted"), *weight), room)
