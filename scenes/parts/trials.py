"""What is looked at and said in one or two sentences, step by step, and then in several trials."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from manim import VGroup

from model import View
from scenes.parts.word_card import WordCard, word_card
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.flow import arrow
from scenes.parts.label import SMALLEST_WORD, Label, paragraph, text, text_width
from scenes.parts.shapes import Block, frame
from scenes.parts.tokens import TokenCard, snug_row
from scenes.parts.whole import Whole

NAME, VERDICT, SIGN, CHIP = (size * PX for size in (34, 48, 80, 46))
CARD, NAMES, FOOT, ASIDE = (size * PX for size in (76, 170, 84, 84))      # a sentence's card, beside its row; the verdict, below and beside
NARROWEST = 7                             # width of a trial beside others, in em of the smallest digits
LINES = 3.6                               # of the name of a trial, in em
LOWEST = 200 * PX                         # of a line
PANEL, BRIGHT = 28 * PX, 5 * PEN


class Trial(NamedTuple):
    """What is looked at or done, in words; what is then found or said, for each sentence, a word and its weight or probability; in which
    role, whether it is judged if these are one word, and whether the next follows from it."""

    name: str
    answers: Sequence[tuple[str, View]]
    role: str
    judged: bool = True
    leads: bool = False


class Panel(Whole):
    """`box`; `title`; for each sentence what is said, `cards`; `verdict`, its sign alone where there is no room for its words; `ways`,
    arrows to what follows from it."""

    def __init__(self, box: Block, title: VGroup, cards: list[WordCard], verdict: list[Label], ways: list[VGroup]):
        super().__init__(box=box, title=title, cards=cards, verdict=verdict, ways=ways)


class Trials(Whole):
    """`names`, a card for each sentence with what it is called, and `panels`, one for each trial."""

    def __init__(self, names: list[TokenCard], panels: list[Panel]):
        super().__init__(names=names, panels=panels)


def trials(theme: Theme, names: Sequence[str], done: Sequence[Trial], verdicts: tuple[str, str], room: Room) -> Trials:
    """A table that fills a room: trials side by side, sentences one below the other, or the other way round where the room is no wider
    than high, or too narrow for their digits. names: of the sentences, if there are two. verdicts: that one word is said to these, or two.
    Where lines are low only what is said is shown, not what leads to it."""
    wide = room.is_wide and room.width > NARROWEST * theme.digit * len(done)
    body = (room.trim(left=NAMES + TIGHT) if wide else room.trim(top=CARD + TIGHT)) if names else room
    done = [trial for trial in done if wide or not trial.leads or body.height > LOWEST * len(done)]
    places = body.columns(len(done), GAP) if wide else body.rows(len(done), TIGHT)
    cells = _cells(places[0], len(names) or 1, wide)[1]
    beside = [replace(cell, left=room.left, right=room.left + NAMES) if wide else replace(cell, bottom=room.top - CARD, top=room.top)
              for cell in cells]
    cards = [snug_row(theme, [name], place, CARD, size=CHIP)[0] for name, place in zip(names, beside)]
    for card in cards:
        card.box.set_stroke(theme.colour("text"), BRIGHT)
    said = [len({word for word, _ in trial.answers}) for trial in done]
    judged = [f"{'=≠'[count - 1]} {verdicts[count - 1]}" if names and trial.judged else "" for trial, count in zip(done, said)]
    return Trials(cards, [_panel(theme, *each, wide) for each in zip(done, judged, places, strict=True)])


def _cells(room: Room, count: int, wide: bool) -> tuple[Room, list[Room], Room]:
    """The rooms of a panel's name, of what is said to so many sentences, and of the verdict."""
    inner = room.inset(TIGHT, TIGHT / 2)
    high = (LINES if wide else 1) * NAME
    body = inner.trim(top=high + TIGHT / 2)
    cells = body.trim(bottom=FOOT).rows(count, GAP) if wide else body.trim(right=ASIDE).columns(count, TIGHT / 2)
    return inner.strip(top=high), cells, body.strip(bottom=FOOT - TIGHT) if wide else body.strip(right=ASIDE - TIGHT)


def _panel(theme: Theme, trial: Trial, verdict: str, room: Room, wide: bool) -> Panel:
    head, cells, foot = _cells(room, len(trial.answers), wide)
    ways = [arrow(theme, (room.right, cell.centre[1], 0), (room.right + GAP, cell.centre[1], 0), "text", BRIGHT) for cell in cells]
    whole = wide and text_width(theme, verdict, SMALLEST_WORD, 700) <= foot.width
    return Panel(
        frame(theme, room, radius=PANEL, width=2, fill="surface"),
        paragraph(theme, trial.name, NAME, head.width, weight=500, lines=3 if wide else 1).shift(head.centre),
        [word_card(theme, *answer, cell, trial.role) for answer, cell in zip(trial.answers, cells, strict=True)],
        [text(theme, verdict if whole else verdict[:1], VERDICT if whole else SIGN, "text", 700, at=foot, width=foot.width)] * bool(verdict),
        ways if wide and trial.leads else [],
    )
