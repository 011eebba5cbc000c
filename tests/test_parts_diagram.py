"""Diagrams: the blocks of encoder and decoder are drawn as the model computes it."""

from itertools import pairwise

import pytest

from scenes.base.room import Room
from scenes.parts.block import formulas, written
from scenes.parts.diagram import block_diagram
from scenes.parts.shapes import room_of
from studio.read import assets

NAMES = {kind: kind for kind in ("attention", "cross_attention", "add_norm", "mlp", "norm", "add")}
ROOM = Room(-2, 2, -2, 2)


@pytest.mark.parametrize(("norm", "side", "kinds"), [
    ("post", "encoder", ("attention", "add_norm", "mlp", "add_norm")),
    ("pre", "encoder", ("norm", "attention", "add", "norm", "mlp", "add")),
    ("post", "decoder", ("attention", "add_norm", "cross_attention", "add_norm", "mlp", "add_norm")),
    ("pre", "decoder", ("norm", "attention", "add", "norm", "cross_attention", "add", "norm", "mlp", "add")),
])
@pytest.mark.parametrize("size", [1, 0.25])
def test_modules_stand_on_each_other_and_each_bypass_goes_from_below_a_sublayer_to_its_sum(norm, side, kinds, size):
    room = Room.around((0, 0), ROOM.width * size, ROOM.height * size)
    diagram = block_diagram(assets.theme("dark", "en"), NAMES, room, norm, side)
    boxes = [room_of(module.box) for module in diagram.modules]
    assert diagram.kinds == kinds and len(diagram.wires) == len(kinds) + 1
    assert all(low.top < high.bottom for low, high in pairwise(boxes))
    for bypass, (first, last) in zip(diagram.bypasses, diagram.sublayers, strict=True):
        way, below = room_of(bypass), boxes[first - 1].top if first else room.bottom
        assert kinds[last].startswith("add") and below < way.bottom < boxes[first].bottom
        assert boxes[last].bottom < way.top < boxes[last].top and way.left < min(box.left for box in boxes)
    whole = room_of(diagram)
    assert room.left - 0.01 <= whole.left and whole.right <= room.right + 0.01
    assert abs(whole.bottom - room.bottom) < 0.01 and abs(whole.top - room.top) < 0.01


@pytest.mark.parametrize(("norm", "first", "lines"), [
    ("post", "y = N({{ x + : skip }} A(x))",
     ["x = x", "a = A(x)", "x + a = x + a", "y = N(x + a)", "m = M(y)", "y + m = y + m", "x' = N(y + m)"]),
    ("pre", "y = {{ x + : skip }} A(N(x))",
     ["x = x", "hat(x) = N(x)", "a = A(hat(x))", "y = x + a", "hat(y) = N(y)", "m = M(hat(y))", "x' = y + m"]),
])
def test_a_block_is_written_as_it_is_wired(norm, first, lines):
    words = {"attention": "A", "mlp": "M", "norm": "N"}
    assert [f"{symbol} = {made}".format(**words) for symbol, made in written(norm).values()] == lines
    assert formulas(norm, words)[0] == first
