"""Layout: pictures beside pictures, and what is written around a matrix. Rooms (`room.py`) divide the stage before anything is drawn.

All take pictures that stand already and give pictures back. Lengths in manim units; those that are needed most are defaults.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from manim import DOWN, LEFT, ORIGIN, RIGHT, UP, Mobject, VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.equation import equation
from scenes.parts.flow import arrow
from scenes.parts.heat_map import HeatMap, heat_map
from scenes.parts.label import Label
from scenes.parts.shapes import room_of
from scenes.parts.tokens import cards_beside, column_labels, row_labels, shape_label
from scenes.parts.whole import Whole

NAME, SIGN = 38 * PX, 34 * PX             # em sizes of the name of a matrix and of a sign between two
LABEL, SLANTED, NAMED = 1.5, 0.85, 0.6    # room beside a matrix for words, below it, and above it for its name
TO, FROM, ASIDE = 0.05, 0.1, 0.25         # between an arrow and where it ends, where it starts, and what stands in its way


def above(thing: Mobject, picture: Mobject, gap: float = TIGHT, align: int = 0) -> Mobject:
    """Puts a thing above a picture, in its middle, or with `align` −1 or 1 at its left or right edge."""
    return thing.next_to(picture, UP, buff=gap, aligned_edge=align * RIGHT)


def below(thing: Mobject, picture: Mobject, gap: float = TIGHT, align: int = 0) -> Mobject:
    """Puts a thing below a picture."""
    return thing.next_to(picture, DOWN, buff=gap, aligned_edge=align * RIGHT)


def left_of(thing: Mobject, picture: Mobject, gap: float = TIGHT) -> Mobject:
    """Puts a thing at the left of a picture."""
    return thing.next_to(picture, LEFT, buff=gap)


def right_of(thing: Mobject, picture: Mobject, gap: float = TIGHT) -> Mobject:
    """Puts a thing at the right of a picture."""
    return thing.next_to(picture, RIGHT, buff=gap)


def between(thing: Mobject, left: Mobject, right: Mobject, up: float = 0.0) -> Mobject:
    """Puts a thing in the middle of the gap between two pictures, at the height of the left one or higher."""
    return thing.move_to([(room_of(left).right + room_of(right).left) / 2, left.get_y() + up, 0])


def side_by_side(*things: Mobject, gap: float = TIGHT, at: Room | None = None, align: int = 0) -> VGroup:
    """Things from left to right, in the middle of a room, or with `align` −1 or 1 at its left or right edge."""
    return _at(VGroup(*things).arrange(RIGHT, buff=gap), at, align)


def line_of(*labels: Label, gap: float = TIGHT, at: Room, align: int = 0) -> VGroup:
    """Words and numbers one behind the other on one baseline, in the middle of a room, or with `align` −1 or 1 at its left or right edge,
    all smaller where they would not fit. They are made without a place."""
    half = (sum(label.advance for label in labels) + gap * (len(labels) - 1)) / 2
    share, x = min(1, at.width / (2 * half)), -half
    for label in labels:
        label.shift([x + label.advance / 2, 0, 0])
        x += label.advance + gap
    return VGroup(*labels).scale(share, about_point=ORIGIN).shift(at.point(align) - [align * share * half, 0, 0])


def stacked(*things: Mobject, gap: float = TIGHT, at: Room | None = None, align: int = 0) -> VGroup:
    """Things from top to bottom, in the middle of a room, or flush with its left or right edge with `align` −1 or 1."""
    return _at(VGroup(*things).arrange(DOWN, buff=gap, aligned_edge=align * RIGHT), at, align)


def fitted(thing: Mobject, room: Room) -> Mobject:
    """A thing, made so small that it fits a room, in whose middle it stands; what fits stays as large as it is."""
    return thing.scale(min(1, room.width / thing.width, room.height / thing.height)).move_to(room.centre)


def at_foot(things: Sequence[Mobject], room: Room, gap: float = GAP) -> Room:
    """Puts things at the bottom of a room, in its middle, each of them; what is left of the room above them."""
    for thing in things:
        thing.move_to(room.strip(bottom=thing.height).centre)
    return room.trim(bottom=max(thing.height for thing in things) + gap) if things else room


def no_higher(thing: Mobject, room: Room) -> Mobject:
    """A thing that stands in a room, made smaller where it is higher than that, its left edge where it was."""
    return thing.scale(min(1, room.height / thing.height), about_edge=LEFT)


def named(theme: Theme, maths: str, shape: Sequence[int] | None = None, role: str = "text", size: float = NAME,
          at: Room | None = None, roles: Mapping[str, str] | None = None) -> VGroup:
    """The name of a matrix and its true shape beside it, if a room is wide enough for both. roles: of symbols in the name."""
    words = [word for word in ([shape_label(theme, shape)] if shape else []) if not at or at.width > word.width + 2 * size]
    width = at.width - sum(word.width + TIGHT for word in words) if at else None
    return side_by_side(equation(theme, maths, roles, size, role, width), *words, at=at)


def sign(theme: Theme, maths: str, left: Mobject, right: Mobject, role: str = "muted", size: float = SIGN, up: float = 0.0) -> Mobject:
    """Maths in the gap between two pictures."""
    return between(equation(theme, maths, size=size, role=role), left, right, up)


def arrows(theme: Theme, *things: Mobject, role: str = "muted") -> list[VGroup]:
    """An arrow from each thing to the one at its right, all at the height of the first; or to the one below it."""
    y = things[0].get_y()
    return [arrow(theme, (a.right + FROM, y, 0), (b.left - TO, y, 0), role) if a.right < b.left else
            arrow(theme, (a.left - ASIDE, a.bottom - TO, 0), (a.left - ASIDE, b.top + TO, 0), role)
            for a, b in pairwise(map(room_of, things))]


class Labelled(Whole):
    """A matrix and what stands around it: `.sheet`, the heat map; `.title` above; `.rows`, cards or words at the left of its rows;
    `.columns`, words below its columns. What it has not is an empty group."""

    def __init__(self, sheet: HeatMap, title: Mobject, rows: VGroup, columns: VGroup):
        super().__init__(sheet=sheet, title=title, rows=rows, columns=columns)

    @property
    def around(self) -> list[Mobject]:
        """All but the heat map."""
        return [self.title, self.rows, self.columns]


def labelled(theme: Theme, view: View, room: Room, role: str = "line", *, title: Mobject | None = None, cards: Sequence[str] = (),
             rows: Sequence[str] = (), columns: Sequence[str] = (), left: float = LABEL, foot: float = SLANTED, head: float = NAMED,
             gap: float = TIGHT, inks: tuple[str, str] = ("query", "key"), **drawn) -> Labelled:
    """A matrix with all that is written around it, in a room.

    title: what stands above it (`named`). cards, rows: the words of its rows, on cards or plain. columns: the words of its columns.
    left, foot, head: what these take of the room; `gap` is between matrix and title. inks: the roles of row and column words.
    drawn: how the matrix is drawn, as for `heat_map`.
    """
    beside = cards or rows
    inner = room.trim(left=left if beside else 0, bottom=foot if columns else 0, top=head if title else 0)
    sheet = heat_map(theme, view, inner, role, **drawn)
    words = [[beside[k] for k in sheet.grid.rows if k is not None] if beside else [],
             [columns[k] for k in sheet.grid.columns if k is not None] if columns else []]
    at_left = (cards_beside(theme, words[0], sheet, left - TIGHT) if cards else
               row_labels(theme, words[0], sheet, inks[0], left - TIGHT) if rows else VGroup())
    return Labelled(
        sheet, above(title, sheet.border, gap) if title else VGroup(), at_left,
        column_labels(theme, words[1], sheet, inks[1], foot) if columns else VGroup(),
    )


def _at(things: VGroup, room: Room | None, align: int) -> VGroup:
    return things.move_to(room.point(align) - np.array([align * things.width / 2, 0, 0])) if room else things
