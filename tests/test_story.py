"""The film as a whole: its terms are defined before they are used, and its figures are those that it was made for."""

import json
import re
from functools import cache
from pathlib import Path
from statistics import median

import pytest
import yaml
from click.testing import CliRunner

from studio.check.figures import beyond, meanings
from studio.check.report import report
from studio.cli import main
from studio.output.script import script, written
from studio.read.folders import folder, ours
from studio.read.spec import FILMS, load, ready

HERE = Path(__file__).parent
TERMS, LETTERS = (yaml.safe_load((HERE / f"{name}.yaml").read_text("utf-8")) for name in ("terms", "letters"))
LANGUAGES = ("en", "zh")


@cache
def captions(film):
    """The captions of a film in order, by language, by `scene/step`."""
    return {f"{line['scene']}/{line['step']}": line["captions"] for line in script(load(film))}


# The script

def test_the_script_has_every_step_of_the_film_with_its_time_and_captions():
    film, lines = load("film"), script(load("film"))
    assert [(line["scene"], line["step"]) for line in lines] == [(scene.name, step) for scene in film.scenes for step in scene.steps]
    assert all(set(line["captions"]) == set(LANGUAGES) and all(line["captions"].values()) for line in lines)
    assert [line["start"] for line in lines] == sorted({line["start"] for line in lines}) and lines[0]["start"] > 1
    assert list(dict.fromkeys(line["act"] for line in lines)) == list(film.acts.values())


def test_the_script_says_what_is_shown():
    (mine, *_), (untrained, *_) = (script(load("overview", [said])) for said in ("captions.sentence.zh=我的", "model.weights=random"))
    assert mine["captions"]["zh"] == "我的" and mine["captions"]["en"] == captions("film")["overview/sentence"]["en"]
    (said,) = (line["captions"]["en"] for line in script(load("overview", ["model.weights=random"])) if line["step"] == "first_word")
    assert said.startswith("Untrained") and untrained["step"] == "sentence"


def test_the_command_prints_it():
    printed = CliRunner().invoke(main, ["script", "qkv"])
    assert printed.exit_code == 0 and printed.stdout == written(script(load("qkv"))) + "\n"
    found = json.loads(CliRunner().invoke(main, ["script", "qkv", "--json"]).stdout)
    assert found["steps"] == script(load("qkv"))


# The terms

@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("film", ready(FILMS))
@pytest.mark.parametrize("term", TERMS)
def test_no_caption_uses_a_term_before_it_is_introduced(term, film, language):
    said, first = captions(film), TERMS[term]["introduced"]
    steps = list(said)
    before = steps[: steps.index(first)] if first in steps else steps
    too_early = [step for step in before if re.search(TERMS[term][language], said[step][language])]
    assert too_early == [], f"{term} is introduced in {first}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_in_the_caption_that_introduces_it(term, language):
    assert re.search(TERMS[term][language], captions("article")[TERMS[term]["introduced"]][language])


# The figures

@cache
def figures(film, language):
    return [each for scene in load(film, [f"language={language}"]).scenes for each in report(scene)[1]]


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
class TestFigures:
    def test_the_stage_is_used(self, language):
        assert median(each.occupancy for each in figures("film", language)) >= 0.55

    def test_no_step_leaves_the_stage_empty_even_at_its_beginning(self, language):
        assert [f"{each.scene}/{each.step}" for each in figures("film", language) if each.empty > 0] == []

    def test_captions_can_be_read_and_nothing_could_be_better(self, language):
        found = [*figures("film", language), *figures("article", language)]
        assert [f"{each.scene}/{each.step}: {what}" for each in found for _, what in beyond(each)] == []
        assert max(each.rate for each in found) <= 12 + 1e-6

    def test_sizes(self, language):
        found = figures("article", language)
        assert min(each.digit for each in found if each.digit) >= 28 - 1e-6
        assert min(each.label for each in found if each.label) >= 26 - 1e-6

    def test_one_letter_has_one_meaning(self, language):
        for letter, tensors in meanings(figures("article", language)).items():
            assert set(tensors) <= set(LETTERS[letter]["tensors"]), letter


@pytest.mark.parametrize("scene", ours())
def test_reasons_are_given_for_steps_that_there_are(scene):
    home = folder(scene)
    assert set(home.load().sparse) <= set(home.facts.steps)
