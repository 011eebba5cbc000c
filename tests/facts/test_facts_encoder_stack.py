"""What the encoder stack says of a swapped word is so: the first block brings it to the others, and that turns a look in the second."""

from functools import cache, partial

import numpy as np
import pytest

from model.functional import softmax, split_heads
from scenes.parts.label import Number
from studio.check.sight import see, walk
from studio.plan import staging
from studio.read.spec import load


@cache
def played(*overrides):
    """The scene that has been played, and the shapes at the end of the chain."""
    seen = []
    stage = walk(partial(staging.build, load("encoder_stack", overrides)), lambda stage, moment: seen.append(
        see(stage).shapes) if moment.ends and moment.step == "chain" else None)
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
    assert stage.caption("chain") == stage.staging.words["steps"]["chain"]["caption"]


def test_before_the_first_block_only_the_swapped_word_differs_and_after_it_the_followed_one_does():
    stage, shapes = played()
    moved = stage.staging.trace["distances.moved"].values
    assert (moved[0, :-1] == 0).all() and moved[0, -1] > 0 < moved[1, stage.focus]
    shown = [shape.source.index for shape in shapes if isinstance(shape, Number) and shape.source.name == "distances.moved"]
    assert shown == [(0, stage.focus), (1, stage.focus)]


def test_the_carrier_is_the_head_that_brings_the_followed_token_nearly_all_of_the_change():
    stage, shapes = played()
    arrays, config = stage.staging.trace.arrays, stage.staging.trace.config
    W_O = arrays["weights.encoder.0.self_attention.W_O"].reshape(config.n_heads, config.d_k, -1)    # (h, d_k, d_model)
    change = arrays["encoder.0.self_attention.heads"] - arrays["twin.encoder.0.self_attention.heads"]       # (h, n, d_k)
    brought = np.linalg.norm(change[:, stage.focus, None] @ W_O, axis=-1)[:, 0]     # (h,)
    carriers = {shape.source.index[0] for shape in shapes
                if isinstance(shape, Number) and shape.source.name.endswith("encoder.0.self_attention.weights")}
    assert carriers == {brought.argmax()} and brought.max() > 50 * np.sort(brought)[-2]


@pytest.mark.parametrize("overrides", [
    ("focus=cross",), ("twin=",), ("sentence=cat", "twin=cat", "focus=0"), ("model.weights=random", "model.n_blocks=1"),
])
def test_where_no_look_is_turned_none_is_said_to_be(overrides):
    stage, _ = played(*overrides)
    words = stage.staging.words["steps"]["chain"]
    assert (stage.caption("chain"), stage.title("chain")) == (words["other"], words["title_other"])
