"""Any sentence: the tokens of the weights, words found among them, and the head that looks most from one to another."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import model
from model import heads, safetensors
from model.tokenizer import Piece
from studio.cli import main
from studio.errors import UserError
from studio.output import heads as sheets
from studio.plan import staging
from studio.read import assets
from studio.read.spec import load
from studio.read.words import shared

BERT = Path(__file__).parent / "fixtures/checkpoints/bert"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    shutil.copytree(BERT, "data/animformer/minilm")


def minilm(*settings, scene="qkv"):
    """A scene with a tiny BERT in the place of minilm."""
    return load(scene, ["model.weights=minilm", *settings])


def problem(*settings, weights="minilm"):
    with pytest.raises(UserError) as caught:
        load("qkv", [f"model.weights={weights}", *settings])
    assert len(caught.value.problems) == 1
    return str(caught.value.problems[0])


def animformer(*args):
    found = CliRunner().invoke(main, [str(arg) for arg in args])
    assert not found.exception or isinstance(found.exception, SystemExit), found.exception
    return found


# --- sentences -----------------------------------------------------------------------------------------------------


def test_a_sentence_becomes_the_tokens_of_the_weights():
    spec = minilm("sentence=The cat, unably WIDE!", "block=2", "head=2")
    assert spec.tokens == ("[CLS]", "the", "cat", ",", "un", "##ably", "wide", "!", "[SEP]") and spec.focus == 7
    assert spec.model.spelling == "wordpiece" and spec.model.d_model == 24 and spec.block == 1 and spec.head == 1
    trace = staging.trace(spec)
    assert trace.sentence == "the cat , unably wide !" and trace.words("encoder.0.self_attention.weights", "key")[5] == "ably"


@pytest.mark.parametrize("focus, at", [("unably", 4), ("Cat", 2), ("##ably", 5), ("[CLS]", 0), ("6", 6)])
def test_the_focus_is_the_first_piece_of_a_word(focus, at):
    assert minilm("sentence=The cat, unably WIDE!", f"focus={focus}").focus == at


def test_tokens_may_be_the_pieces_themselves():
    assert minilm("tokens=[the, '##ably', cat]").tokens == ("the", "##ably", "cat")
    assert "tokens.1: '##blah' is not in the vocabulary of the weights 'minilm'; did you mean" in problem("tokens=[the, '##blah']")
    assert "minilm` fetches" not in problem("tokens=[the, '##blah']")


def test_sixteen_tokens_and_no_more():
    assert len(minilm(f"sentence={' '.join('the' for _ in range(14))}").tokens) == 16
    said = problem(f"sentence={' '.join('unably' for _ in range(8))}")
    assert "sentence: has 18 tokens: [CLS] un ably un" in said and said.endswith("[SEP]; at most 16 can be shown")


def test_a_twin_has_as_many_tokens():
    assert minilm("sentence=the cat", "twin=The dog").twin == ("[CLS]", "the", "dog", "[SEP]")
    assert problem("sentence=the cat", "twin=the unably").endswith(
        "twin: has 5 tokens and the sentence 4; write a sentence of as many tokens")


def test_an_empty_sentence_is_one_without_a_token():
    assert "sentence: is empty; write 1 to 16 words" in problem("sentence=\u200b")


def test_capitals_and_a_full_stop_are_read_and_shown_by_the_translator():
    spec, plain = (load("qkv", [f"sentence={said}", "focus=Sleeps"]) for said in ("The black cat sleeps.", "the black cat sleeps"))
    assert spec.tokens == ("The", "black", "cat", "sleeps.") and spec.focus == plain.focus == 3
    ours, theirs = staging.trace(spec), staging.trace(plain)
    assert ours.tokens == spec.tokens and ours.translation == theirs.translation == ("le", "chat", "noir", "dort")
    assert all(np.array_equal(ours.arrays[name], theirs.arrays[name], equal_nan=True) for name in theirs.names)


def test_a_word_that_the_translator_does_not_know_names_what_knows_it():
    said = problem("sentence=The Elephant sleeps.", weights="translator")
    assert "'Elephant' is not in the vocabulary of the weights 'translator'; model.weights=minilm reads any sentence" in said
    assert "`animformer get minilm`" in said and "model.weights to random" in said


def test_what_is_wrong_with_a_folder_is_located():
    Path("theirs").mkdir()
    (Path("my.yaml")).write_text("scene: qkv\nmodel: {weights: theirs}\n")
    for name, message in (("", "theirs/weights.npz cannot be read: No such file or directory; a folder of"),
                          ("tf_model.h5", "theirs/weights.npz cannot be read"),
                          ("pytorch_model.bin", "theirs/config.json is not there"),
                          ("config.json", "theirs/config.json is empty")):
        if name:
            Path("theirs", name).write_bytes(b"")
        found = animformer("check", "my.yaml")
        assert found.exit_code == 2 and f"my.yaml:2:18: model.weights: {message}" in found.output
    shutil.copytree(BERT, "theirs", dirs_exist_ok=True)
    assert load("my.yaml").model.weights == str(Path("theirs").resolve())


def test_a_video_is_described_by_what_was_written():
    from studio.output import describe

    spec = minilm("sentence=Unably wide.")
    assert describe.digests(spec)["trace_digest"] == staging.trace(spec).digest
    found = json.loads(animformer("trace", "qkv", "--json", "--set", "model.weights=minilm", "--set", "sentence=Unably wide.").stdout)
    assert found["tokens"] == list(spec.tokens) and "translation" not in found and found["digest"] == staging.trace(spec).digest


def test_tensors_are_written_as_safetensors_too():
    assert animformer("trace", "qkv", "-o", "x.safetensors").exit_code == 0
    trace, back = staging.trace(load("qkv")), safetensors.read("x.safetensors")
    assert list(back) == list(trace.names)
    assert all(np.array_equal(back[name], trace.arrays[name], equal_nan=True) for name in back)
    assert f'\\"digest\\": \\"{trace.digest}\\"'.encode() in Path("x.safetensors").read_bytes()


# --- heads ---------------------------------------------------------------------------------------------------------


def drawn(patterns, tokens=("a", "b", "c", "d"), **settings):
    """A trace in whose first block the heads look as these matrices do, and in whose second everywhere alike."""
    config = model.ModelConfig(d_model=4 * len(patterns), n_heads=len(patterns), **settings)
    trace = model.run(tokens, config)
    everywhere = np.full((len(patterns), len(tokens), len(tokens)), 1 / len(tokens))
    changed = {f"encoder.{block}.self_attention.weights": rows for block, rows in enumerate((np.array(patterns), everywhere))}
    return model.Trace(tokens, config, dict(trace.arrays) | changed, trace.vocabulary)


def test_heads_are_sorted_by_what_they_do():
    previous, after, same, first = (np.eye(4, k=k) for k in (-1, 1, 0, 0))
    previous[0, 0] = after[3, 3] = 1
    first = np.tile(np.eye(4)[0], (4, 1))
    trace = drawn([same, 0.5 * after + 0.5 * first, first, previous])
    assert [(head.kind, head.block, head.head) for head in heads.kinds(trace)[:4]] == [
        ("previous", 0, 3), ("next", 0, 1), ("same", 0, 0), ("first", 0, 2)]
    assert [head.kind for head in heads.kinds(trace)[4:]] == ["other"] * 4
    assert heads.shares(trace)["next"][0].tolist() == pytest.approx([0, 0.5, 0, 0])
    assert heads.strongest(trace, 3, 2) == (0, 3) and heads.strongest(trace, 2, 2) == (0, 0)


def test_one_word_has_none_before_it():
    alone = drawn([np.ones((1, 1))] * 2, tokens=("a",))
    assert heads.shares(alone)["previous"].tolist() == [[0, 0], [0, 0]] and heads.kinds(alone)[0].kind == "same"


def test_what_is_no_part_of_the_text_is_no_word_before_another():
    trace = staging.trace(minilm("sentence=cat dog"))
    weights = heads.weights(trace)                                                  # (block, head, query, key)
    assert np.allclose(heads.shares(trace)["previous"], weights[:, :, 2, 1])
    assert np.allclose(heads.shares(trace)["next"], weights[:, :, 1, 2])
    assert np.allclose(heads.shares(trace)["first"], weights[:, :, 1:3, 0].mean(-1))


def test_auto_takes_the_head_that_looks_most():
    spec = minilm("sentence=The cat is unably old", "head=auto", "focus=unably", "toward=cat")
    found = heads.weights(staging.trace(spec))[:, :, 4, 2]
    assert (spec.block, spec.head) == np.unravel_index(found.argmax(), found.shape) and spec.compared == 8
    assert minilm().compared == 0 and minilm("toward=cat", "sentence=a cat", "head=2").head == 1


@pytest.mark.parametrize("settings, message", [
    (("head=auto",), "--set head=auto: head: auto takes a word to look for; write 'toward: WORD'"),
    (("head=auto", "sentence=a cat", "toward=cats"), "toward: 'cats' is not in the sentence; did you mean 'cat'?"),
    (("head=auto", "sentence=a cat", "toward=4"), "toward: 4 is out of range: the sentence has 4 words (0 to 3)"),
    (("head=some",), "head: must be a whole number, not 'some'"),
])
def test_auto_says_what_it_lacks(settings, message):
    assert message in problem(*settings)


def test_a_sheet_of_all_heads():
    found = animformer("heads", "qkv", "--set", "model.weights=minilm", "--set", "sentence=Unably old cat.", "--from", "cat",
                       "--toward", "unably", "--json")
    said = json.loads(found.stdout)
    assert said["files"] == ["out/heads.png"] and said["sections"][0]["title"] == "cat looks at unably"
    spec = minilm("sentence=Unably old cat.", "focus=cat", "toward=unably", "head=auto")
    best = said["sections"][0]["heads"][0]
    assert (best["block"], best["head"]) == (spec.block + 1, spec.head + 1)
    assert sorted((head["block"], head["head"]) for section in said["sections"][1:] for head in section["heads"]) == [
        (block, head) for block in (1, 2) for head in (1, 2, 3, 4)]
    assert Image.open("out/heads.png").width == sheets.MARGIN + sheets.COLUMNS * (176 // 7 * 7 + sheets.GAP)


def test_the_squares_of_a_sheet_are_the_weights():
    trace, theme, words = staging.trace(minilm("sentence=cat dog")), assets.theme("light"), shared("zh")["heads"]
    found = sheets.sections(trace, words, None)
    Path("x.png").write_bytes(sheets.sheet(trace, theme, words, found))
    picture, first = np.asarray(Image.open("x.png")), found[0].heads[0]
    x, y, cell = sheets.MARGIN, sheets.GAP + sheets.MARGIN + sheets.HEADING, 176 // 4
    for query in range(4):
        for key in range(4):
            shade = theme.weight(heads.weights(trace)[first.block, first.head, query, key]).to_int_rgb()
            assert picture[y + cell * query + 9, x + cell * key + 9].tolist() == list(shade)
    assert found[0].title.endswith(f"8 个头中的 {len(found[0].heads)} 个")


def test_a_word_is_named_whole():
    pieces = [Piece("[CLS]", special=True), Piece("un"), Piece("a", True), Piece("bly", True), Piece("good")]
    assert sheets._word(pieces, 1) == "unably" and sheets._word(pieces, 4) == "good"


# --- keys of a scene's own -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("said, place, mark", [
    ("asks: nobody", "3:7: asks: 'nobody' is not in the sentence of 'far'", " 3 | asks: nobody"),
    ("after: the cat", "3:8: after: must be of", " 3 | after: the cat"),
    ("far: the old dog", "asks: 'are' is not in the sentence of 'far'", ""),
])
@pytest.mark.parametrize("command", ["check", "render", "trace", "storyboard"])
def test_a_wrong_key_of_a_scene_s_own_is_told_where_it_stands_before_anything_is_drawn(command, said, place, mark):
    Path("mine.yaml").write_text(f"scene: real_model\nmodel: {{weights: minilm}}\n{said}\n")
    result = animformer(command, "mine.yaml")
    assert result.exit_code == 2 and f"mine.yaml{':' if mark else ''}{place}" in result.stderr.replace("mine.yaml: ", "mine.yaml")
    assert mark in result.stderr and not Path("out").exists()


def test_a_wrong_key_of_a_scene_s_own_is_told_with_all_else_that_is_wrong():
    Path("mine.yaml").write_text("scene: real_model\nmodel: {weights: minilm}\nblock: 2\nhead: 1\nasked: somebody\n")
    Path("other.yaml").write_text("scene: qkv\nhead: 9\n")
    Path("film.yaml").write_text("scenes: [qkv, {scene: mine.yaml, asks: nobody}]\n")
    result = animformer("check", "other.yaml", "film.yaml", "mine.yaml")
    places = [line.partition(": ")[0] for line in result.stderr.splitlines() if re.match(r"\w+\.yaml:", line)]
    assert places == ["other.yaml:2:7", "film.yaml:1:40", "mine.yaml:5:8"] and result.exit_code == 2
    told = animformer("trace", "real_model", "--set", "sentence=the cat", "--set", "head=1", "--set", "asks=nobody")
    assert told.stderr.startswith("--set asks=nobody: asks: 'nobody' is not in the sentence of 'far'\n  | ")
