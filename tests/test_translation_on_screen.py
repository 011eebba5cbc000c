"""What the decoder says is what the film shows, right or wrong, with its real probabilities."""

from functools import partial

import pytest

from scenes.parts.label import Label, Number, format_number
from studio.check.lint import lint
from studio.check.sight import see, walk
from studio.plan import staging
from studio.read.spec import load

SENTENCES = (
    "the white dog saw a small bird", "a tired woman eats the red apple yesterday", "the old man did not see the cat", "cat",
    "it was too wide because the street was narrow",
)


def building(scene: str, sentence: str):
    """Builds a scene with another sentence of the translator's words."""
    return partial(staging.build, load(scene, [f"sentence={sentence}", "focus=0"]))


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_words_on_screen_are_the_models_own(sentence):
    shown, spec = {}, load("overview", [f"sentence={sentence}", "focus=0"])

    def look(stage, moment):
        labels = [shape for shape in see(stage).shapes if isinstance(shape, Label)]
        shown[moment.step] = {type(shape): [s.string for s in labels if type(s) is type(shape)] for shape in labels}

    trace = walk(building("overview", sentence), look).staging.trace
    last = shown["loop"]
    assert [word for word in trace.output_tokens if word not in last[Label]] == []
    chances = sorted(trace["decoder.probabilities"].values[-1])[:-4:-1]
    assert last[Number] == [format_number(chance, spec.keys["decimals"]) for chance in chances]
    assert shown["clocks"][Number] == ["1", str(len(trace.output_tokens))]


@pytest.mark.slow
@pytest.mark.parametrize("scene", ["overview", "decoder"])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_other_sentences_look_right(scene, sentence):
    assert [str(finding) for finding in lint(scene, building(scene, sentence))] == []


def test_minus_infinity_is_written_as_such_and_shown_where_a_word_would_look_ahead():
    assert format_number(float("-inf"), 2) == "−∞" and format_number(-0.001, 2) == "0.00" and format_number(-10.0, 0) == "−10"
    shown = {}
    walk(building("decoder", "the black cat sleeps"), lambda stage, moment: shown.setdefault(
        moment.step, [s for s in see(stage).shapes if isinstance(s, Number) and s.string == "−∞"]))
    later = [s.source.index[-2:] for s in shown["mask"]]
    assert all(j > i for i, j in later) and len(set(later)) == 10                   # one of them stands in what is said of it, too
    assert len(later) == 11
