"""Models of others: the same numbers as transformers finds, the same tokens as tokenizers finds, and what is no model is refused."""

import json
import random
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from minilm import MINILM, needs_minilm

import model
from model import experiments, safetensors
from model.pretrained import load, wordpiece
from model.pretrained.tokens import TOKENIZER
from model.tokenizer import piece, place

CHECKPOINTS = Path(__file__).parent / "fixtures/checkpoints"
FAMILIES = tuple(sorted(path.parent.name for path in CHECKPOINTS.glob("*/expected.npz")))
SPELL_BYTES = ("roberta", "gpt2")
FLOAT64, FLOAT32 = 1e-10, 1e-5
ODD_STRINGS = 1000


@pytest.fixture(params=FAMILIES)
def folder(request):
    """A tiny random model as transformers has saved it."""
    return tiny(request.param)


@pytest.fixture
def bert(tmp_path):
    """A copy of the tiny BERT, to be spoiled."""
    return Path(shutil.copytree(CHECKPOINTS / "bert", tmp_path / "bert"))


def tiny(family):
    if (CHECKPOINTS / family / TOKENIZER).exists():
        pytest.importorskip("tokenizers")
    return CHECKPOINTS / family


def expected(file):
    with np.load(file) as stored:
        return dict(stored)


def trace_of(folder, sentence="the unbelievable cat"):
    found = load(folder, "theirs")
    return model.run(found.tokenizer(sentence), found.config, found)


def close(a, b, tolerance):
    """Whether two arrays of one shape are equal, but for rounding."""
    return a.shape == b.shape and np.abs(a - b).max() <= tolerance


# --- an implementation that is not ours ----------------------------------------------------------------------------


def test_hidden_states_and_attentions_are_those_of_transformers(folder):
    theirs = expected(folder / "expected.npz")
    trace = trace_of(folder, theirs["sentence"].item())
    assert trace["token_ids"].values.tolist() == theirs["ids"].tolist()
    names = ["encoder.0.input", "encoder.0.output", "encoder.output" if trace.config.norm == "pre" else "encoder.1.output"]
    hidden = np.stack([trace[name].values for name in names])                       # (depth, n, d_model)
    attentions = np.concatenate([trace[f"encoder.{block}.self_attention.weights"].values for block in range(2)])
    for kind, tolerance in (("64", FLOAT64), ("32", FLOAT32)):
        assert close(hidden, theirs[f"hidden_{kind}"], tolerance * np.abs(hidden).max())
        assert close(attentions, theirs[f"attentions_{kind}"].reshape(attentions.shape), tolerance)
    assert trace.config.activation == ("gelu_new" if folder.name in ("gpt2", "bert-gelu-new") else "gelu")


def test_the_next_word_is_that_of_transformers():
    theirs = expected(tiny("gpt2") / "expected.npz")
    trace = trace_of(CHECKPOINTS / "gpt2", theirs["sentence"].item())
    assert close(trace["decoder.logits"][0].values, theirs["logits_64"][-1], FLOAT64)
    assert len(trace.output_tokens) == 6 and trace.output_vocabulary == trace.vocabulary


def test_nothing_is_copied_out_of_the_file(folder):
    arrays = trace_of(folder).arrays
    matrices = [array for name, array in arrays.items() if name.startswith("weights.encoder") and array.ndim == 2]
    assert len(matrices) == 12
    for array in (*matrices, arrays["weights.embedding"]):
        assert array.dtype == np.float32 and not array.flags.writeable and not array.flags.owndata
    assert all(array.dtype == np.float64 for name, array in arrays.items() if not name.startswith("weights."))


