"""What the encoder stack says of a swapped word is so: the first block brings it to the others, and that turns a look in the second."""

from functools import cache, partial

import numpy as np
import pytest

from model.functional import softmax, split_heads
from scenes.parts.flow import WeightLine
from scenes.parts.heat_map import Cell
from scenes.parts.label import Label, Number
from studio.check.sight import see, walk
from studio.plan import staging
from studio.read.spec import load


@cache
def played(*overrides, step="chain"):
    """The scene that has been played, and the shapes at the end of a step."""
    seen = []
    stage = walk(partial(staging.build, load("encoder_stack", overrides)), lambda stage, moment: seen.append(
        see(stage).shapes) if moment.ends and moment.step == step else None)
    return stage, seen[0]


def look(stage, x):
    """Where the followed token looks in the shown head of block 2, if that reads x (n, d_model)."""
    w, config = stage.staging.trace.arrays, stage.staging.trace.config
    of = {name: w[f"weights.encoder.1.self_attention.{name}"] for name in ("W_Q", "b_Q", "W_K", "b_K")}
    query, key = (split_heads(x @ of[f"W_{role}"] + of[f"b_{role}"], config.n_heads)[stage.head] for role in "QK")
    return softmax(query[stage.focus] @ key.T / config.d_k**0.5)                    # (n,)


def test_what_the_first_block_changed_turns_the_look_and_the_swapped_word_itself_does_not():
    """The claim is a cause: of all that differs, the vectors that block 1 has changed are enough, and the swapped token's own is not."""
    stage, _ = played()
    arrays, swapped = stage.staging.trace.arrays, len(stage.tokens) - 1
    here, there = (arrays[f"{twin}encoder.1.input"] for twin in ("", "twin."))
    assert [stage.tokens[look(stage, x).argmax()] for x in (here, there)] == ["animal", "street"]
    others, alone = there.copy(), here.copy()
    others[swapped], alone[swapped] = here[swapped], there[swapped]
    assert [stage.tokens[look(stage, x).argmax()] for x in (others, alone)] == ["street", "animal"]
    assert stage.caption("chain") == stage.staging.words["steps"]["chain"]["by_wide"]


def test_it_takes_both_the_query_that_block_1_changed_and_the_keys():
    """“Queries and keys”: “street” fits the query that was told of “wide”, and “animal”, told of it too, no longer does."""
    stage, _ = played()
    arrays, it = stage.staging.trace.arrays, stage.tokens.index("it")
    here, there = (arrays[f"{twin}encoder.1.input"] for twin in ("", "twin."))
    one, both = here.copy(), here.copy()
    one[it] = there[it]
    both[[it, stage.tokens.index("animal")]] = there[[it, stage.tokens.index("animal")]]
    assert [stage.tokens[look(stage, x).argmax()] for x in (one, both)] == ["animal", "street"]
    told = arrays["twin.encoder.0.self_attention.weights"][2, :, -1]                # (n,)
    assert min(told[it], told[stage.tokens.index("animal")]) > 0.9


SWAPPED = ("focus=it", "sentence=the animal did not cross the street because it was too wide", "twin=the animal did not cross the street because it was too tired")


@pytest.mark.parametrize("overrides, known, cut", [
    ((), "twin.encoder.{}.self_attention.weights", "first_cut.twin_weights"),
    (SWAPPED, "encoder.{}.self_attention.weights", "first_cut.weights"),
])
def test_what_is_compared_is_the_look_in_block_2_as_it_is_and_with_the_head_cut_that_tells_of_the_swapped_word(overrides, known, cut):
    """Of the two sentences that one is shown in which the cut turns the look, whichever of them is the twin."""
    stage, shapes = played(*overrides)
    shown, words = stage.staging.trace, "the animal did not cross the street because it was too wide".split()
    first, second = (shape.source for shape in shapes if isinstance(shape, Number))
    head, it, wide = 2, words.index("it"), words.index("wide")
    assert (first.name, first.index) == (known.format(1), (stage.head, it, words.index("street")))
    assert (second.name, second.index) == (cut, (head, 1, stage.head, it, words.index("animal")))
    assert {(known.format(0), (head, it, wide))} == {(line.source.name, line.source.index) for line in shapes
                                                     if isinstance(line, WeightLine) and line.source.name == known.format(0)}
    assert {"block 1, head 3 tells “it” of “wide”", "block 1, head 3 cut: “it” is not told of “wide”"} <= {
        shape.string for shape in shapes if isinstance(shape, Label)}


def test_without_that_head_it_is_left_with_animal_in_both_sentences():
    """“Left with”: what the head takes when it is told neither word; and the head that is cut is the one that takes most of it."""
    stage, _ = played()
    trace, it = stage.staging.trace, stage.focus
    assert [int(trace[f"{twin}encoder.0.self_attention.weights"].values[:, it, -1].argmax()) for twin in ("", "twin.")] == [2, 2]
    looks = [trace[f"first_cut.{twin}weights"].values[2, 1, stage.head, it] for twin in ("", "twin_")]
    assert [stage.tokens[each.argmax()] for each in looks] == ["animal", "animal"]


@pytest.mark.parametrize("overrides", [
    ("focus=cross",), ("twin=",), ("sentence=cat", "twin=cat", "focus=0"), ("model.weights=random", "model.n_blocks=1"), ("model.weights=random",),
])
def test_where_no_look_is_turned_none_is_said_to_be(overrides):
    stage, _ = played(*overrides)
    words = stage.staging.words["steps"]["chain"]
    assert (stage.caption("chain"), stage.title("chain")) == (words["other"], words["title_other"])


@pytest.mark.parametrize("overrides, head", [((), 0), (("head=4", "sentence=cat", "twin=", "focus=0"), 3)])
def test_the_keys_and_values_that_are_shown_are_made_from_h_by_the_decoder_s_first_block(overrides, head):
    stage, shapes = played(*overrides, step="memory")
    trace = stage.staging.trace
    shown = {(cell.source.name, cell.source.index[:2]) for cell in shapes if isinstance(cell, Cell)}
    keys, values = (f"decoder.0.cross_attention.{name}" for name in ("key", "value"))
    run = trace[keys].shape[0] - 1
    assert {(keys, (run, head)), (values, (run, head))} == {(name, index) for name, index in shown if name in (keys, values)}
    assert len({name for name, _ in shown}) == 3
    for name, letter in (keys, "K"), (values, "V"):
        weight, bias = (trace[f"weights.decoder.0.cross_attention.{kind}_{letter}"].values for kind in "Wb")
        made = split_heads(trace["encoder.output"].values @ weight + bias, trace.config.n_heads)[head]          # (n, d_k)
        assert np.allclose(trace[name].values[run, head], made)
