"""What the recap says is so: a weight is a share among all scores of its row, and all of these are shown."""

from functools import cache, partial

import numpy as np
import pytest

from measuring import run
from model.guides import ANTECEDENT
from scenes.base.room import PEN
from scenes.parts.flow import WeightLine
from scenes.parts.heat_map import Cell
from scenes.parts.label import Label, Number
from scenes.parts.shapes import RING, Block, room_of
from scenes.parts.weight import Disc
from studio.check.sight import see, walk
from studio.plan import staging
from studio.read import assets
from studio.read.spec import load
from studio.training import read_lexicon

SCORES, WEIGHTS = ("encoder.1.self_attention.scaled_scores", "encoder.1.self_attention.weights")


@cache
def shown(step):
    """The scene, and its shapes at the end of a step."""
    seen = {}
    stage = walk(partial(staging.build, load("recap")), lambda stage, moment: seen.setdefault(
        moment.step, see(stage).shapes) if moment.ends else None)
    return stage, seen[step]


def test_the_other_scores_of_the_row_come_along():
    """Softmax of one number is 1: the weight cannot be told from its own score."""
    stage, shapes = shown("weight")
    row = stage.staging.trace[SCORES].values[stage.head, stage.focus]
    cells = [float(shape.source) for shape in shapes if isinstance(shape, Cell) and shape.source.name == SCORES]
    assert np.array_equal(sorted(cells), sorted(row)) and len(row) == len(stage.tokens)
    weights = {shape.source.index[2]: shape.string for shape in shapes if isinstance(shape, Number) and shape.source.name == WEIGHTS}
    shares = np.exp(row) / np.exp(row).sum()
    assert len(weights) == len(row) and all(abs(float(weights[k]) - share) <= 0.005 for k, share in enumerate(shares))
    assert any("rounded" in shape.string for shape in shapes if isinstance(shape, Label))


def test_the_decisive_number_is_the_largest():
    stage, shapes = shown("weight")
    numbers = [shape for shape in shapes if isinstance(shape, Number)]
    largest = max(numbers, key=lambda shape: shape.height)
    weights = stage.staging.trace[WEIGHTS].values[stage.head, stage.focus]
    assert float(largest.source) == weights.max() and stage.tokens[int(weights.argmax())] == "animal"


@pytest.mark.parametrize(("override", "wording"), [("focus=it", "taught"), ("focus=street", "caption"), ("block=1", "caption"),
                                                  ("head=2", "caption"), ("model.weights=random", "untrained")])
def test_that_it_was_taught_is_said_of_the_antecedents_head_alone(override, wording):
    assert staging.build(load("recap", [override])).wording("one_head") == wording


def test_every_weight_of_the_encoder_is_a_dot_in_the_block_whose_it_is():
    stage, shapes = shown("machine")
    dots = [shape for shape in shapes if isinstance(shape, Disc)]
    rooms = [room_of(block.box) for block in stage.encoder.blocks]
    found = {(dot.source.name, dot.source.index) for dot in dots}
    assert len(found) == len(dots) == sum(stage.staging.trace[f"encoder.{block}.self_attention.weights"].values.size for block in range(2))
    for dot in dots:
        (x, y, _), room = dot.get_center(), rooms[int(dot.source.name.split(".")[1])]
        assert room.left < x < room.right and room.bottom < y < room.top


@pytest.mark.parametrize("block", [1, 2])
def test_a_door_opens_into_the_block_that_is_shown(block):
    stage = walk(partial(staging.build, load("recap", [f"block={block}", "steps=[machine]"])), lambda stage, moment: None)
    (door, _), inside = stage.doors[0], room_of(stage.encoder.blocks[block - 1].box)
    assert inside.left < door.left and door.right < inside.right and inside.bottom < door.bottom and door.top < inside.top


def test_in_each_head_a_ring_is_around_what_the_followed_token_looks_at_most_and_its_column_and_weight_are_said():
    stage, shapes = shown("block")
    rows = stage.staging.trace[WEIGHTS].values[:, stage.focus]
    most = [int(row.argmax()) for row in rows]
    assert [shape.string for shape in shapes if isinstance(shape, Label) and "→" in shape.string] == [f"“it” → “{stage.tokens[k]}”" for k in most]
    assert {f"{row.max():.2f}" for row in rows} == {shape.string for shape in shapes if isinstance(shape, Number)}
    rings = [shape for shape in shapes if isinstance(shape, Block) and np.isclose(shape.get_stroke_width(), RING * PEN)]
    ringed = [dot.source.index for dot in shapes if isinstance(dot, Disc) and any(np.allclose(dot.get_center(), ring.get_center()) for ring in rings)]
    assert sorted(ringed) == [(head, stage.focus, k) for head, k in enumerate(most)] and len(rings) == len(most)
    key = stage.theme.colour("key")
    assert [shape.string for shape in shapes if isinstance(shape, Label) and shape.get_fill_color() == key] == [stage.tokens[k] for k in most]
    assert len({*most}) > 1 and most.count(most[stage.head]) == 1 and stage.wording("block") == "taught"