def test_old_names_other_prefixes_and_other_precisions_are_the_same_model(bert):
    """gamma and beta as in the first BERTs, `bert.` before every name, float64, and position numbers that nobody needs."""
    before, file = trace_of(bert), bert / "model.safetensors"
    arrays = {f"bert.{name}".replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): array.copy()
              for name, array in safetensors.read(file).items()}
    stored(file, {name: array.astype(np.float64) for name, array in arrays.items()} | {"cls.bias": np.zeros(2)})
    assert close(trace_of(bert)["encoder.output"].values, before["encoder.output"].values, 1e-12)
    for kind, tolerance in (("F16", 0.1), ("BF16", 0.5)):
        stored(file, arrays, kind)
        found = trace_of(bert)
        assert found.arrays["weights.embedding"].dtype == np.float32
        assert 0 < np.abs(found["embeddings"].values - before["embeddings"].values).max() < 0.02 * (kind == "BF16") + 0.002
        assert close(found["encoder.output"].values, before["encoder.output"].values, tolerance)


@pytest.mark.parametrize("family", ["bert", "gpt2"])
def test_every_experiment_can_be_made_with_it(family):
    """Also with what is not the paper's: what one finds is finite, or said not to be, and what needs a decoder or scaled embeddings is not there."""
    found = load(tiny(family), "theirs")
    tokens, twin = (found.tokenizer(sentence) for sentence in ("the cat is old", "the dog is old"))
    given = {"twin": twin, "intervention": model.Intervention(1, 2)}
    trace = model.run(tokens, found.config, found, [*map(experiments.find, experiments.names())], given)
    recorded = [name for name in trace.names if name.partition(".")[0] in experiments.names()]
    assert {"ablation", "distances", "probe", "shuffling", "twin"} <= {name.partition(".")[0] for name in recorded}
    for name in recorded:
        may_be_infinite = name.endswith("masked_scores") or "NaN" in trace.declared[name].meaning
        assert may_be_infinite or np.isfinite(trace[name].values).all(), name
    assert not any(name.startswith(("embedding_scale.", "passes.generation", "surprise.words")) for name in recorded)
    if family == "gpt2":                  # nothing that comes later changes what was before
        assert close(trace["twin.encoder.output"].values[0], trace["encoder.output"].values[0], 1e-12)


def test_rows_without_a_word_have_none():
    trace = trace_of(CHECKPOINTS / "bert-gelu-new")
    assert len(trace.vocabulary) == trace["weights.embedding"].shape[0] and trace.vocabulary[-3:] == ("", "", "")


# --- tokens --------------------------------------------------------------------------------------------------------


def odd_strings():
    """Words, pieces of words, and characters of all kinds, run together or not."""
    rng = random.Random(0)
    words = ["the", "Unbelievable", "naïve", "café", "ISTANBUL", "İstanbul", "Straße", "ΣΊΣΥΦΟΣ", "我们", "日本語です", "don't", "C++",
             "e\u0301", "[MASK", "##ing", "x" * 99, "y" * 101, "3.50",
             "\u00a0", "\u2028", "\u200b", "\u00ad", "\ufffd", "\t", "\r\n", "\x00"]
    kinds = [range(0x20, 0x7F), range(0xA0, 0x250), range(0x300, 0x370), range(0x370, 0x530), range(0x5D0, 0x6F0), range(0x900, 0x980),
             range(0x1E00, 0x2070), range(0x20A0, 0x2300), range(0x3000, 0x30FF), range(0x4E00, 0x4F00), range(0x1F300, 0x1F650),
             range(0x00, 0x20), range(0xF900, 0xFB00), range(0x20000, 0x20100)]
    for _ in range(ODD_STRINGS):
        parts = [rng.choice(words) if rng.random() < 0.4 else chr(rng.choice(rng.choice(kinds))) for _ in range(rng.randint(1, 14))]
        yield rng.choice(("", " ", "  ")).join(parts)


@pytest.mark.parametrize("lower, strip", [(True, None), (False, None), (True, False), (False, True)])
def test_word_pieces_are_those_of_tokenizers(lower, strip):
    tokenizers = pytest.importorskip("tokenizers")
    vocabulary = (CHECKPOINTS / "bert/vocab.txt").read_text("utf-8").split("\n")[:-1]
    vocabulary += [piece.upper() for piece in vocabulary if piece.isalpha() and piece.upper() not in vocabulary]
    ids = {piece: row for row, piece in enumerate(vocabulary)}
    theirs = tokenizers.Tokenizer(tokenizers.models.WordPiece(ids, unk_token="[UNK]"))
    theirs.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=lower, strip_accents=strip)
    theirs.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    differ = [text for text in odd_strings()
              if theirs.encode(text).tokens != wordpiece.pieces(text, ids, lower, lower if strip is None else strip)]
    assert not differ, f"{len(differ)} differ, first {differ[0]!r}"


