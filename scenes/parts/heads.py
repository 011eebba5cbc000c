"""All heads of an encoder, a row for every block: a heat map of what each of them does, or cards with what is said without it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from manim import VGroup

from model import View
from scenes.base.layout import line_of
from scenes.parts.heat_map import DIGIT_ROOM, MARGIN, Grid, HeatMap, fit_digits, heat_map
from scenes.parts.label import LINE_SPACING, SMALLEST_WORD, Label, format_number, number, paragraph, text, text_width
from scenes.parts.phrase import LOUD
from scenes.parts.shapes import Block, ring, room_of
from scenes.parts.tokens import column_labels, row_labels
from scenes.parts.whole import Whole
from scenes.parts.word_card import WORD, WordCard, word_card
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme

WIDEST, TALLEST = 400 * PX, 330 * PX       # a head’s box
NAME = 36 * PX                            # em size of what a map is of
LABEL, BELOW = 1.3, 0.5                   # room for the names of blocks and heads
TITLED = (6, 70)                          # heights of a title and of what it is of
NOTE = 60 * PX                            # height of what is said of a card
LARGE = 0.32                              # em size of digits, as a share of the shorter side of a box


class Cut(NamedTuple):
    """What is said to a sentence: how that is called, if there are two; the `whole` model's word and its probability; and the `words` and
    their probabilities if one head is cut, both (block, head)."""

    name: str
    whole: tuple[str, View]
    words: Sequence[Sequence[str]]
    chances: View


class HeadCards(Whole):
    """`title`, `names` of blocks and heads, `cards`, of each block one for every head, and `rings` around those whose word is another."""

    def __init__(self, title: VGroup, names: VGroup, cards: list[list[WordCard]], rings: list[Block]):
        super().__init__(title=title, names=names, cards=[VGroup(*row) for row in cards], rings=rings)


def head_map(theme: Theme, view: View, room: Room, digits: bool = False, scale: float | None = None) -> HeatMap:
    """A number for every head: a heat map (block, head) in the middle of a room, the first block below, with larger cells than a matrix has."""
    blocks, heads = view.shape
    width, height = min(WIDEST, (room.width - 2 * MARGIN) / heads), min(TALLEST, (room.height - 2 * MARGIN) / blocks)
    grid = Grid(tuple(reversed(range(blocks))), tuple(range(heads)), width, height)
    written = fit_digits(theme, view.values, grid) if digits else None
    widest = max(text_width(theme, format_number(value, written.decimals), 1, tabular=True) for value in view.values.flat) if written else 1
    large = written and written._replace(size=max(written.size, min(LARGE * min(grid.width, grid.height), DIGIT_ROOM * grid.width / widest)))
    return heat_map(theme, view, room, digits=large, scale=scale, grid=grid)


def head_names(theme: Theme, picture: HeatMap, blocks: list[str], heads: list[str]) -> VGroup:
    """The names of the blocks beside the rows and of the heads below the columns."""
    return VGroup(row_labels(theme, blocks[::-1], picture, "muted", LABEL), column_labels(theme, heads, picture, "muted", BELOW))


def head_cards(theme: Theme, cut: Cut, uncut: str, blocks: Sequence[str], heads: Sequence[str], room: Room,
               notes: Sequence[tuple[int, int, str]] = ()) -> HeadCards:
    """A card for every head, what is said without it, in a room; the first block below. uncut: how what the whole model says is called.
    blocks, heads: their names. notes: block, head and what is said of its card, above its word, where there is room."""
    head, body = room.strip(top=NAME), room.trim(top=NAME + TIGHT / 2, left=LABEL, bottom=BELOW)
    word, chance = cut.whole
    title = line_of(*[text(theme, cut.name, NAME, weight=700)] * bool(cut.name), text(theme, uncut, NAME, "muted"),
                    text(theme, word, NAME, "output", 700), number(theme, chance, NAME, "output", 700), at=head)
    rows = body.rows(len(blocks), TIGHT)[::-1]
    widest = max(text_width(theme, said, 1, LOUD) for line in cut.words for said in [*line, word])
    largest = min(WORD, (body.width / len(heads) - TIGHT - GAP) / widest)
    narrow = text_width(theme, format_number(0, theme.decimals), theme.digit, 600, tabular=True) > body.width / len(heads) - TIGHT - GAP
    theme = replace(theme, decimals=1) if narrow else theme                             # fewer digits where two would be too small
    cards = [[word_card(theme, said, chance, place, "muted" if said == word else "output", largest=largest)
              for said, chance, place in zip(*found, row.columns(len(heads), TIGHT), strict=True)]
             for *found, row in zip(cut.words, cut.chances, rows, strict=True)]
    rings = [ring(theme, card.box) for row in cards for card in row if card.word.string != word]
    places = [*(row.outside(left=LABEL - TIGHT, gap=TIGHT) for row in rows),
              *(room_of(card).outside(bottom=BELOW - TIGHT, gap=TIGHT) for card in cards[0])]
    names = VGroup(text(theme, name, NAME, "muted", at=place, width=place.width) for name, place in zip([*blocks, *heads], places, strict=True))
    for block, head, note in notes:
        free = room_of(cards[block][head].box).strip(top=NOTE).inset(TIGHT / 2, 0)
        if room_of(cards[block][head].word).top < free.bottom and text_width(theme, note, SMALLEST_WORD) <= free.width:
            cards[block][head].add(text(theme, note, SMALLEST_WORD, at=free))
    return HeadCards(title, names, cards, rings)


def titled(theme: Theme, title: str, stage: Room, roomy: bool) -> tuple[VGroup | Label, Room]:
    """What a picture is of, at the top of a stage, in one line or in several; and the room below it."""
    if roomy:
        head, body = stage.rows(TITLED)
        return text(theme, title, NAME, weight=500, at=head, width=head.width), body
    head, body = stage.strip(top=2 * LINE_SPACING * NAME), stage.trim(top=2 * NAME + TIGHT)
    return paragraph(theme, title, NAME, head.width, weight=500).shift(head.centre), body
