"""Layout: rooms beside rooms, pictures beside pictures, what stands around a matrix; and wholes, which stay whole on stage."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from manim import VGroup

from scenes.base.layout import above, arrows, between, labelled, named, side_by_side, sign, stacked
from scenes.base.room import TIGHT, Room
from scenes.base.scene import ExplainerScene, step
from scenes.parts.bars import largest
from scenes.parts.depth import depth
from scenes.parts.heat_map import heat_map, heat_maps, peak
from scenes.parts.label import number, text
from scenes.parts.motion import appear, become, copy_to, hide, travel, vanish
from scenes.parts.shapes import room_of, rounded_rectangle
from scenes.parts.tokens import token_card
from scenes.parts.whole import Whole, exchanged, gathered, without
from studio.plan.staging import stage
from studio.read.spec import load

STAGE = Room(-6.0, 6.0, -3.0, 3.0)


@pytest.fixture(scope="module")
def staging():
    return stage(load("qkv"))


@pytest.fixture
def theme(staging):
    return replace(staging.theme, decimals=1)


@pytest.fixture
def matrix(staging):
    return staging.trace["encoder.0.self_attention.query"][0]


def test_rooms_in_equal_shares_and_in_rows_of_at_most_so_many():
    assert STAGE.columns(3) == STAGE.columns([1, 1, 1]) and STAGE.rows(2, gap=0) == STAGE.rows([2, 2], gap=0)
    rooms = STAGE.grid(5, across=3, gap=0)
    assert len(rooms) == 5 and rooms[2].right == STAGE.right and rooms[3].top == rooms[0].bottom == 0
    assert {(room.width, room.height) for room in rooms} == {(4, 3)}
    assert STAGE.grid(4, across=3) == [room for row in STAGE.rows(2) for room in row.columns(2)]      # no row is nearly empty


@pytest.mark.parametrize("side", ["left", "right", "bottom", "top"])
def test_a_strip_is_what_trim_cuts_off_and_outside_is_its_mirror_image(side):
    inner, strip, beyond = STAGE.trim(**{side: 1}), STAGE.strip(**{side: 1}), STAGE.outside(**{side: 1}, gap=0.5)
    assert np.isclose(inner.width * inner.height + strip.width * strip.height, STAGE.width * STAGE.height)
    assert (beyond.width, beyond.height) == (strip.width, strip.height)
    apart = np.abs(beyond.centre - strip.centre)
    assert sorted(apart) == [0, 0, 1.5]
    assert getattr(strip, side) == getattr(STAGE, side)


def test_the_points_of_a_room_and_its_middle():
    assert np.allclose(STAGE.point(-1, 1), [-6, 3, 0]) and np.allclose(STAGE.point(), STAGE.centre)
    assert STAGE.fit(width=2) == Room(-1, 1, -3, 3) and STAGE.fit(20, 20) == STAGE


def test_words_and_numbers_stand_in_rooms_as_at_their_points(theme, matrix):
    room = Room(1.0, 3.0, 0.0, 1.0)
    for align, x in ((-1, 1), (0, 2), (1, 3)):
        for make, what in ((text, "a word"), (number, matrix[0, 0])):
            in_room, at_point = make(theme, what, at=room, align=align), make(theme, what, at=(x, 0.5, 0), align=align)
            assert np.allclose(in_room.points, at_point.points)
    assert text(theme, "far too long for so small a room", at=room).advance <= room.width + 0.01


def test_the_theme_says_how_numbers_are_written(theme, matrix):
    assert number(theme, matrix[0, 0]).string.partition(".")[2] != "" and "." not in number(theme, matrix[0, 0], decimals=0).string
    drawn = heat_map(replace(theme, decimals=0), matrix, STAGE, digits=True)
    assert drawn.digits and all("." not in label.string for row in drawn.numbers for label in row)


def test_matrices_on_one_scale(theme, matrix):
    small, large = heat_maps(theme, [matrix[:1], matrix], STAGE.columns(2))
    assert {cell.scale for row in (*small.cells, *large.cells) for cell in row} == {peak(matrix)}


def test_pictures_beside_pictures(theme):
    left, right = (rounded_rectangle(1, 1, 0.1).move_to([x, 0, 0]) for x in (-2, 2))
    name = above(rounded_rectangle(0.5, 0.2, 0), left, align=-1)
    assert np.allclose(name.get_corner([-1, -1, 0]), [-2.5, 0.5 + TIGHT, 0])
    assert np.allclose(between(rounded_rectangle(0.2, 0.2, 0), left, right, up=1).get_center(), [0, 1, 0])
    assert np.allclose(sign(theme, "times", left, right).get_center(), 0)
    (wire,) = arrows(theme, left, right)
    assert left.get_right()[0] < wire.get_left()[0] < wire.get_right()[0] < right.get_left()[0]


def test_things_in_a_line_are_flush_with_the_edges_of_a_room():
    def blocks():
        return [rounded_rectangle(1, 0.5, 0) for _ in range(3)]

    for arrange in (side_by_side, stacked):
        assert np.isclose(arrange(*blocks(), at=STAGE, align=-1).get_left()[0], STAGE.left)
        assert np.isclose(arrange(*blocks(), at=STAGE, align=1).get_right()[0], STAGE.right)
        assert np.allclose(arrange(*blocks(), at=STAGE).get_center(), STAGE.centre)


def test_a_labelled_matrix_fits_its_room_with_all_that_is_around_it(theme, matrix, staging):
    words = staging.trace.tokens
    for how in ({"cards": words}, {"rows": words, "columns": "abcd"[: matrix.shape[1]]}):
        drawn = labelled(theme, matrix, STAGE, "query", title=named(theme, "Q", matrix.shape), digits=True, **how)
        whole = room_of(drawn)
        assert whole.left >= STAGE.left and whole.bottom >= STAGE.bottom and whole.top <= STAGE.top
        assert len(drawn.rows) == len(words) and drawn.rows.get_right()[0] < drawn.sheet.get_left()[0]
        assert drawn.title.get_bottom()[1] > drawn.sheet.get_top()[1]
    bare = labelled(theme, matrix, STAGE)
    assert np.allclose(bare.sheet.get_center(), heat_map(theme, matrix, STAGE).get_center())


def test_parts_of_a_whole_have_names_and_are_those_of_the_copy_in_a_copy(theme):
    card = token_card(theme, "cat", 1, 0.5)
    copy = card.copy()
    assert [*copy] == [copy.box, copy.word] and copy.box is not card.box
    assert gathered([copy.box, copy.word]) == [copy] and gathered([card.box.copy(), card.word]) != [card]
    listed = Whole(boxes=[rounded_rectangle(1, 1, 0), rounded_rectangle(1, 1, 0)])
    assert isinstance(listed.boxes, VGroup) and len(listed.boxes) == 2
    with pytest.raises(ValueError, match="width"):
        Whole(width=rounded_rectangle(1, 1, 0))


def test_a_whole_stands_where_the_first_of_its_parts_did_once_all_are_there(theme):
    card, over, under = token_card(theme, "cat", 1, 0.5), rounded_rectangle(1, 1, 0), rounded_rectangle(1, 1, 0)
    assert gathered([under, card.box, over]) == [under, card.box, over]
    assert gathered([under, card.box, over, card.word]) == [under, card, over]
    copy = card.box.copy()
    assert gathered([card, copy]) == [card, copy] and gathered([copy, card.box, card.word, card.box]) == [copy, card]
    hide(card.word)
    assert gathered([card.box, over]) == [card, over]


def test_wholes_in_wholes(theme):
    cards = [token_card(theme, word, 1, 0.5) for word in ("cat", "dog")]
    pair = Whole(first=cards[0], second=cards[1])
    assert gathered([cards[0].box, cards[1], cards[0].word]) == [pair]
    assert without([pair], set(cards[0].get_family())) == [cards[1]]
    assert exchanged([pair], cards[0].word, cards[0].box) == [cards[0].box, cards[1]]


class Play(ExplainerScene):
    """A matrix comes in parts, is copied, becomes another, and goes but for a row."""

    number = 8

    @step
    def parts(self):
        """All that moves parts of wholes."""
        view = self.view("encoder.{block}.self_attention.query")[0]
        left, right = self.stage.columns(2)
        self.first, self.second, self.third = (heat_map(self.theme, view, room, digits=True) for room in (left, right, left))
        self.play(appear(self.first.border))
        self.seen = [[*self.on_stage()]]
        self.play(appear(*(self.first.row(i) for i in range(len(view))), self.first.dots, lag=0.1))
        self.seen.append(self.on_stage())
        self.play(copy_to(self.first.cells, self.second))
        self.seen.append(self.on_stage())
        self.play(become(self.first, self.third), vanish(self.second))
        self.seen.append(self.on_stage())
        self.row = VGroup(heat_map(self.theme, view[0], right).cells)
        self.play(vanish(*self.on_stage(self.third.cells[0])), travel(self.third.cells[0], self.row[0][0]))
        self.seen.append(self.on_stage())


@pytest.mark.parametrize("rehearsing", [False, True])
def test_what_is_on_stage_are_wholes_played_or_rehearsed(staging, rehearsing):
    from studio.check.sight import QUALITY, _Looker
    from studio.render.manim_settings import settings

    with settings(QUALITY):
        renderer = _Looker(lambda *_: None, ())
        scene = Play(replace(staging, spec=replace(staging.spec, steps=("parts",), order=("parts",))), renderer, renderer)
        scene.heading, scene.announced, scene.rehearsing = VGroup(), [], rehearsing
        scene.parts()
    shown = [[thing for thing in seen if thing.family_members_with_points()] for seen in scene.seen]
    assert shown[:4] == [[scene.first.border], [scene.first], [scene.first, scene.second], [scene.third]]
    assert shown[4] == [scene.row[0][0]]


@pytest.mark.parametrize("width, written", [(12, [*range(13)]), (3, [0, 3, 12])])
def test_where_not_all_numbers_of_depths_find_room_those_that_count_are_written_clear_of_all_bars(width, written):
    block = stage(load("encoder_block"))
    with_paths, without = block.trace["deep_stack.spread"][0, 0], block.trace["deep_stack.spread"][0, 1]
    room = Room.around((0, 0), width, 3)
    shown = depth(block.theme, with_paths, "how far apart", {0: "start", 3: "block 3", 12: "block 12"}, room, "output", largest(with_paths), without)
    assert [label.source.index[-1] for label in shown.numbers] == written
    for label in shown.numbers:
        reach, low = room_of(label), [bar.get_top()[1] for bar in shown.levels if abs(bar.get_x() - label.get_x()) < (bar.width + label.width) / 2]
        assert reach.bottom > max(low) and reach.left > room.left - 1e-6 and reach.right < room.right + 1e-6
    assert all(small.height <= large.height for small, large in zip(shown.less, shown.levels, strict=True))
    words = [room_of(word) for word in shown.ground[1:]]
    assert all(a.right < b.left for a, b in pairwise(words))
