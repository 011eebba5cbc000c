"""The map of the machine: blocks with their heads, and the decoder; what is spoken about is lit."""

from collections.abc import Sequence

from manim import VGroup, VMobject

from scenes.base.room import PEN, PX, Room
from scenes.base.spec import PLACES
from scenes.base.theme import Theme
from scenes.parts.label import Label, text
from scenes.parts.shapes import Block, frame, room_of
from scenes.parts.whole import Whole

ENCODER, DECODER, WIRES = 0.6, 0.24, 0.16                 # shares of the width
GAP, RADIUS, PADDING = 8 * PX, 8 * PX, 0.17               # between blocks; of their corners; inside them, as a share of their height
HEAD, BAR, LINES = 0.5, 0.12, 2                           # heights of a head and of the MLP's bar, as shares; lines in a decoder's block
LIT, UNLIT, STRIKE = 3 * PEN, 2 * PEN, 4 * PEN
CALLED, BESIDE = 26 * PX, 34 * PX                         # em size of what its parts are called; from the map to what it is called itself
DIM = 0.6                                                 # opacity of what is in a block that is lit, but not meant


class Machine(Whole):
    """The map: `blocks[b]`, `heads[b][h]` and `bars[b]` of the encoder from the first block on, `strikes[b][h]` of blocks that are lit,
    which are not seen until a head is cut, and `decoder` and `wires`, empty where nothing is decoded."""

    def __init__(self, theme: Theme, blocks: VGroup, heads: VGroup, bars: VGroup, strikes: VGroup, decoder: VGroup, wires: VGroup):
        super().__init__(wires=wires, blocks=blocks, bars=bars, heads=heads, strikes=strikes, decoder=decoder)
        self.ink = theme.colour("text")   # the theme itself has fonts, which cannot be copied

    def cut(self, block: int, head: int) -> "Machine":
        """Makes a head hollow and strikes it out, in a block that is lit; to be seen, `machine.animate.cut(…)`."""
        self.blocks[block].set_stroke(self.ink, LIT)
        self.heads[block][head].set_fill(opacity=0).set_stroke(self.ink, UNLIT)
        self.strikes[block][head].set_stroke(self.ink, STRIKE, 1)
        return self


def machine(theme: Theme, room: Room, n_blocks: int, n_heads: int, decodes: bool, place: str = "", block: int = 0, head: int = 0
            ) -> Machine:
    """The map of a model that fills a room; block 1 is at the bottom.

    decodes: whether it has a decoder. place: what is lit, one of PLACES: nothing; a block with one head, or as it is; all blocks of
    the encoder; those of the decoder; or everything. block, head: which, from 0. Raises ValueError for another place.
    """
    if place not in PLACES:
        raise ValueError(f"place is {place!r}; it can be one of {', '.join(map(repr, PLACES))}")
    encoder = room.strip(left=ENCODER * room.width) if decodes else room.strip(right=ENCODER * room.width)
    lit = {"head": {block}, "block": {block}, "encoder": set(range(n_blocks)), "all": set(range(n_blocks))}.get(place, set())
    rows = encoder.rows(n_blocks, gap=min(GAP, room.height / (4 * n_blocks)))[::-1]
    heads = [_heads(theme, row, n_heads, k in lit, head if place == "head" else None) for k, row in enumerate(rows)]
    right = room.strip(right=DECODER * room.width)
    beside = [Room(right.left, right.right, row.bottom, row.top) for row in rows] if decodes else []
    decoder = VGroup(_decoder_block(theme, row, place in ("decoder", "all")) for row in beside)
    return Machine(
        theme, VGroup(_box(theme, row, k in lit) for k, row in enumerate(rows)), VGroup(heads),
        VGroup(_bar(theme, _inner(row).strip(bottom=BAR * row.height), k in lit) for k, row in enumerate(rows)),
        VGroup(VGroup(_strike(theme, each) for each in row if k in lit) for k, row in enumerate(heads)), decoder, _wires(theme, rows[-1], beside),
    )


def captioned(theme: Theme, drawn: Machine, whole: str, halves: tuple[str, str], y: float) -> list[Label]:
    """What the map is, and what its encoder and its decoder, if it has one, are called, at a height below it."""
    there, (encoder, decoder) = room_of(drawn), halves
    words = [(encoder, "text", there.left, -1), *[(decoder, "text", there.right, 1)] * bool(drawn.decoder),
             (whole, "muted", there.left - BESIDE, 1)]
    return [text(theme, word, CALLED, role, at=(x, y, 0), align=align) for word, role, x, align in words]


def _inner(row: Room) -> Room:
    return row.inset(PADDING * row.height, PADDING * row.height)


def _box(theme: Theme, room: Room, lit: bool) -> Block:
    return frame(theme, room, "text" if lit else "line", min(RADIUS, room.height / 4), LIT if lit else UNLIT, "surface")


def _bar(theme: Theme, room: Room, lit: bool) -> Block:
    """A solid bar, without an outline."""
    shape = frame(theme, room, width=0, radius=min(RADIUS / 3, room.height / 3), fill="muted" if lit else "line")
    return shape.set_fill(opacity=DIM if lit else 1)


def _heads(theme: Theme, row: Room, n_heads: int, lit: bool, here: int | None) -> VGroup:
    """The heads of a block, squares side by side; the one that is lit is filled."""
    places = [place.fit(HEAD * row.height, HEAD * row.height) for place in _inner(row).strip(top=HEAD * row.height).columns(n_heads, gap=0)]
    squares = VGroup(_bar(theme, place, lit) for place in places)
    if lit and here is not None:
        squares[here].set_fill(theme.colour("text"), 1)
    return squares


def _strike(theme: Theme, head: Block) -> VMobject:
    """The line through a head, not seen yet."""
    line = VMobject(stroke_color=theme.colour("text"), stroke_width=STRIKE, stroke_opacity=0)
    return line.set_points_as_corners([head.get_corner([-1, -1, 0]), head.get_corner([1, 1, 0])]).scale(1.5)


def _decoder_block(theme: Theme, room: Room, lit: bool) -> VGroup:
    inner = _inner(room)
    lines = [line.fit(height=1.4 * BAR * room.height) for line in inner.trim(bottom=1.8 * BAR * room.height).rows(LINES, gap=0)]
    return VGroup(_box(theme, room, lit), *(_bar(theme, line, lit) for line in (*lines, inner.strip(bottom=BAR * room.height))))


def _wires(theme: Theme, last: Room, blocks: Sequence[Room]) -> VGroup:
    """From the encoder's last block to every block of the decoder."""
    wires = VGroup()
    for block in blocks:
        (x, y, _), bend = last.point(1), (last.right + block.left) / 2
        line = VMobject(stroke_color=theme.colour("line"), stroke_width=UNLIT)
        wires.add(line.set_points_as_corners([[x, y, 0], [bend, y, 0], [bend, block.centre[1], 0], [block.left, block.centre[1], 0]]))
    return wires
