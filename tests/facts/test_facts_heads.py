"""What queries, keys and values, the attention equation and the heads show is so: sums add up, areas are equal, the guided head is said."""

from decimal import Decimal
from functools import cache, partial

import numpy as np
import pytest

from model.guides import GUIDES
from model.tokenizer import Piece
from scenes.parts.bars import Bar
from scenes.parts.heat_map import Cell
from scenes.parts.label import Label, Number, Word
from scenes.parts.shared_out import Span, another_way
from studio.check.figures import Measuring
from studio.check.sight import see, walk
from studio.plan.staging import build, stage
from studio.read.spec import load


@cache
def ends(scene, *values):
    """What is seen at the end of each step."""
    seen = {}
    walk(partial(build, load(scene, list(values))), lambda playing, moment: seen.update({moment.step: list(see(playing).shapes)}))
    return seen


def sources(shapes):
    """Where cells and numbers come from."""
    return [shape.source for shape in shapes if isinstance(shape, Cell | Number)]


def said(shapes):
    return {shape.string for shape in shapes if isinstance(shape, Label)}


@pytest.mark.parametrize(("scene", "step"), [("qkv", "weighted_sum"), ("attention_matrix", "distributions")])
@pytest.mark.parametrize("sentence", ["the black cat sleeps", "a young girl sees the red car"])
def test_terms_add_up_as_they_are_shown(scene, step, sentence):
    measuring = Measuring(scene)
    walk(partial(build, load(scene, [f"sentence={sentence}", "focus=1", f"steps=[{step}]"])), measuring.look)
    assert [figures.sums for figures in measuring.found] == [()]


def test_the_largest_score_is_divided_as_it_is_written():
    """By the root of the key's width, before anything is said of why; and the result is the score that softmax had before."""
    assert "14.34 ÷ 2 = 7.17" in said(ends("qkv")["blend"])
    assert "7.17" in said(ends("weighted_average", "steps=[exponentials]")["exponentials"])


def test_where_what_is_written_does_not_multiply_or_add_up_it_is_said_to_be_rounded():
    """−0.642 × 0.766 is written −0.491, not −0.492; the weight of one token alone is 1, and its products are exact."""
    wide = ("model.weights=random", "model.d_model=48", "model.n_heads=8")
    assert "rounded" in said(ends("qkv", *wide)["weighted_sum"]) & said(ends("attention_matrix", *wide)["distributions"])
    assert {"rounded", "0.766", "−0.642", "−0.491"} <= said(ends("qkv")["weighted_sum"])
    assert "rounded" not in said(ends("qkv", "sentence=the", "focus=0")["weighted_sum"])


def test_the_score_that_is_written_under_the_equation_is_of_the_query_and_the_key_that_are_ringed():
    """And these are of the followed token and the one that it looks at most."""
    tokens, trace = ("black", "cat"), stage(load("attention_matrix")).trace
    i, j = map(load("attention_matrix").tokens.index, tokens)
    query, key, weights = (trace[f"encoder.0.self_attention.{name}"].values[0] for name in ("query", "key", "weights"))
    assert weights[i].argmax() == j
    assert {f"{query[i] @ key[j]:.2f}", "query of “black” · key of “cat” ="} <= said(ends("attention_matrix", "steps=[equation]")["equation"])


def test_a_guided_head_is_said_to_be_and_how_and_no_other():
    """In both blocks the first head, in each to look at the noun from something else, whichever head is followed."""
    labels, keys = stage(load("multi_head")).words["labels"], {0: "taught_noun", 1: "taught_it"}
    for block, key in keys.items():
        for head in (1, 2):
            shown = said(ends("multi_head", "steps=[patterns]", f"head={head}", f"block={block + 1}")["patterns"])
            assert [name for name in keys.values() if labels[name].format(number=1) in shown] == [key]
    shown = ends("multi_head", "steps=[follow]"), ends("multi_head", "steps=[follow]", "head=2")
    assert [labels["how"] in said(each["follow"]) for each in shown] == [True, False]
    untaught = ends("multi_head", "steps=[patterns]", "model.weights=random")["patterns"]
    assert not any(string.startswith("taught") for string in said(untaught))
    assert [(guide.block, guide.head, guide.query) for guide in GUIDES if guide.side == "encoder"] == [
        (0, 0, "an article or an adjective"), (-1, 0, "`it`")]