def test_pieces_are_written_as_they_belong_together():
    tokens = load(CHECKPOINTS / "bert", "theirs").tokenizer("Unably, its wideness")
    assert tokens == ("[CLS]", "un", "##ably", ",", "it", "##s", "wide", "##ness", "[SEP]")
    pieces = trace_of(CHECKPOINTS / "bert", "Unably, its wideness").pieces
    assert [piece.text for piece in pieces] == ["[CLS]", "un", "ably", ",", "it", "s", "wide", "ness", "[SEP]"]
    assert [piece.joined for piece in pieces] == [False, False, True, False, False, True, False, True, False]
    assert [piece.special for piece in pieces] == [True, *[False] * 7, True]


@pytest.mark.parametrize("family", SPELL_BYTES)
def test_bytes_are_written_as_the_text_they_spell(family):
    pieces = trace_of(tiny(family), "The naïve cat, ½").pieces
    said = "".join(("" if piece.joined else " ") + piece.text for piece in pieces if not piece.special)
    assert said == r" The na\xc3\xafve cat, ␣\xc2\xbd"      # ï and ½ are each cut in two
    assert [piece.special for piece in pieces].count(True) == (2 if family == "roberta" else 0)
    assert not next(piece for piece in pieces if not piece.special).joined


@pytest.mark.parametrize("family", SPELL_BYTES)
def test_every_token_of_bytes_is_written_in_what_can_be_seen(family):
    shown = [piece(token, "bytes").text for token in load(CHECKPOINTS / family, "theirs").vocabulary]
    assert all(text and text.isprintable() for text in shown) and {r"\x00", "␣", "a", r"\xc3"} <= {*shown}


def test_a_special_token_in_the_text_is_only_letters():
    tokens = load(CHECKPOINTS / "bert", "theirs").tokenizer("a [SEP] cat")
    assert tokens == ("[CLS]", "a", "[", "s", "##e", "##p", "]", "cat", "[SEP]")


@pytest.mark.parametrize("family, word, at", [
    ("bert", "Unably", 1), ("bert", "its", 4), ("bert", "it", 6), ("bert", "##ness", 8), ("bert", "[CLS]", 0), ("bert", "cat", None),
    ("gpt2", "it", 8), ("gpt2", "its", 6), ("roberta", "Unably", 1), ("roberta", "unably", None),
])
def test_a_word_stands_where_its_first_piece_does(family, word, at):
    tokenizer = load(tiny(family), "theirs").tokenizer
    tokens = tokenizer("Unably, its it wideness")
    assert place(word, tokens, tokenizer) == at, tokens


@pytest.mark.parametrize("word, at", [("Cat", 1), ("sleeps", 2), ("sleeps.", 2), ("THE", 0), ("sleep", None), (".", None)])
def test_a_word_is_found_whatever_its_capitals_and_the_sign_at_its_end(word, at):
    assert place(word, ("The", "cat", "sleeps.", "!")) == at


# --- what is refused -----------------------------------------------------------------------------------------------


def stored(file, arrays, kind="", **changes):
    """Writes a safetensors file by hand. kind: F16 or BF16, else what the arrays are; changes: of entries of its header."""
    bodies, header, start = [], {"__metadata__": {"format": "pt"}}, 0
    for name, array in arrays.items():
        names = {np.dtype(np.float64): "F64", np.dtype(np.float32): "F32", np.dtype(np.int8): "I8"}
        body = array.astype("<f2") if kind == "F16" else array.view("<u4") >> 16 if kind == "BF16" else array
        body = body.astype("<u2") if kind == "BF16" else body
        bodies.append(body.tobytes())
        header[name] = {"dtype": kind or names[array.dtype], "shape": array.shape, "data_offsets": [start, start + body.nbytes]}
        header[name] |= changes.get(name.rpartition(".")[2], {})
        start += body.nbytes
    text = json.dumps(header).encode()
    file.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(bodies))


