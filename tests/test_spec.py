"""Every mistake in a YAML file or an override is found, located and explained; what is right arrives as it was meant."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import ModelConfig
from studio.errors import UserError
from studio.read import assets, folders, keys, spec
from studio.read.yaml_file import MAX_BYTES

STEPS = "one_token all_tokens filing_cabinet blend weighted_sum".split()

# What stands in my.yaml, and the messages it earns, without the name of the file.
BAD = {
    "unknown key": ("scene: qkv\nsentense: a b\n", ["2:1: sentense: unknown key; did you mean 'sentence'?"]),
    "unknown inner key": (
        "scene: qkv\nmodel: {d_modle: 8}\n", ["2:9: model.d_modle: unknown key; did you mean 'd_model'?"]),
    "an unlike key": (
        "scene: qkv\nzzz: 1\n", [f"2:1: zzz: unknown key; the keys are: {', '.join(keys.SceneKeys.model_fields)}\n"]),
    "a long name": (f"scene: {'x/' * 3000}y\n", ["1:8: scene: there is no scene 'x/x/"]),
    "a film's key": ("scene: qkv\ntitle: x\n", ["2:1: title: unknown key; the keys are: pace, decimals, furniture, type, frame, question, scene, "]),
    "merge key": ("scene: qkv\n<<: {focus: a}\n", ["2:1: <<: unknown key"]),
    "wrong type, number": ("scene: qkv\nhead: many\n", ["2:7: head: must be a whole number, not 'many'"]),
    "wrong type, fraction": ("scene: qkv\nmodel:\n  d_model: 8.5\n", ["3:12: model.d_model: must be a whole number, not '8.5'"]),
    "wrong type, float": ("scene: qkv\npace: fast\n", ["2:7: pace: must be a number, not 'fast'"]),
    "wrong type, no": ("scene: qkv\npace: no\n", ["2:7: pace: must be a number, not 'no'"]),
    "wrong type, nan": ("scene: qkv\npace: nan\n", ["2:7: pace: must be a number, not 'nan'"]),
    "wrong type, text": ("scene: qkv\nsentence: [a, b]\n", ["2:11: sentence: must be a text, not a list"]),
    "wrong type, list": ("scene: qkv\ntokens: cat\n", ["2:9: tokens: must be a list: [a, b], not 'cat'"]),
    "wrong type, item": ("scene: qkv\ntokens: [a, [b]]\n", ["2:13: tokens.1: must be a text, not a list"]),
    "wrong type, keys": ("scene: qkv\nmodel: big\n", ["2:8: model: must be keys with values: {key: value}, not 'big'"]),
    "wrong type, caption": (
        "scene: qkv\ncaptions: {blend: hello}\n", ["2:19: captions.blend: must be keys with values: {key: value}, not 'hello'"]),
    "endless number": (f"scene: qkv\nhead: {'9' * 5000}\n", ["2:7: head: must be a whole number, not '9999"]),
    "duplicate key": ("scene: qkv\nfocus: cat\nfocus: the\n", ["3:1: focus: appears twice (first in line 2)"]),
    "duplicate inner key": (
        "scene: qkv\nmodel:\n  weights: random\n  seed: 1\n  seed: 2\n", ["5:3: model.seed: appears twice (first in line 4)"]),
    "no value": ("scene: qkv\nfocus:\n", ["2:1: focus: has no value; give it one or leave the key out"]),
    "open quote": ('scene: "qkv\n', ['1:8: " is not closed where it should be (line 2): while scanning a quoted scalar (line 1): found unexpected end of stream; close the']),
    "open bracket": ("tokens: [a, b\nscene: qkv\n", ["1:9: [ is not closed where it should be (line 2): while parsing a flow sequence (line 1): expected ',' or ']'"]),
    "no colon": ("scene: qkv\nfocus it\nhead: 1\n", ["2:1: does not go with what follows (line 3): ", "write 'key: value', or a # before a comment"]),
    "no comment": (" A scene\nscene: qkv\nhead: 1\n", ["1:2: does not go with what follows (line 2): ", "write 'key: value', or a # before a comment"]),
    "a space too many": ("scenes:\n   - qkv\n  - recap\n  - mlp\n", ["2:4: does not go with what follows (line 3): ", "begin in the same column"]),
    "tab": ("scene: qkv\nmodel:\n\tseed: 1\n", ["3:1: ", "indent with spaces, not with tabs"]),
    "colon": ("sentence: Q: a matrix\n", ["1:12: mapping values are not allowed here; put a text that has a colon in quotes"]),
    "alias bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", ["1:4: anchors and aliases are not allowed here"]),
    "unknown alias": ("scene: *x\n", ["1:8: anchors and aliases are not allowed here"]),
    "python tag": ("scene: !!python/object/apply:os.system [ls]\n", ["1:8: tags are not allowed here (tag:yaml.org,2002:python"]),
    "custom tag": ("scene: !secret qkv\n", ["1:8: tags are not allowed here (!secret)"]),
    "deep brackets": (f"tokens: {'[' * 3000}{']' * 3000}\n", ["1:20: nested more than 12 deep"]),
    "deep keys": ("a: " + "{a: " * 3000, ["nested more than 12 deep"]),
    "deep lists": ("- " * 3000, ["nested more than 12 deep"]),
    "a key of many": ("? [a, b]\n: c\nscene: qkv\n", ["1:3: a key must be a word, not a list"]),
    "two documents": ("scene: qkv\n---\nscene: qkv\n", ["2:1: ", "found another document; one file is one document"]),
    "NUL": ("scene: qkv\nsentence: a\0b\n", ["2:12: the character '\\x00' is not allowed in a text"]),
    "escaped NUL": ('scene: qkv\nsentence: "a\\0b"\n', ["2:11: sentence: the character '\\x00' is not allowed"]),
    "half a character": ('scene: qkv\nsentence: "a\\ud800b"\n', ["2:11: sentence: the character '\\ud800' is not allowed"]),
    "no such character": ('scene: "\\UFFFFFFFF"\n', ["1:11: there is no such character or number"]),
    "empty file": ("", ["1:1: is empty"]),
    "only a comment": ("# nothing\n", ["1:1: is empty"]),
    "a list": ("- qkv\n", ["1:1: must hold keys with values, not a list; write 'key: value' lines"]),
    "a text": ("qkv\n", ["1:1: must hold keys with values, not a text"]),
    "unknown scene": ("scene: qvk\n", ["1:8: scene: there is no scene 'qvk'; did you mean 'qkv'?"]),
    "scene of the file's name": (
        "sentence: a cat\n", ["my.yaml: scene: there is no scene of the file's name, 'my'; write 'scene: NAME'"]),
    "empty sentence": ("scene: qkv\nsentence: ''\n", ["2:11: sentence: is empty; write 1 to 16 words"]),
    "blank sentence": ("scene: qkv\nsentence: ' '\nfocus: cat\n", ["2:11: sentence: is empty; write 1 to 16 words"]),
    "no tokens": ("scene: qkv\ntokens: []\n", ["2:9: tokens: is empty; write 1 to 16 words"]),
    "empty token": ("scene: qkv\ntokens: [a, '']\n", ["2:13: tokens.1: word 2 is empty"]),
    "17 words": (f"scene: qkv\nsentence: {'a ' * 17}\n", ["2:11: sentence: has 17 words; at most 16 can be shown"]),
    "long word": (
        f"scene: qkv\nsentence: ab {'a' * 41}\n", ["2:11: sentence: word 2, 'aaa", "has 41 letters; at most 40 can be shown"]),
    "sentence and tokens": ("scene: qkv\nsentence: a b\ntokens: [a]\n", ["3:9: tokens: there is a sentence already; give the"]),
    "unknown focus": (
        "scene: qkv\nsentence: a big cat\nfocus: cta\n", ["3:8: focus: 'cta' is not in the sentence; did you mean 'cat'?"]),
    "an unlike focus": (
        "scene: qkv\nsentence: a cat a cat\nfocus: dog\n", ["3:8: focus: 'dog' is not in the sentence; the words are: a, cat"]),
    "focus out of range": (
        "scene: qkv\nsentence: a cat\nfocus: 2\n", ["3:8: focus: 2 is out of range: the sentence has 2 words (0 to 1)"]),
    "negative focus": ("scene: qkv\nsentence: a cat\nfocus: -1\n", ["3:8: focus: -1 is out of range"]),
    "indivisible": (
        "scene: qkv\nmodel: {weights: random, n_heads: 3}\n",
        ["2:35: model.d_model: 16 cannot be cut into n_heads = 3 equal parts"]),
    "odd d_model": ("scene: qkv\nmodel: {d_model: 7}\n", ["2:18: model.d_model: 7 is no multiple of 2"]),
    "small d_model": ("scene: qkv\nmodel: {d_model: 2}\n", ["2:18: model.d_model: 2 is out of range (4 to 512)"]),
    "large d_model": ("scene: qkv\nmodel: {d_model: 1024}\n", ["2:18: model.d_model: 1024 is out of range (4 to 512)"]),
    "many heads": ("scene: qkv\nmodel: {n_heads: 16}\n", ["2:18: model.n_heads: 16 is out of range (1 to 8)"]),
    "many blocks": ("scene: qkv\nmodel: {n_blocks: 7}\n", ["2:19: model.n_blocks: 7 is out of range (1 to 6)"]),
    "negative seed": ("scene: qkv\nmodel: {seed: -1}\n", ["2:15: model.seed: -1 is out of range (0 to 4294967295)"]),
    "unknown norm": ("scene: qkv\nmodel: {norm: pots}\n", ["2:15: model.norm: 'pots' is unknown; did you mean 'post'?"]),
    "no weights": ("scene: qkv\nmodel: {weights: translater}\n", [
        "2:18: model.weights: there is no folder translater; did you mean 'translator'?"]),
    "no weights in a folder": (
        "scene: qkv\nmodel: {weights: .}\n", ["2:18: model.weights: weights.npz cannot be read: No such file or directory; "]),
    "a size with weights": ("scene: qkv\nmodel: {d_model: 8}\n", [
        "2:9: model.d_model: trained weights come with their own; leave it out, or set model.weights to random"]),
    "an unknown word": ("scene: qkv\nsentence: the blakc cat\n", [
        "2:11: sentence: 'blakc' is not in the vocabulary of the weights 'translator'; model.weights=minilm reads any sentence "
        "(`animformer get minilm` fetches it); did you mean 'black'", "? for other words"]),
    "unknown words": (
        "scene: qkv\ntokens: [the, Xx, cat, Zz, Xx]\n", ["2:15: tokens.1: 'Xx', 'Zz' are not in the vocabulary of the weights "]),
    "block": ("scene: qkv\nblock: 3\n", ["2:8: block: 3 is out of range: the model has 2 blocks (1 to 2)"]),
    "block 0": (
        "scene: qkv\nblock: 0\nmodel: {weights: random, n_blocks: 1}\n",
        ["2:8: block: 0 is out of range: the model has 1 block (only 1)"]),
    "head": ("scene: qkv\nblock: 2\nhead: 5\n", ["3:7: head: 5 is out of range: block 2 has 4 heads (1 to 4)"]),
    "unknown step": ("scene: qkv\nsteps: [blend, blned]\n", ["2:16: steps.1: there is no step 'blned'; did you mean 'blend'?"]),
    "no steps": ("scene: qkv\nsteps: []\n", [f"2:8: steps: is empty; the steps are: {', '.join(STEPS)}"]),
    "step twice": ("scene: qkv\nsteps: [blend, blend]\n", ["2:16: steps.1: 'blend' is there already"]),
    "caption of no step": (
        "scene: qkv\ncaptions:\n  blned: {en: x}\n", ["3:3: captions.blned: there is no step 'blned'; did you mean 'blend'?"]),
    "caption in no language": (
        "scene: qkv\ncaptions: {blend: {xx: x}}\n", ["2:20: captions.blend.xx: there is no language 'xx'; there is: en"]),
    "long caption": (
        f"scene: qkv\ncaptions: {{blend: {{en: {'x' * 201}}}}}\n", ["2:24: captions.blend.en: has 201 characters; at most 200"]),
    "unknown language": ("scene: qkv\nlanguage: eng\n", ["2:11: language: there is no language 'eng'; did you mean 'en'?"]),
    "unknown theme": ("scene: qkv\ntheme: drak\n", ["2:8: theme: there is no theme 'drak'; did you mean 'dark'?"]),
    "no theme file": ("scene: qkv\ntheme: mine.yaml\n", ["2:8: theme: there is no file mine.yaml"]),
    "endless theme file": (f"scene: qkv\ntheme: {'x' * 9999}.yaml\n", ["2:8: theme: there is no file xxx"]),
    "slow": ("scene: qkv\npace: 0.05\n", ["2:7: pace: 0.05 is out of range (0.1 to 10)"]),
    "decimals": ("scene: qkv\ndecimals: 5\n", ["2:11: decimals: 5 is out of range (0 to 4)"]),
    "emoji": ("scene: qkv\nsentence: hi 🙂🙃\n", [
        "2:11: sentence: the fonts have no glyph for U+1F642 (SLIGHTLY SMILING FACE), nor for 1 other, in '🙂🙃'; write it"]),
    "Thai": (
        "scene: qkv\ntokens: [a, ไทย]\n", ["2:13: tokens.1: the fonts have no glyph for U+0E44 (THAI CHARACTER SARA AI"]),
    "a caption's glyph": (
        "scene: qkv\ncaptions: {blend: {en: ok 🙂}}\n", ["2:24: captions.blend.en: the fonts have no glyph for U+1F642"]),
    "a line break in a token": ('scene: qkv\ntokens: ["a\\nb"]\n', ["2:10: tokens.0: 'a b' is not in the vocabulary"]),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def problems_of(text: str | bytes, *overrides: str) -> str:
    Path("my.yaml").write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    with pytest.raises(UserError) as caught:
        spec.load("my.yaml", overrides)
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems
    return str(caught.value)


def loaded(text: str, *overrides: str) -> spec.SceneSpec | spec.FilmSpec:
    Path("my.yaml").write_text(text, "utf-8")
    return spec.load("my.yaml", overrides)


@pytest.mark.parametrize("text, expected", BAD.values(), ids=BAD)
def test_a_mistake_is_located_and_explained(folder, text, expected):
    message = problems_of(text)
    assert message.startswith("my.yaml:") and message.endswith("\n1 problem; nothing was rendered")
    for part in expected:
        assert part in message


def test_all_problems_of_a_file_come_at_once_in_its_order(folder):
    text = "scene: qkv\nhead: 5\nblock: 2\nmodel: {d_model: x}\npace: 100\nsteps: [nope]\nfokus: cat\nlanguage: xx\npace: 1\n"
    lines = problems_of(text).splitlines()
    assert [line.split(":")[1] for line in lines[:-1]] == ["2", "4", "5", "6", "7", "8", "9"]
    assert lines[-1] == "7 problems; nothing was rendered"


def test_what_follows_from_a_mistake_is_not_held_against_the_user(folder):
    message = problems_of("scene: qkv\nsentense: a dog\nfocus: dog\nmodel: {n_heads: x}\nhead: 7\n")
    assert message.count("\n") == 2 and "sentense" in message and "n_heads" in message
    assert "focus" in problems_of("scene: qkv\nsentense: x\nsentence: a dog\nfocus: x\n")
    assert problems_of("scene: qkv\nmodel: {n_head: 8}\nhead: 7\n").count("\n") == 1


def test_encodings(folder):
    assert problems_of(b"scene: qkv\nsentence: caf\xe9\n").startswith(
        "my.yaml:2:14: the byte 0xe9 is not valid UTF-8; save the file as UTF-8\n")
    assert "my.yaml:1:1: the byte 0xff is not valid UTF-8" in problems_of("scene: qkv".encode("utf-16"))
    Path("my.yaml").write_bytes("\ufeffscene: qkv\n".encode())
    assert spec.load("my.yaml").scene == "qkv"


def test_a_huge_file_is_refused_without_being_read(folder):
    with open("my.yaml", "wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UserError, match="my.yaml: is larger than 256 kB"):
        spec.load("my.yaml")
    assert MAX_BYTES == 256_000


@pytest.mark.parametrize("target, message", {
    "nope.yaml": "nope.yaml: cannot be read: No such file or directory",
    "folder.yaml": "folder.yaml: is no file",
    "/dev/zero": "/dev/zero: unknown target; name a YAML file, the folder of a scene, or one of: film, ",
    "sub": "sub: is no folder of a scene; it needs a scene.py and a scene.yaml",
    "sub/": "sub: is no folder of a scene; it needs a scene.py and a scene.yaml",
    "sub/blend": "sub/blend: unknown target; name a YAML file, the folder of a scene, or one of: film, ",
    "/": "/: is no folder of a scene; it needs a scene.py and a scene.yaml",
    "qvk": "qvk: unknown target; did you mean 'qkv'?",
    "flim": "flim: unknown target; did you mean 'film'?",
    "zzz": "zzz: unknown target; name a YAML file, the folder of a scene, or one of: film, article, real, ablation, ",
    "qkv/blned": "qkv/blned: scene qkv has no step 'blned'; did you mean 'blend'?",
    "qkv/blned/": "qkv/blned/: scene qkv has no step 'blned'; did you mean 'blend'?",
    "qvk/blend": "qvk/blend: unknown target; did you mean 'qkv'?",
    "": "unknown target; ",
    "x/" * 9999: "x/x/",
    "a\0b.yaml": "a\\x00b.yaml: cannot be read",
}.items())
def test_unknown_targets(folder, target, message):
    Path("folder.yaml").mkdir()
    Path("sub").mkdir()
    with pytest.raises(UserError) as caught:
        spec.load(target)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("override, message", {
    "model.d_model=7": "--set model.d_model=7: model.d_model: 7 is no multiple of 2",
    "sentense=a": "--set sentense=a: sentense: unknown key; did you mean 'sentence'?",
    "model.heads=2": "--set model.heads=2: model.heads: unknown key; did you mean 'n_heads'?",
    "model.n_heads=3": "--set model.n_heads=3: model.n_heads: trained weights come with their own; leave it out",
    "head": "--set head: is not written as path=value; for example model.d_model=8",
    "=3": "--set =3: is not written as path=value",
    "model.=3": "--set model.=3: is not written as path=value",
    "head.x=3": "--set head.x=3: head: must be a whole number, not keys with values",
    "tokens=[a, b": "--set tokens=[a, b:1:",
    "tokens=[a, {b: c, b: d}]": "--set tokens=[a, {b: c, b: d}]:1:12: 1.b: appears twice",
    "steps=[blned]": "--set steps=[blned]: steps.0: there is no step 'blned'; did you mean 'blend'?",
    "language=xx": "--lang xx: language: there is no language 'xx'; there is: en",
    "theme=drak": "--theme drak: theme: there is no theme 'drak'; did you mean 'dark'?",
    "focus=dog": "--set focus=dog: focus: 'dog' is not in the sentence; the words are: the, black, cat, sleeps",
    "sentence=": "--set sentence=: sentence: is empty; write 1 to 16 words",
    "sentence=a\x1b[31m": "--set sentence=a\\x1b[31m: sentence: has a character that is not allowed",
}.items())
def test_mistakes_on_the_command_line(folder, override, message):
    with pytest.raises(UserError) as caught:
        spec.load("qkv", [override])
    assert str(caught.value).startswith(message)


def test_defaults(folder):
    found = loaded("scene: qkv\n")
    assert found.tokens == tuple(keys.DEFAULT_SENTENCE.split()) and found.focus == 3
    assert found.model == ModelConfig(weights="translator", output="decoder") and (found.block, found.head) == (0, 0)
    assert found.steps == found.wanted == folders.folder("qkv").facts.steps == tuple(STEPS)
    assert (found.name, found.source, found.scene, found.order) == ("my", "my.yaml", "qkv", tuple(STEPS))
    assert found.keys == {"pace": 1.0, "decimals": 2, "furniture": "full", "type": "normal", "frame": "wide", "question": ""} and found.burned
    assert pickle.loads(pickle.dumps(found)) == found


def test_words_are_what_is_written(folder):
    text = "scene: qkv\nmodel: {weights: random, seed: 12}\n"
    assert loaded(f"{text}tokens: [no, 1, null, ~, on, 1e-3, 0x1F, 2026-01-01, =]\n").tokens == (
        "no", "1", "null", "~", "on", "1e-3", "0x1F", "2026-01-01", "=")
    assert loaded(f"{text}sentence: no\n").tokens == ("no",)
    assert loaded(f"{text}sentence: yes  or\n  no\nfocus: yes\n").focus == 0
    assert loaded(f"{text}pace: 1e-1\n").pace == 0.1


def test_markup_is_text(folder):
    words = ["#read(\"x\")", "$x^2$", "<b>", "\\", '"', "it's", "{{", "}}", "*a*", "[mask]", "&amp;", "%d", "@", "`a`"]
    sentence = " ".join(words).replace("'", "''")
    Path("my.yaml").write_text(f"scene: qkv\nmodel: {{weights: random}}\nsentence: '{sentence}'\n")
    assert list(spec.load("my.yaml").tokens) == words
    assert list(spec.load("qkv", ["model.weights=random", f"sentence={' '.join(words)}"]).tokens) == words


def test_focus(folder):
    text = "scene: qkv\nmodel: {weights: random}\nsentence: a cat is a 2\n"
    for focus, place in {"cat": 1, "a": 0, "2": 4, "0": 0, "3": 3}.items():
        assert loaded(f"{text}focus: {focus}\n").focus == place


def test_counting(folder):
    found = loaded("scene: qkv\nblock: 2\nhead: 4\n")
    assert (found.block, found.head) == (1, 3)


def test_the_command_line_goes_over_the_yaml(folder):
    text = "scene: qkv\nsentence: a b c\nfocus: b\nmodel: {weights: random, seed: 1, d_ff: 8}\npace: 2\n"
    assert loaded(text, "pace=3", "pace=4").pace == 4
    assert loaded(text, "model.seed=5").model == ModelConfig(seed=5, d_ff=8)
    assert loaded(text, "model={seed: 5}", "model.d_ff=9").model == ModelConfig(seed=5, d_ff=9)
    assert loaded(text, "steps=[blend]").steps == ("blend",)
    # Other weights are another matter: what was said of the old ones does not hold.
    known = text.replace("a b c", "a cat").replace(": b", ": cat")
    assert loaded(known, "model.weights=translator").model == ModelConfig(weights="translator", output="decoder")
    assert loaded(text, "model.d_ff=9", "model.weights=random").model == ModelConfig(seed=1, d_ff=9)
    # Another sentence is another matter: what was said about the words of the old one does not hold.
    assert loaded(text, "tokens=[x, y]").focus == loaded(text, "sentence=x y").focus == 1
    assert loaded(text, "sentence=b x", "focus=b").focus == 0


def test_captions(folder):
    text = "scene: qkv\ncaptions: {blend: {en: 'So  it\n  is: #1.'}}\n"
    assert loaded(text).captions == {"blend": "So it is: #1."}
    assert loaded(text, "captions.blend.en=No: [x] #2").captions == {"blend": "No: [x] #2"}


def test_one_step(folder):
    found = spec.load("qkv/blend")
    assert found.wanted == ("blend",) and found.steps == tuple(STEPS)
    assert spec.load("qkv/blend", ["steps=[one_token]"]).steps == ("blend",)
    assert spec.load("qkv/blend/") == found and spec.load("qkv/") == spec.load("qkv")


def test_a_theme_file_is_looked_for_beside_the_yaml(folder):
    Path("sub").mkdir()
    Path("sub/mine.yaml").write_text(assets.theme_file("dark").read_text())
    Path("sub/my.yaml").write_text("scene: qkv\ntheme: mine.yaml\n")
    found = spec.load("sub/my.yaml")
    assert Path(found.theme) == folder / "sub" / "mine.yaml"
    assert Path(spec.load("qkv", ["theme=sub/mine.yaml"]).theme) == folder / "sub" / "mine.yaml"


def test_a_film(folder):
    Path("other.yaml").write_text("scene: qkv\nfocus: the\npace: 3\n")
    found = loaded(
        "title: Mine\npace: 2\nmodel: {weights: random, seed: 7}\nscenes:\n  - qkv\n  - other.yaml\n"
        "  - {scene: attention_matrix, head: 2, model: {weights: random, n_heads: 2}}\n", "decimals=1")
    assert isinstance(found, spec.FilmSpec) and found.title == "Mine"
    assert [scene.name for scene in found.scenes] == ["qkv", "other", "attention_matrix"]
    assert [scene.keys["decimals"] for scene in found.scenes] == [1, 1, 1]
    assert found.scenes[1].pace == 3 and found.scenes[1].model.seed == 7 and found.scenes[1].focus == 0
    assert found.scenes[2].head == 1 and found.scenes[2].model.n_heads == 2


@pytest.mark.parametrize("text, expected", {
    "scenes: []\n": "1:9: scenes: must be a list of scenes: [a, b]",
    "scenes: qkv\n": "1:9: scenes: must be a list of scenes: [a, b]",
    "scenes: [qvk]\n": "1:10: scenes.0: there is no scene 'qvk'; did you mean 'qkv'?",
    "scenes: [qkv, [a]]\n": "1:15: scenes.1: must be a scene, or keys with 'scene: NAME' among them",
    "scenes: [{head: 2}]\n": "1:10: scenes.0: must be a scene, or keys with 'scene: NAME' among them",
    "scenes: [{scene: qkv, head: 9}]\n": "1:29: head: 9 is out of range: block 1 has 4 heads (1 to 4)",
    "scenes: [qkv, attention_matrix]\npase: 2\n": "2:1: pase: unknown key; did you mean 'pace'?",
    "scenes: [qkv]\nscene: qkv\n": "2:1: scene: unknown key in a film; name scenes in 'scenes'",
    "scenes: [qkv]\ntitle: [a]\n": "2:8: title: must be a text, not a list",
    "scenes: [qkv, qkv]\n": "1:15: scenes.1: 'qkv' is in the film already; give it a file of another name",
    "scenes: [my.yaml]\n": "1:10: scenes.0: a film cannot hold a film",
    "scenes: [no.yaml]\n": "no.yaml: cannot be read: No such file or directory",
    f"scenes: [{'x/' * 3000}]\n": "x/x/",
    "title: a\ntitle: b\nscenes: [qkv]\n": "2:1: title: appears twice",
}.items())
def test_mistakes_in_a_film(folder, text, expected):
    message = problems_of(text)
    assert expected in message and message.endswith("\n1 problem; nothing was rendered")


@settings(deadline=None)                  # what is read for the first time takes longer
@given(st.one_of(
    st.binary(max_size=300),
    st.lists(st.sampled_from([*"abq:{}[],-?!&*#|>'\"%@`\\ \t\n0123.~<=", "\ud800", "é", "\0", "scene: qkv\n"]), max_size=99).map(
        lambda parts: "".join(parts).encode("utf-8", "surrogatepass")),
    st.dictionaries(
        st.sampled_from([*keys.SceneKeys.model_fields, "title", "scenes", "x"]),
        st.sampled_from(["1", "-3", "[a, b]", "{a: b}", "{en: {en: x}}", "''", "qkv", "[qkv]", "[[a]]", "1e9", "nan", '"\\0"']),
    ).map(lambda keys: "".join(f"{key}: {value}\n" for key, value in keys.items()).encode()),
))
def test_nothing_but_a_user_error_ever(tmp_path_factory, data):
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(data)
    try:
        found = spec.load(str(file))
    except UserError as error:
        assert error.problems and all(problem.message for problem in error.problems)
        str(error).encode()
    else:
        assert isinstance(found, spec.SceneSpec | spec.FilmSpec)


def test_the_project_s_own_files_are_sound():
    films = [[scene.scene for scene in spec.load(name).scenes] for name in spec.ready(spec.FILMS)]
    ours = spec.ready(folders.ours())
    assert {scene for film in films for scene in film} == {spec.load(name).scene for name in ours} == {*ours}
    for film in films:
        for before, scene in zip(["", *film], film):
            assert folders.folder(scene).facts.follows in ("", before)