def test_what_was_wanted_in_training_is_what_the_guide_says():
    stage, shapes = shown("one_head")
    (wanted,) = (shape for shape in shapes if isinstance(shape, Number) and shape.source.name == "beginning.wanted")
    assert wanted.string == f"{ANTECEDENT.share}" and ANTECEDENT.tensor(stage.staging.trace.config) == WEIGHTS
    assert "target, kept below 1:" in [shape.string for shape in shapes if isinstance(shape, Label)]


def test_what_is_handed_on_ends_in_the_pronoun():
    """It is the token before the pronoun that looks there when that is said, in the head that looks there most."""
    stage, shapes = shown("back")
    trace = stage.staging.trace
    place = trace.translation.index("il")
    lines = [shape.source for shape in shapes if isinstance(shape, WeightLine)]
    assert [(line.name, line.index) for line in lines] == [
        (WEIGHTS, (0, stage.focus, stage.tokens.index("animal"))), ("decoder.1.cross_attention.weights", (place, 2, place, stage.focus))]
    assert float(lines[1]) == trace["decoder.1.cross_attention.weights"].values[place, :, place, stage.focus].max()
    words = [shape.string for shape in shapes if isinstance(shape, Label)]
    assert [word for word in words if word in ("animal", "it")] == ["animal", "it", "animal"] and "street" in words
    assert trace.translation[place - 1] == "qu'" in words and {"“qu'” takes from “it”", "decoder: block 2, head 3", "“il” comes out"} <= {*words}


def test_one_number_of_the_value_tells_the_pronoun_of_every_noun_that_it_looks_at():
    """The nouns are those of animals and ways; each is the model's own pass, and its pronoun that of the gender of the noun."""
    stage, _ = shown("back")
    trace, lexicon = stage.staging.trace, read_lexicon(assets.LEXICON)
    words, twin, said, numbers = (trace[f"nouns.{name}"].values for name in ("words", "twin", "said", "numbers"))
    cut, feature = float(trace["nouns.cut"]), int(float(trace["nouns.feature"]))
    assert len(words) == 20 and ((numbers > cut) == said).all() and int(trace["nouns.right"].values) == len(words) and stage.wording("back") == "taught"
    assert [lexicon.words[trace.vocabulary[int(row)]].feminine for row in words] == said.astype(bool).tolist()
    for row, other, number in zip(words, twin.astype(bool), numbers):
        tokens, place = ([*stage.twin], 6) if other else ([*stage.tokens], 1)
        tokens[place] = trace.vocabulary[int(row)]
        there = run(tokens=tuple(tokens), twin=())
        assert np.isclose(there["encoder.1.self_attention.value"].values[0, place, feature], number)
        assert there[WEIGHTS].values[0, stage.focus, place] > 0.5


@pytest.mark.parametrize("override", ["twin=", "head=2", "block=1", "focus=street", "sentence=the black cat sleeps"])
def test_that_one_number_tells_the_pronoun_is_said_only_where_it_is_shown(override):
    overrides = [override, *["twin=", "focus=cat"] * override.startswith("sentence")]
    assert staging.build(load("recap", overrides)).wording("back") == "caption"


def test_a_ring_is_around_that_one_weight():
    stage, shapes = shown("machine")
    ring = stage.pictures[0][-1]
    ringed = [shape.source for shape in shapes if isinstance(shape, Disc) and np.allclose(shape.get_center(), ring.get_center())]
    assert [(each.name, each.index) for each in ringed] == [(WEIGHTS, (0, stage.focus, stage.tokens.index("animal")))]


def test_how_many_weights_there_are_is_counted():
    stage, shapes = shown("weight")
    count = sum(stage.staging.trace[f"encoder.{block}.self_attention.weights"].values.size for block in range(2))
    assert f"one of {count} weights in the encoder" in [shape.string for shape in shapes if isinstance(shape, Label)]