def copied(folder):
    """The arrays of a model, no longer in its file."""
    return {name: array.copy() for name, array in safetensors.read(folder / "model.safetensors").items()}


def spoiled(change, name="encoder.layer.1.attention.self.query.weight"):
    """What changes one array of a model."""
    def spoil(folder):
        arrays = copied(folder)
        found = change(arrays.pop(name))
        stored(folder / "model.safetensors", arrays | ({} if found is None else {name: found}))
    return spoil


def told(**changes):
    """What changes config.json."""
    def spoil(folder):
        said = json.loads((folder / "config.json").read_text()) | changes
        (folder / "config.json").write_text(json.dumps({key: value for key, value in said.items() if value is not ...}))
    return spoil


def put(name, data):
    """What puts other bytes, or half of what is there, or nothing, in the place of a file."""
    def spoil(folder):
        path = folder / name
        path.write_bytes(data(path.read_bytes()) if callable(data) else data) if data is not None else path.unlink()
    return spoil


def pickled(folder):
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"PK\x03\x04")


def sharded(folder):
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    (folder / "model.safetensors.index.json").write_text("{}")


def with_nan(array):
    array = array.copy()
    array[3, 4] = np.nan
    return array


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:53aa\nsize 90868376\n"
PAGE = b"\n<!DOCTYPE html>\n<html><head><title>Sign in</title>"
HUGE = (2**62).to_bytes(8, "little") + b"{}"


@pytest.mark.parametrize("spoil, message", [
    (put("config.json", None), "config.json is not there"),
    (put("config.json", b""), "config.json is empty"),
    (put("config.json", PAGE), "config.json is a web page and not the file itself"),
    (put("config.json", b"[1, 2"), "config.json is no JSON: Expecting ',' delimiter"),
    (put("config.json", b"[1, 2]"), "config.json has no keys and values"),
    (told(model_type="t5"), "config.json is of a t5 model; those that can be read are bert, roberta, distilbert, gpt2"),
    (told(model_type=...), "config.json is of a nameless model"),
    (told(hidden_act="silu"), "config.json has the activation function silu; those known here are relu, gelu, gelu_new"),
    (told(position_embedding_type="relative_key"), "config.json has position_embedding_type: relative_key, and only absolute is known"),
    (told(hidden_size=...), "config.json does not say hidden_size"),
    (told(num_attention_heads=5), "config.json makes no model: d_model: 24 cannot be cut into n_heads = 5 equal parts"),
    (told(num_hidden_layers="two"), "config.json makes no model: n_blocks: 'two' must be a whole number"),
    (told(num_hidden_layers=3), "model.safetensors has no encoder.layer.2.attention.self.query.weight"),
    (told(intermediate_size=48), "has encoder.layer.0.intermediate.dense.weight of 40 × 24 numbers, and config.json makes it 48 × 24"),
    (spoiled(lambda array: None), "model.safetensors has no encoder.layer.1.attention.self.query.weight"),
    (spoiled(lambda array: array[0]), "query.weight of 24 numbers, and config.json makes it 24 × 24"),
    (spoiled(with_nan), "has numbers in encoder.layer.1.attention.self.query.weight that are not finite"),
    (spoiled(lambda array: array.astype(np.int8)), "query.weight in int8 and not in floating-point numbers: it may be a quantised model"),
    (put("model.safetensors", None), "model.safetensors is not there"),
    (put("model.safetensors", b""), "model.safetensors is empty"),
    (put("model.safetensors", POINTER), "model.safetensors is a Git LFS pointer and not the file itself: `git lfs pull` fetches it"),
    (put("model.safetensors", PAGE), "model.safetensors is a web page"),
    (put("model.safetensors", b"PK\x03\x04..."), "model.safetensors is a pickle by another name, and reading one may run any code"),
    (put("model.safetensors", b"no model at all"), "model.safetensors is no safetensors file"),
    (put("model.safetensors", HUGE), "model.safetensors is no safetensors file"),
    (put("model.safetensors", lambda data: data[:-1]), "model.safetensors is cut off: it has"),
    (put("model.safetensors", lambda data: data[:2000]), "model.safetensors is cut off within its header"),
    (put("model.safetensors", lambda data: data[:8] + b"{" * 99 + data[107:]), "model.safetensors is no safetensors file: its header"),
    (pickled, "pytorch_model.bin is not read: it is a pickle, which may run any code"),
    (sharded, "model.safetensors is not there: it is in several files, and only one is read"),
    (put("vocab.txt", None), "vocab.txt is not there, and neither is tokenizer.json"),
    (put("vocab.txt", b""), "vocab.txt is empty"),
    (put("vocab.txt", b"the\ncat\n"), "vocab.txt is no vocabulary of WordPiece: it has no [CLS], [SEP], [UNK]"),
    (put("vocab.txt", lambda data: data + b"a1\na2\n"), "model.safetensors has 296 rows in its table of words, and there are 298 words"),
    (put("vocab.txt", b"\xff\xfe"), "vocab.txt 'utf-8' codec can't decode"),
    (put("tokenizer_config.json", b"{"), "tokenizer_config.json is no JSON"),
])
def test_what_is_no_model_is_refused(bert, spoil, message):
    spoil(bert)
    with pytest.raises(ValueError) as caught:
        load(bert, "theirs")
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_wrong_places_in_a_header_are_refused(bert):
    file = bert / "model.safetensors"
    arrays = copied(bert)
    for entry in ({"shape": [25, 24]}, {"shape": [-24, -24]}, {"data_offsets": [8, 4]}, {"data_offsets": ["a", 4]}, {"shape": None},
                  {"data_offsets": [-96, 0]}, {"dtype": []}):
        stored(file, arrays, weight=entry)
        with pytest.raises(ValueError, match="^model.safetensors is no safetensors file"):
            load(bert, "theirs")


