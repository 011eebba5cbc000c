"""Encoder and decoder as two boxes: tokens go in, a row of numbers for each comes out; the decoder reads these and its own words, and says
the next one (Vaswani et al. 2017, section 3)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from manim import Animation, Mobject, VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import Module, module, route
from scenes.parts.flow import arrow
from scenes.parts.heat_map import HeatMap, fit_grid, heat_rows, taller
from scenes.parts.label import Label, text
from scenes.parts.motion import BLINK, DIMMED, FLASH, appear, draw, merge, set_presence, travel, vanish
from scenes.parts.ranking import Ranking, grow
from scenes.parts.shapes import Block, frame, room_of
from scenes.parts.tokens import token_column

NAME, HEADING = (size * PX for size in (38, 30))
LEGEND = 150 * PX                         # height of what the colours mean
IN_LINE = "cards", "encoder", "rows", "decoder", "said", "next"
FOLDED = "cards", "encoder", "rows", "next", "decoder", "said"
BEST, ROW, SHORTEST = 3, 0.8, 64 * PX     # words that are ranked at most; height of each of them, at most and at least
OVER, UNDER, HEAD = 0.12, 0.1, 0.8        # from the top of the stage to the line over the decoder; free below the parts, and above them
CARDS, FIRST, END = 0.24, 0.2, 0.42       # up from cards to their name, from the best words to theirs, and to where a line to them ends
ROOMY = 5.5                               # of a lower stage the decoder, below the encoder, takes more, for its words to be legible


class EncoderDecoder(NamedTuple):
    """`rooms` of its parts and of the `key`; `names` above them; `cards` of the tokens, `encoder`, the `rows` of numbers that it makes,
    `decoder`, cards of what is `said`, the start token first, `read`, a frame around what goes in again, rooms of the `best` words,
    `wires`: into the encoder, from the rows and from the words to the decoder, and out of it, and `back`, on which a word goes in again."""

    rooms: Mapping[str, Room]
    names: Mapping[str, Label]
    cards: VGroup
    encoder: Module
    rows: list[HeatMap]
    decoder: Module
    said: VGroup
    read: Block
    best: list[Room]
    wires: list[VGroup]
    back: VGroup

    def say(self, place: int, best: Ranking, before: Sequence[Mobject], seconds: float, followed: bool = True) -> Iterator[list[Animation]]:
        """One forward pass of the decoder: it reads the numbers and all the words so far; the best of the next words joins them, unless it is
        the last.

        before: the words that were ranked last. followed: whether it is seen what goes in, and how the word goes back.
        """
        winner, card = best.words[0].copy(), self.said[place + 1]
        if followed:
            words = [each.box for each in self.said[: place + 1]]
            yield [merge(*words, into=self.wires[2]), merge(*(row.cells for row in self.rows), into=self.wires[1])]
        yield [vanish(*before, run_time=FLASH)]
        yield [appear(best.tracks, best.words, best.numbers, run_time=seconds), grow(best.bars, run_time=seconds)]
        if card is self.said[-1]:
            return
        if not followed:
            yield [appear(card, run_time=seconds)]
            return
        winner.overlay = True             # it starts on the word that stays
        yield [appear(card.box, run_time=BLINK), *[draw(*self.back)] * (place == 0),
               travel(winner, card.word, run_time=seconds) if card.word.string else merge(winner, into=card.box, run_time=seconds)]


def encoder_decoder(theme: Theme, names: Mapping[str, str], tokens: Sequence[str], made: View, said: Sequence[str], decodes: bool,
                    stage: Room, slim: bool, roomy: bool) -> EncoderDecoder:
    """Both halves on a stage: in one line, or, where it is slim, the decoder below the encoder, from the right to the left.

    names: what its parts are called. made: (n, d_model), what the encoder makes. said: the start token, and all words that come out.
    decodes: whether there is a decoder; one that there is not stays dark. roomy: whether the key has a room of its own.
    """
    rooms = _folded(stage) if slim else _in_line(stage, roomy)
    cards, slots = (token_column(theme, words, rooms[part]) for words, part in ((tokens, "cards"), (said, "said")))
    read = frame(theme, room_of(slots[:-1], GAP / 5), "output")              # what comes out last is not read again
    encoder, decoder = (module(theme, names[name], rooms[name], size=NAME) for name in ("encoder", "decoder"))
    for shape in () if decodes else decoder:
        set_presence(shape, DIMMED)
    rows, best = _rows(theme, made, cards, rooms["rows"], slim), _best(rooms["next"], None if roomy else decoder.get_y())
    tops = {"cards": room_of(cards).top + CARDS, "rows": room_of(rows[0]).top + CARDS, "said": room_of(slots).top + CARDS,
            "next": best[0].top + FIRST}
    wires = _wires(theme, cards, encoder, rows, decoder, read)
    wires.append(_out(theme, room_of(decoder), rooms["next"], best[0].top + END, stage, slim))
    return EncoderDecoder(rooms, {part: _name(theme, names[part], rooms[part], y, stage) for part, y in tops.items()},
                          cards, encoder, rows, decoder, slots, read, best, wires, _back(theme, read, rooms["next"], best, stage, slim))


def _in_line(stage: Room, roomy: bool) -> dict[str, Room]:
    rooms = dict(zip(IN_LINE, stage.trim(top=HEAD, bottom=UNDER).columns([14, 15, 26, 15, 15, 25]), strict=True))
    after = rooms["next"]
    return {**rooms, "next": after.trim(bottom=LEGEND + GAP), "key": after.strip(bottom=LEGEND)} if roomy else {**rooms, "key": after}


def _folded(stage: Room) -> dict[str, Room]:
    high, low = stage.trim(top=HEADING + GAP, bottom=1.5 * GAP).rows([2, 1] if stage.height > ROOMY else [7, 5], 3 * GAP)
    rooms = dict(zip(FOLDED, [*high.columns([14, 11, 26]), *low.columns([4, 3, 4])], strict=True))
    return {**rooms, "key": rooms["next"]}


def _rows(theme: Theme, made: View, cards: VGroup, room: Room, slim: bool) -> list[HeatMap]:
    """What the encoder makes of each token, a row of numbers at the height of its card; slim ones are as high as that."""
    columns = list(dict.fromkeys(card.get_x() for card in cards))
    rooms = dict(zip(columns, room.columns(len(columns), TIGHT), strict=True))
    grid = fit_grid(made[0].shape, Room.around((0, 0), rooms[columns[0]].width, cards[0].height))
    grid = taller(grid, cards[0].height) if slim else grid
    return heat_rows(theme, made, [rooms[card.get_x()].level(card.get_y()) for card in cards], "line", grid)


def _best(room: Room, y: float | None) -> list[Room]:
    """Where the most probable words stand, as many as have room: around a height, or at the top, below what is said of them."""
    count = max(1, min(BEST, int(room.height / SHORTEST) - 1))
    height = count * min(ROW, room.height / (count + 1))
    return Room.around((room.centre[0], room.top - WIDE - height / 2 if y is None else y), room.width, height).rows(count, gap=0)


def _name(theme: Theme, name: str, room: Room, y: float, stage: Room) -> Label:
    """What a part is called, above it."""
    x = room.centre[0]
    width = min(room.width + GAP, 2 * min(x - stage.left, stage.right - x))
    return text(theme, name, HEADING, "muted", 500, at=(x, y, 0), width=width)


def _wires(theme: Theme, cards: VGroup, encoder: Module, rows: Sequence[HeatMap], decoder: Module, read: Block) -> list[VGroup]:
    """From the cards to the encoder, from the numbers and from the words to the decoder."""
    y, edge, made = encoder.get_y(), room_of(decoder), room_of(VGroup(*rows))
    from_cards, from_words = (arrow(theme, (start, at, 0), (end, at, 0)) for start, end, at in (
        (room_of(cards).right, room_of(encoder).left, y), (room_of(read).left, edge.right, read.get_y())))
    if edge.left > made.right:
        return [from_cards, arrow(theme, (made.right, y, 0), (edge.left, y, 0)), from_words]
    (x, *_), across = edge.centre, made.bottom - GAP
    return [from_cards, route(theme, [(made.centre[0], made.bottom), (made.centre[0], across), (x, across), (x, edge.top)]), from_words]


def _out(theme: Theme, decoder: Room, after: Room, end: float, stage: Room, slim: bool) -> VGroup:
    """From the decoder to the next word: at its left, or over what was said before, down to a height."""
    (x, y, _), top = decoder.centre, stage.top - OVER
    if slim:
        return arrow(theme, (decoder.left, y, 0), (after.right + TIGHT / 2, y, 0))
    return route(theme, [(x, decoder.top), (x, top), (after.centre[0], top), (after.centre[0], end)])


def _back(theme: Theme, read: Block, after: Room, best: Sequence[Room], stage: Room, slim: bool) -> VGroup:
    """From the best word to what is read: at its right, or round below the decoder."""
    into, y = room_of(read), best[0].centre[1]
    if not slim:
        return arrow(theme, (after.left - TIGHT / 4, y, 0), (into.right + TIGHT / 4, y, 0), "output")
    (x, *_), low = after.centre, max(after.bottom - GAP, stage.bottom)
    return route(theme, [(x, max(best[-1].bottom - WIDE, low + TIGHT)), (x, low), (into.centre[0], low), (into.centre[0], into.bottom)], "output")
