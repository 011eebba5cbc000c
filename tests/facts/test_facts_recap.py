"""What the recap says is so: a weight is a share among all scores of its row, and all of these are shown."""

from functools import partial

import numpy as np
import pytest

from scenes.parts.heat_map import Cell
from scenes.parts.label import Label, Number
from scenes.parts.shapes import room_of
from studio.check.sight import see, walk
from studio.plan import staging
from studio.read.spec import load

SCORES, WEIGHTS = ("encoder.1.self_attention.scaled_scores", "encoder.1.self_attention.weights")


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


@pytest.mark.parametrize("block", [1, 2])
def test_the_weight_stands_in_the_block_whose_it_is(block):
    stage = walk(partial(staging.build, load("recap", [f"block={block}"])), lambda stage, moment: None)
    arc, inside = (room_of(shape) for shape in (stage.look.arc, stage.encoder.blocks[block - 1].box))
    assert inside.left < arc.left and arc.right < inside.right and inside.bottom < arc.bottom and arc.top < inside.top


def test_how_many_weights_there_are_is_counted():
    stage, shapes = shown("weight")
    count = sum(stage.staging.trace[f"encoder.{block}.self_attention.weights"].values.size for block in range(2))
    assert f"one of {count} weights in the encoder" in [shape.string for shape in shapes if isinstance(shape, Label)]
