"""Themes: everybody can read them and tell the roles apart; the same is said of a user's theme."""

import json
import re
from itertools import combinations, product

import pytest
import yaml
from click.testing import CliRunner
from coloraide import Color
from manim import ManimColor

from scenes.base.theme import Theme
from studio.read import assets
from studio.check import contrast
from studio.cli import main
from studio.errors import Problem

THEMES = ("dark", "high-contrast", "light")


def changed(**values: str) -> dict:
    """The contents of the dark theme's file with other colours: `key="#…"`, `signed_0="#…"`."""
    mapping = yaml.safe_load(assets.theme_file("dark").read_text(encoding="utf-8"))
    for key, value in values.items():
        ramp, _, stop = key.partition("_")
        if stop:
            mapping[ramp][int(stop)] = value
        else:
            mapping["colours"][key] = value
    return mapping


def wrong(**values: str) -> list[Problem]:
    """The problems of the dark theme with other colours."""
    return contrast.problems(Theme.from_mapping(changed(**values), assets.theme("dark").fonts))


def test_these_are_the_themes():
    assert assets.themes() == THEMES


@pytest.mark.parametrize("name", THEMES)
def test_our_themes_are_for_everybody(name):
    assert contrast.problems(assets.theme(name)) == []


@pytest.mark.parametrize("name", THEMES)
def test_our_themes_measured_without_the_check(name):
    colours = assets.theme(name).colours
    for role, ground in product(("text", "muted", "query", "key", "value", "output"), ("background", "surface")):
        assert Color(colours[role]).contrast(colours[ground], method="wcag21") >= (7 if name == "high-contrast" else 4.5)
    pairs = combinations(("query", "key", "value", "output"), 2)
    for (one, other), vision in product(pairs, (None, "protan", "deutan", "tritan")):
        a, b = (Color(colours[role]).filter(vision) if vision else Color(colours[role]) for role in (one, other))
        assert a.delta_e(b, method="2000") >= 20, (one, other, vision)


@pytest.mark.parametrize("name", THEMES)
def test_negative_values_have_a_colour_of_their_own_in_any_sight(name):
    """Positive ones in normal sight, or else they could not be near white where the output is a light green."""
    theme = assets.theme(name)
    negative, zero, positive = (theme.ramps["signed"][place] for place in (0, 128, 256))
    for other in (zero, positive, *(theme.colours[role] for role in ("query", "key", "value", "output"))):
        assert contrast.least_difference(negative, other)[0] >= 20


@pytest.mark.parametrize("name", THEMES)
def test_digits_can_be_read_on_any_shade(name):
    theme = assets.theme(name)
    shades = [shade for ramp in theme.ramps.values() for shade in ramp]
    assert min(contrast.contrast(theme.ink_on(ManimColor(shade)).to_hex(), shade) for shade in shades) >= 4.5


@pytest.mark.parametrize(("colours", "path", "kind", "said"), [
    ({"text": "#808080"}, "colours.text", "contrast", "has a contrast of 4.04 : 1 to the surface, #1a2231; text needs 4.5"),
    ({"text": "#3a4150"}, "colours.text", "illegible", "to the surface"),
    ({"muted": "#5a6577"}, "colours.muted", "contrast", "would do for muted"),
    ({"key": "#8a5a10"}, "colours.key", "contrast", "would do for key"),
    ({"value": "#e05030"}, "colours.value", "colour-vision", "is 19.3 from key, #fac05a, in deuteranopia; 20 is needed"),
    ({"signed_1": "#5a6477"}, "signed.1", "ramp", "stands for 0, is 25.9 from the background"),
    ({"signed_0": "#05070c"}, "signed.0", "ramp", "nearer to the background"),
    ({"signed_0": "#2c2a4d"}, "signed.0", "colour-vision", "the negative end, #2c2a4d"),
    ({"signed_0": "#d9d4f5"}, "signed", "colour-vision", "the ends"),
    ({"signed_2": "#ffd98a"}, "signed.2", "colour-vision", "from key"),
    ({"weight_1": "#2c3340"}, "weight.1", "colour-vision", "the weight 1, #2c3340"),
    ({"weight_0": "#66707f"}, "weight.0", "ramp", "stands for 0"),
])
def test_what_is_wrong_with_a_theme_is_said(colours, path, kind, said):
    found = [str(problem) for problem in wrong(**colours) if (problem.path, problem.kind) == (path, kind)]
    assert any(said in line for line in found), [str(problem) for problem in wrong(**colours)]


def test_a_colour_that_would_do_does():
    for colours in ({"muted": "#5a6577"}, {"key": "#8a5a10"}, {"value": "#e05030"}):
        while problems := wrong(**colours):
            better, role = re.search(r"(#\w{6}) would do for (\w+)", problems[0].hint).groups()
            assert colours.get(role) != better
            colours = colours | {role: better}


def test_check_says_where_and_render_only_warns(tmp_path):
    def animformer(command: str, colours: dict, *args: str):
        file = tmp_path / "mine.yaml"
        file.write_text(yaml.safe_dump(changed(**colours), sort_keys=False), encoding="utf-8")
        return CliRunner().invoke(main, [command, "qkv", "--set", "steps=[one_token]", "--theme", str(file), *args])

    faint = animformer("check", {"muted": "#5a6577"})
    assert faint.exit_code == 2 and "mine.yaml:8:10: colours.muted: #5a6577 has a contrast of" in faint.stderr
    small = ("--size", "192x108", "-j", "1", "-o", str(tmp_path / "out"), "--json")
    warned = animformer("storyboard", {"muted": "#5a6577"}, *small)
    assert warned.exit_code == 0 and "warning: " in warned.stderr and json.loads(warned.stdout)["files"]
    refused = animformer("render", {"text": "#3a4150"}, *small)
    assert refused.exit_code == 2 and [problem["kind"] for problem in json.loads(refused.stdout)["problems"]] == ["illegible"]
