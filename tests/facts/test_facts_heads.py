"""What queries, keys and values, the attention equation and the heads show is so: sums add up, areas are equal, the guided head is said."""

from decimal import Decimal
from functools import cache, partial

import numpy as np
import pytest

from model.guides import GUIDES, MODIFIER
from model.tokenizer import Piece
from scenes.parts.bars import Bar
from scenes.parts.flow import WeightLine
from scenes.parts.heat_map import Cell
from scenes.parts.label import Label, Number, Word
from scenes.parts.way import another_way
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
    labels = stage(load("multi_head")).words["labels"]
    shown = ends("multi_head", "steps=[patterns, follow]"), ends("multi_head", "steps=[patterns, follow]", "head=2")
    assert all(labels["taught"].format(number=1) in said(each["patterns"]) for each in shown)
    assert [labels["how"] in said(each["follow"]) for each in shown] == [True, False]
    untaught = ends("multi_head", "steps=[patterns]", "model.weights=random")["patterns"]
    assert not any(labels["taught"].format(number=i + 1) in said(untaught) for i in range(4))


def test_a_head_that_looks_for_nouns_takes_nothing_of_why_it_is_one_and_another_does():
    """Arcs: in head 1 of block 1, which was taught to, from each article to its noun, and from the pronoun to the word before it, no noun; in
    head 3, which was not, from the pronoun to the adjective, where a line in head 1 has 0.00.
    Where a head is said to look is so: each arc is the largest weight of its token; and nothing is said of other sentences."""
    film, words = ("steps=[patterns]", "block=1", "first=true"), load("multi_head").tokens
    shown, weights = ends("multi_head", *film)["patterns"], stage(load("multi_head")).trace["encoder.0.self_attention.weights"].values
    looks = [shape.source.index for shape in shown if isinstance(shape, WeightLine)]
    assert [(head, words[i], words[j]) for head, i, j in looks] == [
        (0, "the", "animal"), (0, "the", "street"), (0, "it", "because"), (2, "it", "tired")]
    assert all(weights[head, i].argmax() == j for head, i, j in looks) and weights[0, 8, 11] < 0.005
    (none,) = (shape.source.index for shape in shown if isinstance(shape, Number) and shape.string == "0.00")
    assert none == (0, 8, 11) and (MODIFIER.block, MODIFIER.head) == (0, 0) and not any((guide.side, guide.block, guide.head) == ("encoder", 0, 2) for guide in GUIDES)
    assert {"head 1: taught to look from “the” at its noun", "head 3, not taught: looks from “it” at “tired”", "0.56", "0.48"} <= said(shown)
    other = ends("multi_head", *film, "sentence=the animal did not cross the street because it was too wide", "twin=", "focus=it")["patterns"]
    assert not any("taught" in string for string in said(other)) and {"head 1", "head 3"} <= said(other)


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
        assert ("block 2: 16 × 16 = 256" in said(shown), "one wide head: 16 × 16 = 256" in said(shown)) == (bool(block), not block)
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
    """Shown of the longest keys: that their products are about as large as the root, some scores and their weights, and both once one score is
    1 higher, the same one in both cases."""
    trace, shown = stage(load("attention_matrix")).trace, set()
    walk(partial(build, load("attention_matrix", ["steps=[scale]"])), lambda playing, _: shown.update(said(see(playing).shapes)), (1,))
    sizes, roots, raised = (trace[f"scaling.{name}"].values for name in ("spread", "root", "nudged"))
    wanted = {f"{number:.1f}" for number in (*sizes, *roots)}
    for prefix, least, most in (("", 0, 0.005), ("scaled_", 0.15, 1)):
        scores, weights, nudged, moved = (trace[f"scaling.{prefix}{name}"].values[-1] for name in ("scores", "weights", "nudged", "nudged_weights"))
        wanted |= {f"{number:.1f}".replace("-", "−") for number in (*scores[:3], *nudged)} | {f"{number:.2f}" for number in (*weights, *moved)}
        assert least <= np.abs(moved - weights).max() <= most
        assert (nudged - scores[:3]).round(9).tolist() == (raised - trace["scaling.scores"].values[:, :3])[-1].round(9).tolist()
    assert wanted <= shown and {"weights move:", "no weight moves:"} <= shown and np.allclose(sizes, roots, rtol=0.05)
    assert trace["scaling.weights"].values[-1].max() > 0.995
