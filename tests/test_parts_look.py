"""The marks: the map of the machine, weights as discs and bars, what lies beyond a scale, the ring, and the legend."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from manim import VGroup

from model import View
from scenes.base.frame import Frame
from scenes.base.room import PX, Room
from scenes.base.scene import ExplainerScene, step
from scenes.base.spec import PLACES
from scenes.base.theme import SMALLEST_DIGIT
from scenes.parts.by_depth import by_depth
from scenes.parts.flow import ARC, STRAND, weight_arc, weight_line
from scenes.parts.heat_map import LARGEST_DIGIT, Digits, heat_map, is_beyond, peak
from scenes.parts.legend import legend
from scenes.parts.look import in_column, look
from scenes.parts.machine import machine
from scenes.parts.motion import appear
from scenes.parts.shapes import is_notched, ring, room_of
from scenes.parts.tokens import CLOSEST
from scenes.parts.weight import Disc, WeightBar, weight_bars
from studio.check import provenance
from studio.check.sight import walk
from studio.errors import UserError
from studio.plan.staging import stage
from studio.read import assets, folders
from studio.read.spec import load

ROOM = Room(-3.0, 3.0, -2.0, 2.0)


@pytest.fixture(scope="module")
def staging():
    return stage(load("qkv"))


@pytest.fixture(scope="module")
def theme():
    return assets.theme("dark")


@pytest.fixture
def weights(staging):
    return staging.trace["encoder.1.self_attention.weights"][1]


@pytest.mark.parametrize("frame", [Frame.of(), Frame.of("32:9")])
def test_zones_lie_side_by_side_and_the_stage_has_three_quarters_of_the_height(frame):
    above = (frame.title, frame.question, frame.map)
    assert all(left.right < right.left for left, right in zip(above, above[1:]))
    assert all(zone.width > 0 and zone.bottom >= frame.stage.top for zone in above)
    assert frame.stage.height >= 0.75 * frame.whole.height and frame.caption.height <= 0.11 * frame.whole.height
    assert frame.caption.top <= frame.stage.bottom and frame.stage.width == frame.caption.width
    assert np.isclose(frame.map.width / PX, 250) and np.isclose(frame.map.height / PX, 84)


def lit(theme, drawn):
    """Which blocks of encoder and decoder have an outline in the colour of text, and which heads are filled with it."""
    here = theme.colour("text")
    return ([k for k, block in enumerate(drawn.blocks) if block.get_stroke_color() == here],
            [k for k, block in enumerate(drawn.decoder) if block[0].get_stroke_color() == here],
            [(b, h) for b, row in enumerate(drawn.heads) for h, head in enumerate(row) if head.get_fill_color() == here])


@pytest.mark.parametrize(("place", "blocks", "decoder", "heads"), [
    ("", [], [], []), ("head", [1], [], [(1, 2)]), ("block", [1], [], []), ("encoder", [0, 1, 2], [], []),
    ("decoder", [], [0, 1, 2], []), ("all", [0, 1, 2], [0, 1, 2], []),
])
def test_the_map_lights_what_is_spoken_about(theme, place, blocks, decoder, heads):
    drawn = machine(theme, Frame.of().map, 3, 4, True, place, 1, 2)
    assert lit(theme, drawn) == (blocks, decoder, heads)
    heights = [block.get_y() for block in drawn.blocks]
    assert heights == sorted(heights)                                   # block 1 is at the bottom


@pytest.mark.parametrize(("n_blocks", "n_heads", "decodes"), [(1, 1, True), (2, 4, True), (6, 8, True), (6, 8, False)])
def test_the_map_fits_its_zone(theme, n_blocks, n_heads, decodes):
    drawn = machine(theme, Frame.of().map, n_blocks, n_heads, decodes, "head")
    whole = room_of(VGroup(*drawn.blocks, *drawn.heads, *drawn.decoder))
    assert np.allclose([whole.top, whole.bottom, whole.right], [Frame.of().map.top, Frame.of().map.bottom, Frame.of().map.right])
    assert whole.left >= Frame.of().map.left and len(drawn.decoder) == n_blocks * decodes
    for block, row in zip(drawn.blocks, drawn.heads, strict=True):
        outer, edges = room_of(block), [room_of(head) for head in row]
        assert all(outer.bottom < edge.bottom and edge.top < outer.top for edge in edges) and edges[-1].right < outer.right
        assert all(a.right < b.left for a, b in zip(edges, edges[1:]))


def test_a_cut_head_is_hollow_and_struck(theme):
    drawn = machine(theme, Frame.of().map, 2, 4, True, "block", 1).cut(1, 0)
    assert drawn.heads[1][0].get_fill_opacity() == 0 and drawn.strikes[1][0].get_stroke_opacity() == 1
    assert [line.get_stroke_opacity() for row in drawn.strikes for line in row].count(1) == 1
    assert all(head.get_fill_opacity() > 0 for row in drawn.heads for head in row[1:])


def test_a_place_that_is_none_is_refused_and_every_scene_has_one(theme):
    with pytest.raises(ValueError, match="place is 'attic'"):
        machine(theme, Frame.of().map, 2, 4, True, "attic")
    places = {name: folders.folder(name).load().place for name in folders.ours()}
    assert set(places.values()) <= set(PLACES)
    assert {name for name, place in places.items() if not place} == {"overview", "embeddings", "positional_encoding"}


def test_a_scene_of_ones_own_is_told_which_places_there_are(tmp_path):
    for name in ("scene.py", "scene.yaml"):
        (tmp_path / name).write_text('class Mine:\n    place = "attic"\n\n    @step\n    def first(self): pass\n' if name == "scene.py" else "")
    with pytest.raises(UserError) as raised:
        folders.folder(str(tmp_path)).facts
    (problem,) = raised.value.problems
    assert "scene.py:2:1" in problem.where and "'attic'" in problem.message and "'encoder'" in problem.hint


def test_weights_are_discs_as_large_as_they_are(theme, weights):
    cells = heat_map(theme, weights, ROOM, weights=True).cells
    areas = np.array([[cell.submobjects[0].width ** 2 for cell in row] for row in cells])
    assert all(isinstance(cell.submobjects[0], Disc) for row in cells for cell in row)
    assert np.allclose(areas / areas.max(), weights.values / weights.values.max())
    assert {cell.get_fill_color() for row in cells for cell in row} == {theme.colour("surface")}


@pytest.mark.parametrize("high", [60, 190, 400])
def test_with_digits_they_are_bars_and_every_number_stands_in_its_cell_and_across_no_edge(theme, weights, high):
    drawn = heat_map(theme, weights, Room.around((0, 0), 6, 4 * high * PX), digits=True, weights=True)
    assert drawn.digits
    opened = weight_bars(theme, weights[0], Room.around((0, 0), 6, high * PX).columns(4), LARGEST_DIGIT)
    shown = [(cell, cell.submobjects[0], label) for cells, labels in zip(drawn.cells, drawn.numbers, strict=True)
             for cell, label in zip(cells, labels, strict=True)]
    for ground, bar, label in [*shown, *zip(opened.grounds, opened.bars, opened.numbers, strict=True)]:
        room, own, words = room_of(ground), room_of(bar), room_of(label)
        assert isinstance(bar, WeightBar) and np.isclose(own.bottom, room.bottom) and words.top <= room.top and words.bottom >= room.bottom
        assert words.bottom >= own.top or words.top <= own.top
    assert sum(float(label.string) for label in opened.numbers) == pytest.approx(1)


def test_lines_and_numbers_of_weights_have_their_colour(theme, weights):
    source = weights[1, 2]
    start, end = (0, 0, 0), (1, 0, 0)
    for line, full in ((weight_line(theme, start, end, source), STRAND), (weight_arc(theme, start, end, source, 1), ARC)):
        assert line.get_stroke_color() == theme.colour("weight") and line.full == full
    assert np.isclose(ARC / STRAND, 56 / 24)


def test_what_lies_beyond_the_scale_is_marked(theme, staging):
    view = staging.trace["encoder.1.self_attention.input"]
    scale = float(np.abs(view.values).max()) / 2
    cells = [cell for row in heat_map(theme, view, ROOM, scale=scale).cells for cell in row]
    marked = [is_notched(cell.points) for cell in cells]
    assert marked == [is_beyond(float(cell.source), scale) for cell in cells] == [abs(float(cell.source)) > scale for cell in cells]
    assert any(marked) and not all(marked)
    assert not any(is_notched(cell.points) for row in heat_map(theme, view, ROOM, scale=2 * scale).cells for cell in row)


def test_one_outlier_does_not_set_the_scale(staging):
    view = staging.trace["encoder.1.self_attention.input"]
    spread = float(np.sqrt((view.values**2).mean()))
    assert peak(view) == min(np.abs(view.values).max(), 3 * spread)
    alone = staging.trace["encoder.1.self_attention.weights"][1, 1]
    assert peak(alone) == pytest.approx(float(alone.values.max()))
    assert peak(view, alone) <= max(peak(view), peak(alone))


@pytest.mark.parametrize(("n", "shown"), [(3, [0, 1, 2]), (7, [*range(7)]), (14, [0, 1, 4, 7, 10, 13]), (25, [*range(0, 25, 4)])])
def test_of_many_depths_the_first_and_from_the_last_back_every_so_many_th_are_shown_with_their_numbers(theme, n, shown):
    view = View("probe.readable", np.linspace(0, 1, n), ("stage",), (range(n),), (0,))
    drawn = by_depth(theme, "so much", view, [str(k) for k in range(n)], Room.around((0, 0), 4.3, 6), 1)
    assert [bar.source.index for bar in drawn.shares] == [number.source.index for number in drawn.values] == [(k,) for k in shown]
    named = [label for label in drawn.around.submobjects if getattr(label, "string", "").isdigit()]
    assert [label.string for label in named] == [str(k) for k in shown]
    for labels in (named, drawn.values):
        assert all(one.get_right()[0] < other.get_left()[0] for one, other in zip(labels, labels[1:], strict=False))


def test_digits_and_cells_are_as_large_as_was_said(theme, staging):
    scores = staging.trace["encoder.1.self_attention.scores"][1]
    drawn = heat_map(theme, scores, Frame.of().stage, digits=True)
    assert {round(label.size / PX) for row in drawn.numbers for label in row} == {54}
    left, right = (room_of(drawn.cells[0][j]) for j in (0, 1))
    assert np.isclose(left.width / PX, 182) and np.isclose((right.left - left.right) / PX, 8)
    assert np.isclose(SMALLEST_DIGIT / PX, 28)


def test_the_ring_goes_around_a_cell(theme, weights):
    cell = heat_map(theme, weights, ROOM, weights=True).cells[1][2]
    around = ring(theme, cell)
    inner, outer = room_of(cell), room_of(around)
    assert outer.left < inner.left and outer.top > inner.top and around.overlay
    assert np.isclose(around.get_stroke_width() / 100, 7 * PX) and around.get_stroke_color() == theme.colour("text")


def test_the_legend_says_its_scale_in_the_colours_of_cells(theme):
    drawn = legend(theme, ROOM, 6.01, ("does not fit", "fits"))
    *shades, tick = drawn.marks
    assert [label.string for label in drawn.numbers] == ["−6.0", "0", "+6.0"]
    assert [label.string for label in drawn.words] == ["does not fit", "fits"]
    assert [shades[k].get_fill_color() for k in (0, len(shades) // 2, -1)] == [theme.signed(share) for share in (-1, 0, 1)]
    assert np.isclose(tick.get_x(), ROOM.centre[0])
    bare = room_of(legend(theme, ROOM, 6.01))
    assert bare.top <= ROOM.top + 10 * PX and bare.bottom >= ROOM.bottom


class Marks(ExplainerScene):
    """Weights as discs and as bars, and values of which some are beyond the scale."""

    @step
    def marks(self):
        """All at once."""
        weights, values = self.view("encoder.{block}.self_attention.weights")[1], self.view("encoder.{block}.self_attention.input")
        left, middle, right = self.stage.columns(3)
        self.discs = heat_map(self.theme, weights, left, weights=True)
        self.bars = heat_map(self.theme, weights, middle, weights=True, digits=Digits(2, SMALLEST_DIGIT))
        self.values = heat_map(self.theme, values, right, scale=1.0)
        self.play(appear(self.discs, self.bars, self.values))


def smaller_disc(scene):
    scene.discs.cells[0][1].submobjects[0].scale(0.9)


def longer_bar(scene):
    scene.bars.cells[0][1].submobjects[0].stretch(1.2, 1)


def unmarked(scene):
    cell = next(cell for row in scene.values.cells for cell in row if is_notched(cell.points))
    cell.points = next(other for row in scene.values.cells for other in row if not is_notched(other.points)).points.copy()


@pytest.mark.parametrize("mutate", [smaller_disc, longer_bar, unmarked])
def test_what_a_mark_shows_is_checked(staging, mutate):
    words = {**staging.words, "steps": {"marks": {"caption": "All marks."}}}
    spec = replace(staging.spec, steps=("marks",), order=("marks",), wanted=("marks",))

    def look(scene, _):
        assert not provenance.problems(scene)
        mutate(scene)
        assert len(provenance.problems(scene)) == 1

    walk(partial(Marks, replace(staging, words=words, spec=spec)), look)


@pytest.mark.parametrize("rows, kept", [(6, [0, 1, 2, 3, 4, 5]), (5, [0, 1, 2, 3, None]), (4, [None, 2, 3, None]), (3, [None, 2, None])])
def test_a_column_that_is_too_low_keeps_what_comes_first_and_shows_where_words_are_left_out(rows, kept):
    assert in_column([2, 3, 0, 5, 1, 4], Room(0, 1, 0, (rows + 0.1) * CLOSEST)) == kept


def test_a_sentence_that_fits_no_line_stands_in_a_column_whole_and_its_arcs_beside_it(theme, weights, staging):
    words = staging.trace.tokens
    flat, column = (look(theme, words, (), weights[0], 0, room) for room in (Room(-6, 6, -2, 2), Room(-1, 1, -2, 2)))
    assert len({card.get_y() for card in flat.cards}) == 1 == len({round(card.get_x(), 6) for card in column.cards})
    assert [card.word.string for card in column.cards] == [card.word.string for card in flat.cards] == [*words]
    assert [arc.source.index for arc in column.arcs] == [arc.source.index for arc in flat.arcs]
    right = max(room_of(card).right for card in column.cards)
    assert all(arc.get_left()[0] >= right - 0.01 and room_of(arc).right <= 1 for arc in column.arcs)
