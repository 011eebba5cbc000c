"""Scenes: what is seen is in the trace, lies where it belongs and overlaps nothing, for any sentence and model."""

import numpy as np
import pytest
from looking import overlaps, spec, texts, visible, walk

import scenes
from scenes.parts.bars import Bar
from scenes.parts.flow import WeightLine, weight_width
from scenes.parts.heat_map import SMALLEST_DIGIT, Cell, cell_colour
from scenes.parts.label import MINUS, SMALLEST_WORD, Label, Number
from scenes.parts.shapes import room_of
from scenes.stage import CAPTION, PX, SAFE, STAGE

LONG = "the animal did not cross the street because it was too tired"
INPUTS = {
    "as it comes": {},
    "one word": {"sentence": "supercalifragilistic", "model_d_model": 4, "model_n_heads": 4},
    "one letter, one head": {"sentence": "a", "model_n_heads": 1},
    "two words": {"sentence": "cats sleep", "model_n_heads": 2, "focus": 1},
    "twelve words": {"sentence": LONG, "focus": "it", "block": 2, "head": 4},
    "eight heads": {"sentence": LONG, "focus": "it", "model_d_model": 64, "model_n_heads": 8, "head": 8},
    "one wide head": {"sentence": "wide words are internationalisation and incomprehensibility", "model_d_model": 64, "model_n_heads": 1},
    "all long": {"sentence": " ".join(["uncharacteristically"] * 16), "focus": 15, "model_n_blocks": 6, "block": 6},
    "sixteen letters": {"sentence": "a b c d e f g h i j k l m n o p", "focus": 7, "model_d_model": 512, "model_n_heads": 8},
    "what looks like code": {"sentence": '#read("x") $ <b>bold</b> \\ " -> &amp;', "focus": 0},
    "no decimals": {"decimals": 0},
    "four decimals": {"decimals": 4},
    "pre-norm": {"model_norm": "pre", "model_positional": "none", "block": 2},
}
EVERYTHING = [pytest.param(scene, values, id=f"{scene}: {name}") for scene in scenes.names() for name, values in INPUTS.items()]
ULP = 1e-9


@pytest.mark.parametrize(("scene", "values"), EVERYTHING)
def test_what_is_seen_is_in_the_trace_and_lies_where_it_belongs(scene, values):
    seen = []

    def look(stage, step):
        seen.append(step)
        assert not wrong_numbers(stage), step
        assert not wrong_shapes(stage), step
        assert not misplaced(stage), step
        assert not overlaps(texts(stage)), step
        assert not illegible(stage), step

    wanted = spec(scene, **values)
    walk(wanted, look)
    assert tuple(seen) == wanted.steps


def wrong_numbers(stage) -> list:
    """Numbers that do not show what the trace holds."""
    wrong = []
    for number in (shape for shape in visible(stage) if isinstance(shape, Number)):
        recorded = stage.staging.trace[number.source.name].values[number.source.index]
        shown, decimals = float(number.string.replace(MINUS, "-")), len(number.string.partition(".")[2])
        # Weights are rounded so that what is shown of a row adds up to 1: up or down, never further.
        step = 1 if number.source.name.endswith("weights") else 0.5
        if abs(shown - recorded) > step * 10**-decimals + ULP or number.string in (f"{MINUS}0", f"{MINUS}0.{'0' * decimals}"):
            wrong.append((number.source, number.string, recorded))
    return wrong


def wrong_shapes(stage) -> list:
    """Cells, lines and bars whose colour, width or height is not that of their value."""
    trace, wrong = stage.staging.trace, []
    for shape in visible(stage):
        if isinstance(shape, (Cell, WeightLine)):
            value = float(trace[shape.source.name].values[shape.source.index])
        if isinstance(shape, Cell) and shape.get_fill_color() != cell_colour(stage.theme, value, shape.scale):
            wrong.append((shape.source, value, shape.get_fill_color()))
        if isinstance(shape, WeightLine) and abs(shape.get_stroke_width() - weight_width(value)) > ULP:
            wrong.append((shape.source, value, shape.get_stroke_width()))
        if isinstance(shape, Bar) and shape.source.values.max() > 0 and shape.height <= 0:
            wrong.append((shape.source, shape.height))
    return wrong


def misplaced(stage) -> list:
    """What leaves the safe area, or stands in the zone of the title or the caption without belonging there."""
    zones = {member for thing in (stage.heading, *stage.announced) for member in thing.family_members_with_points()}
    wrong = []
    for shape in visible(stage):
        room, home = room_of(shape), SAFE if shape in zones else STAGE
        if min(room.left - home.left, home.right - room.right, room.bottom - home.bottom, home.top - room.top) < -2 * PX:
            wrong.append((getattr(shape, "string", shape), room))
    caption = room_of(stage.announced[1])
    return wrong + ([("caption", caption)] if caption.top > CAPTION.top else [])


def illegible(stage) -> list:
    """Words and digits that are too small."""
    least = {True: SMALLEST_DIGIT, False: SMALLEST_WORD}
    return [(label.string, label.size) for label in visible(stage)
            if isinstance(label, Label) and label.size < least[isinstance(label, Number)] - ULP]


@pytest.mark.parametrize("scene", scenes.names())
def test_numbers_are_shown_at_all(scene):
    counts = []
    walk(spec(scene), lambda stage, _: counts.append(sum(isinstance(shape, Number) for shape in visible(stage))))
    assert counts.count(0) <= 1 and sum(counts) > 100


@pytest.mark.parametrize("decimals", [1, 2, 3])
def test_rows_of_weights_add_up_to_one_as_shown(decimals):
    rows = {}

    def look(stage, step):
        for shape in visible(stage):
            if isinstance(shape, Number) and shape.source.name.endswith("self_attention.weights"):
                rows.setdefault((step, id(stage), shape.source.index[1]), {})[shape.source.index[2]] = shape.string

    walk(spec("attention_matrix", LONG, "it", decimals=decimals, model_d_model=8, model_n_heads=1), look)
    walk(spec("qkv", LONG, "it", decimals=decimals), look)
    assert rows
    for row in rows.values():
        assert len(row) == 12
        places = {len(string.partition(".")[2]) for string in row.values()}
        assert len(places) == 1 and round(sum(map(float, row.values())), places.pop()) == 1


@pytest.mark.parametrize("scene", scenes.names())
def test_any_step_can_be_played_alone_and_in_any_order(scene):
    """A step out of order ends on the picture that it ends on in the whole scene."""
    pictures = {}

    def look(stage, step):
        shown = sorted((type(s).__name__, getattr(s, "string", ""), *np.round(s.get_center(), 6)) for s in visible(stage)
                       if s not in stage.announced[0].get_family())
        assert pictures.setdefault(step, shown) == shown

    names = scenes.find(scene).step_names()
    walk(spec(scene), look)
    walk(spec(scene, steps=f"[{', '.join(reversed(names))}]"), look)
    assert set(pictures) == set(names)


@pytest.mark.parametrize("scene", scenes.names())
def test_captions_stand_long_enough_to_be_read_at_any_pace(scene):
    for pace in (0.5, 1, 2):
        times = [0.0]
        walk(spec(scene, pace=pace), lambda stage, step: times.append(stage.time))
        stage = walk(spec(scene, pace=pace), lambda *_: None)
        for name, seconds in zip(stage.staging.steps, np.diff(times), strict=True):
            assert seconds * pace >= len(stage.caption(name)) / 15 - ULP
    assert 30 <= times[-1] * 2 <= 90