def test_what_a_token_takes_in_one_head_is_1_in_all_and_there_is_no_room_for_what_it_takes_in_another():
    """Pieces of bars of one length: in head 1 of block 1 “because” and “it” fill it; what head 3 takes from “tired” sticks out beyond its end."""
    film, words = ("steps=[patterns]", "block=1", "first=true"), load("multi_head").tokens
    shown, weights = ends("multi_head", *film)["patterns"], stage(load("multi_head")).trace["encoder.0.self_attention.weights"].values[:, 8]
    spans = [shape for shape in shown if isinstance(shape, Span)]
    (unit,) = {span.unit for span in spans}
    for head in (0, 2):
        mine = [span for span in spans if span.source.index[0] == head]
        assert np.isclose(sum(span.width for span in mine), unit, atol=0.01 * unit) and np.isclose(weights[head].sum(), 1)
    tired = words.index("tired")
    assert weights[0, tired] < 0.005 and weights[2].argmax() == tired == another_way(weights, 0, 8, words)[1]
    assert {"because", "it", "tired", "0.56", "0.44", "0.48", "head 3: tired", "no room: the row is full", "head 3: what “it” takes from each word"} <= said(shown)
    alone = ends("multi_head", "steps=[patterns]", "sentence=the", "twin=", "focus=0")["patterns"]
    assert {"1.00"} <= said(alone) and "no room: the row is full" not in said(alone)


def test_the_other_way_of_looking_is_that_of_the_head_that_gives_most_where_one_gives_least():
    weights, words = np.array([[0.5, 0.5, 0.0], [0.9, 0.0, 0.1], [0.2, 0.2, 0.6]]), ["a", "b", "c"]
    assert another_way(weights, 0, 0, words) == (2, 2)
    assert another_way(np.ones((1, 3)) / 3, 0, 0, words) is None is another_way(np.ones((4, 1)), 0, 0, words[:1])
    special = Word(Piece("[SEP]", special=True))
    assert another_way(weights, 2, 0, ["a", "b", special]) == (0, 1) and another_way(weights, 0, 0, ["a", special, special]) is None


def test_the_narrow_heads_take_the_area_of_the_wide_one():
    blocks = [shape for shape in ends("multi_head", "steps=[count]")["count"] if isinstance(shape, Bar)]
    areas = {name: sum(block.width * block.height for block in blocks if block.source.name.endswith(name)) for name in ("wide_total", "narrow_heads")}
    assert len(blocks) == 5 and areas["wide_total"] > 1 and np.isclose(*areas.values())


def test_random_dot_products_are_typically_as_large_as_the_root_of_their_length_and_divided_by_it_alike():
    trace = stage(load("attention_matrix")).trace
    assert np.allclose(trace["scaling.spread"].values, np.sqrt(trace["scaling.d_k"].values), rtol=0.05)
    assert np.allclose(trace["scaling.scaled_scores"].values.std(-1), 1, atol=0.05)


def test_no_vector_is_switched_the_query_on_the_note_is_that_of_the_followed_token_in_the_block_shown():
    """And what the cabinet blends is the value of the same head."""
    seen = ends("qkv")
    for step, name in (("filing_cabinet", "query"), ("blend", "key"), ("weighted_sum", "value")):
        shown = {shape.source.index[:1] for shape in seen[step] if getattr(shape, "source", None) is not None
                 and shape.source.name == f"encoder.0.self_attention.{name}"}
        assert shown == {(0,)}


def test_a_head_above_the_first_block_looks_elsewhere_as_a_head_before_it_has_brought_the_changed_word():
    """Shown: in both sentences what the followed token takes from the changed word, by the head that takes most; its query, which is another;
    and where it looks. In the first block no head came before, and no caption says so."""
    shown, trace, spec = ends("multi_head", "steps=[follow]")["follow"], stage(load("multi_head")).trace, load("multi_head")
    changed = next(i for i, (word, other) in enumerate(zip(spec.tokens, spec.twin)) if word != other)
    taken, queries = zip(*((trace[f"{twin}encoder.0.self_attention.weights"].values[:, spec.focus, changed],
                            trace[f"{twin}encoder.1.self_attention.query"].values[spec.head, spec.focus]) for twin in ("", "twin.")))
    head = int(np.minimum(*taken).argmax())
    assert all(weights[head] > 0.4 for weights in taken) and np.abs(queries[0] - queries[1]).max() > 1
    assert {(source.name, source.index) for source in sources(shown) if ".0." in source.name} == {
        (f"{twin}encoder.0.self_attention.weights", (head, spec.focus, changed)) for twin in ("", "twin.")}
    assert {f"{number:.2f}".replace("-", "−") for number in (*taken[0][[head]], *taken[1][[head]], *queries[0], *queries[1])} <= said(shown)
    assert f"head {head + 1} of block 1 takes" in said(shown)
    captions = [build(load("multi_head", values)).caption("follow") for values in ([], ["block=1"])]
    words = stage(load("multi_head")).words["steps"]["follow"]
    assert captions == [words["told"], words["caption"]]


