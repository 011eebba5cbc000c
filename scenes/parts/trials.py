"""What is looked at and then said in one or two sentences, in several trials."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from manim import VGroup

from model import View
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.flow import arrow
from scenes.parts.label import LINE_SPACING, SMALLEST_WORD, Label, paragraph, text, text_width
from scenes.parts.shapes import Block, frame
from scenes.parts.tokens import TokenCard, snug_row
from scenes.parts.whole import Whole
from scenes.parts.word_card import WordCard, word_card

NAME, VERDICT, SIGN, CHIP = (size * PX for size in (34, 46, 80, 46))
CARD, NAMES, ASIDE = (size * PX for size in (76, 170, 84))      # a sentence's card, beside its row; the verdict, beside
NARROWEST = 5                             # width of a card beside others, in em of the smallest digits
LOWEST = 6                                # height of a trial below others, likewise
LINES = 2                                 # of the name of a trial, and of why
PANEL, BRIGHT = 28 * PX, 5 * PEN


class Trial(NamedTuple):
    """What is done, in words; for each sentence what is looked at, a word and its weight, or what is said `instead` where nothing is; what
    is then said, a word and its probability; in which role, and why, if that is known."""

    name: str
    looks: Sequence[tuple[str, View]]
    instead: str
    answers: Sequence[tuple[str, View]]
    role: str
    why: str


class Places(NamedTuple):
    """The rooms of a panel and of its name, what its cards are, each sentence, the verdict, and why."""

    box: Room
    name: Room
    heads: Room
    cells: list[Room]
    verdict: Room
    why: Room


class Panel(Whole):
    """`box`; `title`; `heads`, what the cards are; for each sentence what is looked at, `looks`, and said, `cards`, and `ways` from one to
    the other; `verdict`, its sign alone where there is no room for its words; `why`."""

    def __init__(self, box: Block, title: VGroup, heads: list[Label], looks: list[WordCard], ways: list[VGroup], cards: list[WordCard],
                 verdict: list[Label], why: list[VGroup]):
        super().__init__(box=box, title=title, heads=heads, looks=looks, ways=ways, cards=cards, verdict=verdict, why=why)


class Trials(Whole):
    """`names`, a card for each sentence with what it is called, and `panels`, one for each trial."""

    def __init__(self, names: list[TokenCard], panels: list[Panel]):
        super().__init__(names=names, panels=panels)


def trials(theme: Theme, names: Sequence[str], done: Sequence[Trial], heads: tuple[str, str], verdicts: tuple[str, str], room: Room) -> Trials:
    """A table that fills a room: trials side by side, sentences one below the other, or the other way round where the room is no wider
    than high, or too narrow for their digits. names: of the sentences, if there are two. heads: that one word is looked at, one said.
    verdicts: that one word is said to these, or two. Where cards would be too narrow only what is said is shown, not what is looked at."""
    low = room.height < len(done) * LOWEST * theme.digit
    wide = room.is_wide and (low or room.width > 2 * NARROWEST * theme.digit * len(done))
    body = (room.trim(left=NAMES + TIGHT) if wide else room.trim(top=CARD + TIGHT)) if names else room
    places = [_places(place, len(names) or 1, wide, theme.digit) for place in (body.columns(len(done), GAP) if wide else body.rows(len(done), TIGHT))]
    beside = [replace(cell, left=room.left, right=room.left + NAMES) if wide else replace(cell, bottom=room.top - CARD, top=room.top)
              for cell in places[0].cells]
    cards = [snug_row(theme, [name], place, CARD, size=CHIP)[0] for name, place in zip(names, beside)]
    for card in cards:
        card.box.set_stroke(theme.colour("text"), BRIGHT)
    said = [len({word for word, _ in trial.answers}) for trial in done]
    judged = [f"{'=≠'[count - 1]} {verdicts[count - 1]}" if names else "" for count in said]
    return Trials(cards, [_panel(theme, *each, heads, wide) for each in zip(done, judged, places, strict=True)])


def _places(room: Room, count: int, wide: bool, digit: float) -> Places:
    inner, line = room.inset(TIGHT, TIGHT / 2), LINE_SPACING * NAME
    high = LINES * line if wide else NAME
    name, body = inner.strip(top=high), inner.trim(top=high + TIGHT / 2)
    if not wide:
        return Places(room, name, name, body.trim(right=ASIDE).columns(count, GAP), body.strip(right=ASIDE - TIGHT), body)
    headed = _is_enough_for_two(body, digit)
    heads, foot = body.strip(top=line), body.strip(bottom=VERDICT + (TIGHT / 2 + high) * headed)
    cells = body.trim(top=(line + TIGHT / 4) * headed, bottom=VERDICT + TIGHT + high * headed)
    return Places(room, name, heads, cells.rows(count, TIGHT), foot.strip(top=VERDICT), foot.strip(bottom=high))


def _is_enough_for_two(cell: Room, digit: float) -> bool:
    """Whether what is looked at has room beside what is said."""
    return cell.columns(2, GAP)[0].width > NARROWEST * digit


def _panel(theme: Theme, trial: Trial, verdict: str, places: Places, heads: tuple[str, str], wide: bool) -> Panel:
    halves = [cell.columns(2, GAP) for cell in places.cells]
    looks = _is_enough_for_two(places.cells[0], theme.digit)
    looked, said = zip(*halves) if looks else (places.cells, places.cells)
    whole = wide and text_width(theme, verdict, SMALLEST_WORD, 700) <= places.verdict.width
    over = zip(heads, ("weight", "output"), places.heads.columns(2, GAP))
    ways = [arrow(theme, from_.point(1), to.point(-1), "text", BRIGHT) for from_, to in halves[: len(trial.looks)]]
    found = ([word_card(theme, *each, cell, "weight") for each, cell in zip(trial.looks, looked, strict=True)] if trial.looks else
             [paragraph(theme, trial.instead, NAME, cell.width, "muted").shift(cell.centre) for cell in looked])
    why = paragraph(theme, trial.why, NAME, places.why.width, lines=LINES).shift(places.why.centre)
    return Panel(
        frame(theme, places.box, radius=PANEL, width=2, fill="surface"),
        paragraph(theme, trial.name, NAME, places.name.width, weight=600, lines=LINES if wide else 1).shift(places.name.centre),
        [text(theme, head, NAME, role, at=place) for head, role, place in over] if wide and looks else [],
        found if looks else [], ways if looks else [],
        [word_card(theme, *answer, cell, trial.role) for answer, cell in zip(trial.answers, said, strict=True)],
        [text(theme, verdict if whole else verdict[:1], VERDICT if whole else SIGN, "text", 700, at=places.verdict)] * bool(verdict),
        [why] if wide and looks and trial.why and len(why) <= LINES else [],
    )