@pytest.mark.parametrize("text, message", [
    (b"{}", "tokenizer.json cannot be read"), (PAGE, "tokenizer.json is a web page"),
    ({"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}, "tokenizer.json cuts words by WordLevel"),
    ({"type": "BPE", "vocab": {"a": 0}, "merges": []}, "tokenizer.json cuts words by BPE; WordPiece and BPE of bytes are known here"),
])
def test_other_ways_to_cut_words_are_refused(bert, text, message):
    pytest.importorskip("tokenizers")
    (bert / "vocab.txt").unlink()
    whole = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "pre_tokenizer": None,
             "post_processor": None, "decoder": None, "model": text}
    (bert / "tokenizer.json").write_bytes(text if isinstance(text, bytes) else json.dumps(whole).encode())
    with pytest.raises(ValueError, match=message):
        load(bert, "theirs")


def test_what_takes_the_extra_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(ValueError, match=r"^tokenizer.json takes the package tokenizers: install the extra \[checkpoints\]"):
        load(CHECKPOINTS / "gpt2", "theirs")
    load(CHECKPOINTS / "bert", "theirs")


def test_what_is_written_is_read(tmp_path):
    arrays = {"a": np.arange(6.0).reshape(2, 3).T, "b": np.array(2.5, np.float32), "none": np.zeros((0, 3))}
    with (tmp_path / "x").open("wb") as file:
        safetensors.write(file, arrays, {"said": "é"})
    back = safetensors.read(tmp_path / "x")
    assert list(back) == list(arrays) and all(np.array_equal(back[name], arrays[name]) for name in arrays)
    assert back["b"].dtype == np.float32 and back["a"].flags.aligned


# --- the real one --------------------------------------------------------------------------------------------------


@needs_minilm
def test_minilm_is_what_transformers_finds():
    theirs = expected(Path(__file__).parent / "fixtures/minilm.npz")
    trace = trace_of(MINILM, theirs["sentence"].item())
    assert trace["token_ids"].values.tolist() == theirs["ids"].tolist()
    for kind, tolerance in (("64", FLOAT64), ("32", FLOAT32)):
        assert close(trace["encoder.output"].values, theirs[f"hidden_{kind}"], tolerance)
        assert close(trace["encoder.5.self_attention.weights"].values, theirs[f"attentions_{kind}"], tolerance)