def test_a_slice_that_is_said_to_be_shown_before_is_of_block_1_where_it_was():
    for first, block in (("false", 1), ("true", 0)):
        shown = ends("multi_head", "steps=[split]", f"first={first}")["split"]
        assert {source.name for source in sources(shown)} == {f"weights.encoder.{block}.self_attention.W_{letter}" for letter in "QKV"}
        assert ("head 1: so far" in said(shown)) == (first == "true")
        assert ("block 2, each: 16 × 16 = 256" in said(shown), "each matrix: 16 × 16 = 256" in said(shown)) == (bool(block), not block)
        assert "h = 4 heads: 4 × (16 × 4) = 256" in said(shown)


@pytest.mark.parametrize("decimals", [1, 2, 3])
def test_what_the_heads_give_to_a_number_adds_up_to_it_as_it_is_written(decimals):
    shown = [shape for shape in ends("multi_head", "steps=[mix]", f"decimals={decimals}")["mix"] if isinstance(shape, Number)]
    *terms, total = [Decimal(shape.string.replace("−", "-")) for shape in shown]
    assert len(terms) == 5 and round(sum(terms), decimals) == total


def test_weights_are_written_as_exactly_as_they_need_to_add_up():
    row = load("attention_matrix").tokens.index("cat")
    weights = stage(load("attention_matrix")).trace["encoder.0.self_attention.weights"].values[0, row]
    assert weights.round(2).sum() < 0.995 < weights.round(3).sum()
    assert f"{weights.max():.3f}" in said(ends("attention_matrix")["sheets"])


def test_one_winner_is_moved_by_no_nudge_and_divided_scores_are():
    """Shown of the longest keys: that their products are about as large as the root, some scores and their weights, and how much more weight
    one of them gets once its q·k is 1 higher, the same 1 in both cases, divided like all else or not."""
    trace, shown = stage(load("attention_matrix")).trace, set()
    walk(partial(build, load("attention_matrix", ["steps=[scale]"])), lambda playing, _: shown.update(said(see(playing).shapes)), (1,))
    sizes, roots = (trace[f"scaling.{name}"].values for name in ("spread", "root"))
    wanted = {f"{number:.1f}" for number in (*sizes, *roots)}
    for prefix, decimals, divisor in (("", 1, 1), ("scaled_", 2, roots[-1])):
        scores, weights, nudged, gains = (trace[f"scaling.{prefix}{name}"].values[-1] for name in ("scores", "weights", "nudged", "gains"))
        j = int((nudged - scores[:3]).argmax())
        assert np.allclose(nudged - scores[:3], np.eye(3)[j] / divisor)
        wanted |= {f"{number:.{decimals}f}".replace("-", "−") for number in (*scores[:3], nudged[j])} | {f"{number:.2f}" for number in weights}
        wanted.add(f"{gains[j]:.3f}")
    assert trace["scaling.gains"].values[-1].max() < 1e-6 and gains[j] > 0.005
    assert wanted | {"a nudge changes nothing:", "a nudge changes something:"} <= shown and np.allclose(sizes, roots, rtol=0.05)
    assert trace["scaling.weights"].values[-1].max() > 0.995


def test_side_by_side_a_head_reaches_only_its_own_columns_and_W_O_lets_each_reach_all():
    """Brackets: of each head its part of the row and its rows of W_O, whose product is what is written below it."""
    trace, spec = stage(load("multi_head")).trace, load("multi_head")
    joined, heads, W_O = (trace[name].values for name in (
        "encoder.1.self_attention.concatenated", "encoder.1.self_attention.heads", "weights.encoder.1.self_attention.W_O"))
    parts = trace["contributions.parts"].values[1, :, spec.focus]
    for i, (answer, part) in enumerate(zip(heads[:, spec.focus], parts, strict=True)):
        own = np.zeros(16)
        own[4 * i : 4 * i + 4] = joined[spec.focus, 4 * i : 4 * i + 4]
        assert (own[4 * i : 4 * i + 4] == answer).all() and np.allclose(own @ W_O, part) and (part != 0).all()
