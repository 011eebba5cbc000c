"""What `check` passes, `render` renders: films made of what people write, right and wrong, and then mistyped."""

import os
import shutil
import wave
from collections import Counter
from pathlib import Path

import faked
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.check import report
from studio.cli import main
from studio.read import assets
from studio.render.worker import played

OWN = Path(__file__).parent / "own_scene/temperature"
SMALL = ["--size", "64x64", "--fps", "2", "-j", "1"]
ENDS = Counter()

def mostly(good: list, bad: list) -> st.SearchStrategy:
    """What is right, more often than what is not."""
    return st.sampled_from(good * (1 + 6 * len(bad) // len(good)) + bad)


TEXTS = mostly(["A title", "一" * 40, "one\ntwo", "a <b> & \"c\"", "-->", "{\\an8}", "e\u0301", "{steps}", "{}", "%s", "#eef2f8", "12", "yes", "null",
                "a: b", "'", "\\N", "\u00a0a"], ["", " ", "x" * 81, "x" * 499, "a\u200bb", "𓀀"])
LANGUAGES = mostly(["en", "zh", "de.yaml", "pt-BR.yaml", "en.yaml"], ["qq.yaml", "zzz.yaml", "De.YAML", "fr", "none.yaml"])
THEMES = mostly(["dark", "light", "look.yaml", "~/look.yaml"], ["broken.yaml", "none.yaml", "Dark"])
VOICES = mostly(["v.wav", "a:b.wav", "%d.wav"], ["empty.wav", "none.wav", "mine.yaml", "."])
SENTENCES = mostly(["the old dog runs", "the black cat sleeps"], ["cafe\u0301 the", "unknown words", "", "a " * 17, "the\u00addog runs"])
WORDS = mostly(["0", "3", "the"], ["dog", "cat", "-1", "99", "café"])
STEPS = mostly([["one_token"], ["blend", "one_token"]], [["one_token", "one_token"], ["nothing"], [], ["machine"]])
LOOK = st.fixed_dictionaries({}, optional={
    "language": LANGUAGES, "theme": THEMES, "sentence": SENTENCES, "focus": WORDS, "pace": mostly(["2", "1e1", "0.5"], ["0", "fast"]),
    "decimals": mostly(["1", "3"], ["9", "-1"]), "head": mostly(["1", "2"], ["9", "auto"]), "block": mostly(["1", "2"], ["0"]),
    "question": TEXTS, "model": mostly([{"weights": "random"}], [{"weights": "random", "d_model": "7"}, {"weights": "none"}]),
})
SCENES = st.fixed_dictionaries({"scene": mostly(["qkv", "mine.yaml", "mine%.yaml"], ["temperature", "qvk", "film.yaml"])}, optional={
    "steps": STEPS, "voice": st.dictionaries(st.just("one_token"), VOICES, max_size=1), "sentence": SENTENCES, "focus": WORDS,
    "captions": st.dictionaries(st.just("one_token"), st.dictionaries(st.sampled_from(["en", "zh"]), TEXTS, max_size=2), max_size=1),
})
ENTRIES = st.one_of(st.just("mine.yaml"), st.just("temperature"), SCENES, SCENES)
TITLES = st.one_of(TEXTS, st.dictionaries(mostly(["en", "zh"], ["de", "eng"]), TEXTS, min_size=1, max_size=2))
PARTS = st.lists(ENTRIES, min_size=1, max_size=2, unique_by=str)
ACTS = st.one_of(PARTS, st.tuples(TITLES, PARTS).map(lambda said: [{"act": said[0]}, *said[1]]))
FILMS = st.tuples(LOOK, st.fixed_dictionaries({"scenes": ACTS}, optional={"title": TITLES}))
NAMES = mostly(["film.yaml", "a:b.yaml", "%d.yaml", "Film.YML", "opening.yaml", "a b'.yaml", "n" * 200 + ".yaml"], ["n" * 249 + ".yaml"])


@st.composite
def mistyped(draw, text: str) -> str:
    """The text, or with one thing in it otherwise."""
    place = draw(st.integers(0, max(0, len(text) - 1)))
    how = draw(st.sampled_from([*["not"] * 9, "lost", "twice", "other"]))
    other = draw(st.sampled_from([" ", "\t", ":", "#", "'", "{", "\u00a0", "\u200b", "-", "\n", "é", "0"]))
    return {"not": text, "lost": text[:place] + text[place + 1 :], "twice": text[:place] + text[place : place + 2] + text[place:],
            "other": text[:place] + other + text[place + 1 :]}[how]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with all that a film may name."""
    home, before = tmp_path_factory.mktemp("home"), Path.cwd()
    os.chdir(home)
    shutil.copytree(OWN, "temperature", ignore=shutil.ignore_patterns("__pycache__"))
    whole = CliRunner().invoke(main, ["words", "en"]).stdout
    for name in ("de", "pt-BR", "qq", "zzz", "en"):
        Path(f"{name}.yaml").write_text(whole, "utf-8")
    Path("De.YAML").write_text(whole.replace("untrained: ", "untraind: "), "utf-8")
    shutil.copy("temperature/words.en.yaml", "temperature/words.de.yaml")
    shutil.copy(assets.THEMES / "light.yaml", "look.yaml")
    for name in ("mine.yaml", "mine%.yaml"):
        Path(name).write_text("scene: qkv\nsteps: [one_token]\n")
    Path("broken.yaml").write_text("name: broken\ncolours:\n  text: #eef2f8\n")
    for name, seconds in (("v.wav", 1), ("a:b.wav", 1), ("%d.wav", 1), ("empty.wav", 0)):
        with wave.open(str(Path(name).absolute()), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(bytes(2 * 8000 * seconds))
    yield home
    os.chdir(before)


def only_played(kept: dict):
    """Instead of all that `check` says of pictures: the scene is staged and plays."""
    def look(spec):
        key = str(spec)
        if key not in kept:
            kept[key] = played(lambda *args: report.build(spec, *args), faked.TINY)
        return [], []

    return look


@pytest.mark.slow
def test_what_check_passes_render_renders(home, monkeypatch):
    monkeypatch.setattr(report, "report", only_played({}))
    monkeypatch.setenv("HOME", str(home))

    @settings(max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(FILMS, NAMES, st.data())
    def agree(film, name, data):
        text = yaml.safe_dump(film[0] | film[1], allow_unicode=True, sort_keys=False)
        Path(name).write_text(data.draw(mistyped(text)), "utf-8", "surrogateescape")
        shutil.rmtree("out", ignore_errors=True)
        checked = CliRunner().invoke(main, ["check", name])
        with faked.drawing() as drawn:
            rendered = CliRunner().invoke(main, ["render", name, "--no-cache", *SMALL])
        ENDS[checked.exit_code, rendered.exit_code] += 1
        said = f"{Path(name).read_text('utf-8')}\n{checked.stderr}\n{rendered.stderr}"
        assert (checked.exit_code, rendered.exit_code) in ((0, 0), (2, 2)), said
        assert rendered.exit_code == 0 or drawn == [] and not Path("out").exists(), said
        assert "Traceback" not in checked.stderr + rendered.stderr
        if name not in ("mine.yaml", "mine%.yaml"):
            Path(name).unlink()

    agree()
    assert min(ENDS[0, 0], ENDS[2, 2]) >= 60, ENDS
