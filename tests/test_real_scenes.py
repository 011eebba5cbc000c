"""What scenes make of models of others: which steps they have, what they call them, how pieces of words are drawn, what is measured."""

import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from model import ModelConfig, View
from model.table import holds
from model.tokenizer import Piece
from scenes.base.frame import Frame
from scenes.base.room import Room
from scenes.parts.adding import SHARES, adding, terms
from scenes.parts.bars import largest
from scenes.parts.label import SMALLEST_WORD, THIN_SPACE, Word, format_number, number, text_width
from scenes.parts.made_by import by_hand
from scenes.parts.tokens import PADDING, snug_row, token_card, word_widths
from studio.check import provenance
from studio.errors import UserError
from studio.plan import staging
from studio.read import assets
from studio.read.spec import load, ready

BERT = Path(__file__).parent / "fixtures/checkpoints/bert"
OTHERS = ("before=the cat is old", "after=the dog is old", "sentence=the cat is old", "far=the old cat is on the street", "asks=is", "asked=cat")


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """Where fetched models lie: as yet there is none."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path / "animformer/minilm"


@pytest.fixture
def bert(data):
    """A tiny BERT in the place of minilm."""
    return shutil.copytree(BERT, data)


@pytest.fixture(scope="module")
def theme():
    return assets.theme("dark")


def spec(scene, *settings, weights="minilm"):
    return load(scene, [f"model.weights={weights}", *settings])


def scene_of(scene, *settings, weights="minilm"):
    """A scene that is built, and not played."""
    return staging.build(spec(scene, *settings, weights=weights))


def problem(*args):
    with pytest.raises(UserError) as caught:
        spec(*args)
    return str(caught.value.problems[0])


# --- steps, captions and titles --------------------------------------------------------------------------------------


def test_settings_of_a_model_hold_or_do_not():
    config = ModelConfig(activation="gelu", norm="pre")
    assert holds("", config) and holds("activation: gelu", config) and holds("activation: relu | gelu and norm: pre", config)
    assert not holds("activation: relu", config) and not holds("activation: relu | gelu and norm: post", config)


def test_a_scene_has_the_steps_that_are_true_of_the_model(bert):
    assert "relu" in load("mlp").steps and "relu" not in spec("mlp").steps
    assert "scaled" in load("positional_encoding").steps and "scaled" not in spec("positional_encoding").steps
    assert "pair" not in spec("real_model", "block=1", "head=1", weights="random").steps and spec("real_model", *OTHERS).steps[0] == "pair"


def test_a_step_that_is_not_true_of_the_model_is_refused(bert):
    said = problem("mlp", "steps=[widen, relu]")
    assert "steps.1: 'relu' is for models with activation: relu; the steps for this model are: widen" in said


def test_scenes_are_ready_when_their_weights_are_here(data):
    assert ready(["qkv", "real_model", "real"]) == ["qkv"]
    shutil.copytree(BERT, data)
    assert ready(["qkv", "real_model", "real"]) == ["qkv", "real_model", "real"]


def test_what_has_learned_and_does_not_translate_is_told_so(bert):
    said = {weights: scene_of("overview", weights=weights) for weights in ("translator", "minilm", "random")}
    words = said["minilm"].staging.words["steps"]["sentence"]
    assert [scene.caption("sentence") for scene in said.values()] == [words[key] for key in ("caption", "learned", "untrained")]
    assert [scene.title("sentence") for scene in said.values()] == [words[key] for key in ("title", "title_learned", "title_untrained")]
    assert len({*words.values()}) == len(words) and "translat" in words["title"] and "translat" not in words["title_learned"]


def test_a_title_is_of_what_is_shown(bert):
    turned, alone = (scene_of("encoder_stack", *said) for said in (("model.weights=translator",), ("twin=",)))
    words = alone.staging.words["steps"]["chain"]
    assert (turned.title("chain"), alone.title("chain")) == (words["title"], words["title_other"])
    assert alone.title("same_token") == alone.staging.words["steps"]["same_token"]["title"]


@pytest.mark.parametrize("n_blocks, depths", [(2, [0, 1, 2]), (6, [*range(7)]), (7, [0, 1, 3, 5, 7]), (24, [0, 4, 8, 12, 16, 20, 24])])
def test_of_a_high_stack_some_depths_are_shown_and_named(monkeypatch, n_blocks, depths):
    scene = scene_of("encoder_stack", weights="translator")
    config = replace(scene.staging.trace.config, n_blocks=n_blocks)
    monkeypatch.setattr(scene, "staging", replace(scene.staging, trace=replace(scene.staging.trace, config=config)))
    assert scene._depths == depths and scene._depth_names == ["before block 1", *(f"after block {depth}" for depth in depths[1:])]
    ends = [*pairwise(depths)]
    together = [(first, last) for first, last in ends if last - first > 1]
    assert [scene._storey(*pair).words for pair in together] == [f"blocks {first + 1} to {last}" for first, last in together]
    if n_blocks == 2:
        assert [scene._storey(*pair).words.partition(",")[0] for pair in ends] == ["block 1", "block 2"]


@pytest.mark.parametrize(("d_k", "heads", "rows", "columns"), [(4, 4, 4, 16), (32, 12, 3, 7), (8, 4, 8, 15)])
def test_of_what_a_head_multiplies_only_as_much_is_shown_as_is_seen(theme, d_k, heads, rows, columns):
    def view(*shape):
        return View("any", np.ones(shape), ("axis",) * len(shape), tuple(map(range, shape)), tuple(range(len(shape))))

    one, many = view(d_k * heads), view(heads, d_k * heads)
    of_token = terms(view(heads, d_k), view(d_k * heads, d_k * heads), many, view(heads), one, one)
    drawn = adding(theme, of_token, ["head"] * heads, ("it", "adds", "length"), Frame.of().stage, 0)
    assert {(len(strip.cells), len(strip.cells[0])) for strip in drawn.strips} == {(rows, columns)}
    assert {len(part.cells[0]) for part in (*drawn.parts, drawn.bias, drawn.total)} == {columns}
    assert {len(answer.cells[0]) for answer in drawn.answers} == {min(d_k, columns)}
    assert drawn.strips[0].border.width / drawn.parts[0].border.width == pytest.approx(SHARES[1] / SHARES[2], rel=0.05)


def test_rows_that_are_not_scaled_are_not_told_to_be(bert):
    found = [scene_of(name, "twin=", weights=weights) for weights in ("translator", "minilm") for name in ("embeddings", "positional_encoding")]
    told = [[step for step in scene.spec.steps if "larger" in scene.caption(step) or "multiplied" in scene.caption(step)] for scene in found]
    assert told == [[], ["scaled"], [], []]


@pytest.mark.parametrize("count", [1, 5, 6, 12, 16])
def test_what_the_three_matrices_do_is_written_as_one_reads_over_any_number_of_tokens(theme, count):
    trace = scene_of("qkv", f"sentence={'cat ' * count}", "focus=0", "twin=", weights="translator").staging.trace
    views = [trace[f"encoder.0.self_attention.{name}"] for name in ("input", "query")]
    weights = [trace[f"weights.encoder.0.self_attention.{name}"] for name in ("W_Q", "b_Q")]
    made = by_hand(theme, trace.tokens, 0, views[0], [("Q", "query", (weights[0][:, :4], weights[1][:4]), views[1][0])] * 3, Room(-6.0, 6.0, -3.0, 3.0), True)
    for each in made.made:
        for formula in (each.for_one, each.for_all):
            assert formula.select("z").get_x() < formula.get_x() and formula.height > SMALLEST_WORD / 2


# --- pieces of words --------------------------------------------------------------------------------------------------


def test_pieces_of_a_word_touch_and_what_is_no_word_is_dimmed(theme):
    pieces = (Piece("[CLS]", special=True), Piece("un"), Piece("ably", joined=True), Piece("wide"))
    cards = snug_row(theme, [*map(Word, pieces)], Room(-6, 6, -1, 1), gap=0.2)
    gaps = [b.get_left()[0] - a.get_right()[0] for a, b in zip(cards, cards[1:])]
    assert gaps == pytest.approx([0.2, 0, 0.2]) and cards.get_x() == pytest.approx(0)
    colours = [card.word.get_fill_color() for card in cards]
    assert colours == [theme.colour("muted"), *[theme.colour("text")] * 3]


def test_a_piece_keeps_what_it_is_when_it_is_made_smaller(theme):
    card = token_card(theme, Word(Piece("[CLS]", special=True)), 0.2 + 2 * PADDING, 0.5)
    assert "…" in card.word.string and card.word.get_fill_color() == theme.colour("muted")


def test_where_words_fit_at_no_size_only_the_widest_lose_letters(theme):
    words = ["uncharacteristically", "is", "incomprehensibilities", "a"]
    (long, short, longer, letter), size = word_widths(theme, [(word,) for word in words], 4, 1, 0.4, 0.1)
    assert long == longer == pytest.approx((4 - 0.3 - short - letter) / 2) and size == SMALLEST_WORD
    assert short == pytest.approx(max(0.4, text_width(theme, "is", size) + 2 * PADDING)) and short < long
    assert word_widths(theme, [(word,) for word in words], 1.5, 1, 0.4, 0.1)[0] == pytest.approx([0.3] * 4)


def test_a_word_that_the_fonts_lack_is_written_by_its_codes(bert):
    scene = scene_of("values", "sentence=the cat", "twin=")
    rows = {word: row for row, word in enumerate(scene.staging.trace.vocabulary)}
    assert [scene.known(rows[word]) for word in ("cat", "##é", "##أ")] == ["cat", "##é", r"##\u0623"]


# --- numbers ------------------------------------------------------------------------------------------------------


def test_big_counts_stand_in_groups_and_numbers_of_tokens_do_not(bert, theme):
    assert format_number(30522, 0) == "30522" and format_number(22358016, 0) == "22 358 016".replace(" ", THIN_SPACE)
    assert format_number(-123456.5, 1) == "−123 456.5".replace(" ", THIN_SPACE)
    trace = staging.trace(spec("qkv", "sentence=the cat"))
    large = trace.arrays["weights.embedding"][:1] * 0 + 1234567
    view = type(trace)(trace.tokens, trace.config, {**trace.arrays, "weights.embedding": large}, trace.vocabulary)["weights.embedding"][0, 0]
    label = number(theme, view, decimals=0)
    assert label.string == "1 234 567".replace(" ", THIN_SPACE) and not [*provenance._number(None, label, 1234567.0)]


def test_the_highest_bar_is_one_of_those_that_are_shown(bert):
    rows = staging.trace(spec("qkv", "sentence=the cat"))["encoder.0.input"]
    values = np.abs(rows.values)
    assert largest(rows) == values.max() and largest(rows, columns=(0, None, 5)) == values[:, [0, 5]].max()


# --- the scene of a real model ---------------------------------------------------------------------------------------


def test_the_head_of_the_pair_far_apart_is_the_strongest(bert):
    trace = staging.trace(spec("real_model", *OTHERS))
    asks, asked = (int(trace[f"others.{name}"].values) for name in ("asks", "asked"))
    assert (asks, asked) == (4, 3) and int(trace["others.heads"].values) == 8
    found = trace["others.far.weights"].values[:, :, asks, asked]
    assert found[int(trace["others.block"].values), int(trace["others.head"].values)] == found.max()
    alone = staging.trace(spec("qkv", "sentence=the old cat is on the street"))
    assert np.allclose(trace["others.far.weights"].values[0], alone["encoder.0.self_attention.weights"].values)


def test_the_caption_of_the_pair_says_whether_another_word_is_looked_at(bert):
    words = {}
    for block in (1, 2):
        for head in (1, 2, 3, 4):
            scene = scene_of("real_model", *OTHERS, f"block={block}", f"head={head}")
            rows = [scene.view(f"others.{key}.weights")[block - 1, head - 1, 2].values[1:-1] for key in ("before", "after")]
            changed = rows[0].argmax() != rows[1].argmax()
            words[scene.caption("pair")] = words.get(scene.caption("pair"), changed) and changed
            assert scene.wording("pair") == ("caption" if changed else "shifts")
    assert len(words) == 2


@pytest.mark.parametrize("after, wording", [((0.5, 0.3), "shifts"), ((0.3, 0.5), "caption"), ((0.398, 0.402), "tied")])
def test_the_caption_of_the_pair_says_so_where_what_is_written_is_alike(bert, monkeypatch, after, wording):
    scene = scene_of("real_model", *OTHERS, "block=1", "head=1")
    trace = scene.staging.trace
    rows = {"before": (0.6, 0.2), "after": after}
    arrays = {f"others.{key}.weights": np.broadcast_to([0, *row, 0, 0, 0], trace[f"others.{key}.weights"].shape) for key, row in rows.items()}
    monkeypatch.setattr(scene, "staging", replace(scene.staging, trace=replace(trace, arrays=dict(trace.arrays) | arrays)))
    assert scene.wording("pair") == wording and scene.caption("pair") == scene.staging.words["steps"]["pair"][wording]


def test_the_sink_is_asked_for_only_where_most_of_the_attention_is_and_little_is_said_only_where_little_is_taken(bert, monkeypatch):
    scene = scene_of("real_model", *OTHERS, "block=1", "head=1")
    words, trace = scene.staging.words["steps"]["sink"], scene.staging.trace
    for most, share, title, caption in ((0, 0.4, "title", "little"), (0, 0.6, "title", "caption"), (1, 0.4, "title_spread", "caption"),
                                        (-1, 0.4, "title", "little")):
        weights = np.eye(len(trace.tokens))[most]
        arrays = {**trace.arrays, "flow.weights": weights, "flow.taken": share * weights}
        monkeypatch.setattr(scene, "staging", replace(scene.staging, trace=replace(trace, arrays=arrays)))
        assert scene.title("sink") == words[title] and scene.caption("sink") == words[caption]


@pytest.mark.parametrize("settings, message", [
    (("after=the unably is old",), "after: must be of 6 tokens, as 'before' is, and differ from it; it has 7"),
    (("after=the cat is old",), "after: must be of 6 tokens, as 'before' is, and differ from it; it has 6"),
    (("asks=house",), "asks: 'house' is not in the sentence of 'far'"),
])
def test_what_is_wrong_with_the_other_sentences_is_said(bert, settings, message):
    with pytest.raises(UserError) as caught:
        staging.trace(spec("real_model", *OTHERS, *settings))
    assert message in str(caught.value)


def test_shares_of_attention_and_of_what_is_taken(bert):
    trace = staging.trace(spec("real_model", *OTHERS))
    attention, taken = trace["flow.weights"].values, trace["flow.taken"].values                     # (n,)
    assert attention.sum() == pytest.approx(1) and taken.sum() == pytest.approx(1) and not np.allclose(attention, taken)
    weights = np.stack([trace[f"encoder.{block}.self_attention.weights"].values for block in range(2)])
    assert np.allclose(attention, weights[:, :, 1:-1].mean((0, 1, 2)))


def test_sizes_are_those_of_the_weights(bert):
    trace, config = staging.trace(spec("real_model", *OTHERS)), spec("real_model", *OTHERS).model
    d, ff = config.d_model, config.d_ff
    sizes = {kind: int(trace[f"sizes.{kind}"].values) for kind in ("words", "attention", "mlp", "total")}
    assert sizes["words"] == len(trace.vocabulary) * d and sizes["attention"] == 2 * 4 * (d * d + d)
    assert sizes["mlp"] == 2 * (2 * d * ff + ff + d) and sizes["total"] == sum(sizes.values()) - sizes["total"]
