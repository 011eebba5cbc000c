"""The block of the encoder and, beside it, that of the decoder: what is new in it, and what that is for."""

from collections.abc import Callable

from manim import Mobject, VGroup

from scenes.base.room import PEN, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.diagram import BlockDiagram, Module, block_diagram, route
from scenes.parts.equation import equation
from scenes.parts.label import Label, paragraph, text
from scenes.parts.shapes import room_of
from scenes.parts.whole import Whole

NAME, SAID, MEMORY = (size * PX for size in (34, 34, 56))
FOOT = NAME + TIGHT
BLOCKS = 7, 10                            # shares of the two blocks
WIDE_SHARES, LINES = (2, 1), 2.7 * SAID                   # of both and of what is said beside them; height of one of the two below
BRIGHT = 5 * PEN
NEW = "attention", "cross_attention"      # what the encoder's block has not, or not so


class Beside(Whole):
    """`encoder` and `decoder`, their blocks, and `names` below them; `said`, what its new modules are for; `way`, from
    what leaves the encoder to cross-attention, and `memory`, what that is called."""

    def __init__(self, encoder: BlockDiagram, decoder: BlockDiagram, names: list[Label], said: list[VGroup], way: VGroup,
                 memory: Mobject):
        super().__init__(encoder=encoder, decoder=decoder, names=names, said=said, way=way, memory=memory)


def blocks_beside(theme: Theme, say: Callable[[str], str], room: Room, norm: str) -> Beside:
    """Both blocks in a room. say: what their modules are called, what `new_attention` and `new_cross_attention` are for, and more."""
    low = room.trim(bottom=2 * LINES), *room.strip(bottom=2 * LINES).rows(2, 0)
    pictures, *beside = room.columns(WIDE_SHARES, WIDE) if room.is_wide else low
    left, middle = pictures.columns(BLOCKS, WIDE)
    names = [text(theme, say(f"{side}_block"), NAME, weight=500, at=place.strip(bottom=FOOT), width=place.width)
             for side, place in (("encoder", left), ("decoder", middle))]
    known = {kind: say(kind) for kind in ("add_norm", "mlp", "norm", "add", "cross_attention")}
    encoder, decoder = (block_diagram(theme, known | {"attention": say(f"{side}_attention")}, place.trim(bottom=FOOT), norm, side)
                        for side, place in (("encoder", left.trim(top=MEMORY + 2 * TIGHT)), ("decoder", middle)))
    levels = [beside[0].level(_part(decoder, kind).get_y()) for kind in NEW] if room.is_wide else beside
    said = [paragraph(theme, say(f"new_{kind}"), SAID, place.width, "output", lines=3, align=-1).shift(place.centre)
            for kind, place in zip(NEW, levels, strict=True)]
    for kind in NEW:
        _part(decoder, kind).box.set_stroke(theme.colour("output"), BRIGHT)
    way, memory = _memory(theme, encoder, room_of(_part(decoder, "cross_attention").box), room_of(decoder).left)
    return Beside(encoder, decoder, names, said, way, memory)


def _part(block: BlockDiagram, kind: str) -> Module:
    return block.modules[block.kinds.index(kind)]


def _memory(theme: Theme, encoder: BlockDiagram, cross: Room, edge: float) -> tuple[VGroup, Mobject]:
    """What leaves the encoder's block goes over to cross-attention, beside the edge of the decoder's; and what it is called."""
    x, top, y = encoder.modules[-1].get_x(), room_of(encoder).top, cross.centre[1]
    out, over = (room_of(encoder).right + edge) / 2, top + TIGHT
    way = route(theme, [(x, top), (x, over), (out, over), (out, y), (cross.left, y)], "output")
    return way, equation(theme, "H", size=MEMORY, role="output").move_to([(x + out) / 2, over + TIGHT / 2 + MEMORY / 2, 0])
