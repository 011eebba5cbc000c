"""What the overview says is so: the two translations are the model's own, and the nouns have the genders that the pronouns say."""

from functools import cache, partial

import numpy as np
import pytest
import yaml

from model.lexicon import Lexicon
from scenes.parts.label import Label, Number
from scenes.parts.phrase import differing
from studio.check.sight import see, walk
from studio.plan import staging
from studio.read.assets import LEXICON
from studio.read.spec import load


@cache
def played(scene, *overrides):
    """A scene that has been played, and what is written at the end of each of its steps."""
    said = {}
    stage = walk(partial(staging.build, load(scene, overrides)), lambda stage, moment: said.setdefault(
        moment.step, [shape for shape in see(stage).shapes if isinstance(shape, Label)]) if moment.ends else None)
    return stage, said


def strings(labels):
    return [label.string for label in labels]


def feminine(noun):
    """Whether a noun is feminine in French, as the lexicon has it, which is checked by hand elsewhere."""
    language = Lexicon.from_mapping(yaml.safe_load(LEXICON.read_text("utf-8")))
    return next(found.feminine for found in language.nouns if found.english == noun)


def test_both_halves_say_what_the_model_says():
    stage, said = played("overview")
    other = walk(partial(staging.build, load("overview", ["sentence=" + " ".join(stage.spec.twin)])), lambda *_: None)
    for half, trace in zip(stage.halves, (stage.staging.trace, other.staging.trace), strict=True):
        words = list(trace.translation)
        assert " ".join([half.word.string, *strings(half.rest)]) == " ".join(words[words.index(half.word.string):])
    assert [half.word.string for half in stage.halves] == ["il", "elle"] and not {"il", "elle"} & {*strings(said["sentence"])}


def test_the_nouns_have_the_genders_of_their_pronouns():
    stage, _ = played("overview")
    glosses = [half.gloss[0].string.removesuffix(",") for half in stage.halves]
    nouns, genders = zip(*(gloss.split(": the ")[1].split(", ") for gloss in glosses), strict=True)
    assert nouns == ("animal", "street") and genders == ("masculine", "feminine")
    assert [feminine(noun) for noun in nouns] == [False, True]


def test_the_steps_are_counted():
    _, said = played("overview")
    assert [label.string for label in said["recurrence"] if isinstance(label, Number)] == ["1", "7"]


@pytest.mark.parametrize(("overrides", "question"), [
    ((), "English “it” has no gender. How did the machine know?"),
    (("sentence=the black cat sleeps", "focus=cat"), "How did the machine know?"),
    (("sentence=the black cat sleeps", "twin=the white cow sleeps", "focus=black"), "How did the machine know?"),
])
def test_only_where_the_pronoun_changes_is_asked_for_it(overrides, question):
    assert question in strings(played("overview", *overrides)[1]["question"])


def test_letters_that_differ_are_loud():
    assert differing(["était", "fatiguée"], ["était", "fatigué"], "output") == [("était fatigué", ""), ("e", "output")]
    assert differing(["large"], ["grand"], "output") == [("large", "output")]
    assert differing(["l'", "animal"], ["l'", "animal"], "output") == [("l'animal", "")]
    assert differing([], ["grand"], "output") == []


def test_all_french_tokens_are_counted():
    stage, said = played("overview")
    assert f"of {len(stage.staging.trace.output_vocabulary)} French tokens" in strings(said["first_word"])


def test_the_swapped_word_moves_other_rows_the_most_that_of_it_and_how_far_is_written():
    stage, said = played("overview")
    made, now = (stage.staging.trace[name].values for name in ("encoder.output", "twin.encoder.output"))
    moved = np.linalg.norm(made - now, axis=1)
    same = [i for i, words in enumerate(zip(stage.tokens, stage.twin, strict=True)) if words[0] == words[1]]
    assert {f"{far:.2f}" for far in moved} <= {*strings(said["encode"])} and max(same, key=lambda i: moved[i]) == stage.focus
    assert "with “wide”: how far it moved" in strings(said["encode"]) and {"wide"} == {*strings(said["encode"])} & {"wide", "tired"}
    assert {"tired"} == {*strings(said["first_word"])} & {"wide", "tired"} and stage.wording("encode") == "compared"
    alone, words = played("overview", "twin=")
    assert alone.wording("encode") == "caption" and not any("how far it moved" in string for string in strings(words["encode"]))


def test_the_end_token_comes_out_and_is_not_among_what_goes_back_in():
    _, said = played("overview")
    assert strings(said["loop"]).count("<end>") == strings(said["clocks"]).count("<end>") == 1
