"""A translator from outside: the sentence below, the encoder with all its weights, the decoder beside it, and above what it says."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from manim import Mobject, VGroup

from model import View
from scenes.base.layout import arrows
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.flow import rise
from scenes.parts.half import Half, half
from scenes.parts.shapes import ring, room_of
from scenes.parts.tokens import framed_row

CARD = 100 * PX                           # height of a row of cards, in its frame
HALVES, UPRIGHT = (3, 1), (1, 2)          # shares of encoder and decoder; of the decoder above the encoder


class Row(NamedTuple):
    """Words, and which of them is marked, if one is."""

    words: Sequence[str]
    marked: int | None


class Translator(NamedTuple):
    """The `encoder`, and of the whole picture the `parts` one after the other, the last of them a ring."""

    encoder: Half
    parts: list[Mobject]


def translator(theme: Theme, read: Row, said: Row, titles: tuple[str, str], blocks: Sequence[str], weights: Sequence[View],
               ringed: tuple[int, int, int], room: Room) -> Translator:
    """The picture in a room; without a decoder if nothing is said. titles: of encoder and decoder. blocks: their names. weights: of each
    block of the encoder (head, query, key). ringed: block, head and key of the weight of the marked token that a ring is around; around the
    block where weights are too small to be drawn."""
    top, bottom, middle = room.strip(top=CARD), room.strip(bottom=CARD), room.trim(top=CARD + GAP, bottom=CARD + GAP)
    halves = middle.columns(HALVES, WIDE) if middle.is_wide else middle.rows(UPRIGHT, GAP)[::-1]
    left, *right = halves if said.words else [middle]
    encoder = half(theme, titles[0], blocks, left, weights)
    parts = [framed_row(theme, *read, replace(bottom, left=left.left, right=left.right)), VGroup(rise(theme, bottom, left), encoder)]
    if said.words:
        decoder = half(theme, titles[1], blocks, *right)
        over = arrows(theme, encoder.box, decoder.box, role="output") if middle.is_wide else [rise(theme, left, *right, "output")]
        parts += [VGroup(*over, decoder), VGroup(rise(theme, *right, top), framed_row(theme, *said, top))]
    block, head, key = ringed
    dots = encoder.maps[block][head].rows
    return Translator(encoder, [*parts, ring(theme, room_of(dots[read.marked][key], TIGHT / 4) if dots else encoder.blocks[block].box)])
