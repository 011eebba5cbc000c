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
from studio.check import contrast
from studio.cli import main
from studio.errors import Problem
from studio.read import assets

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


SCALE = {                                 # CIEDE2000 between +v and −v at least: from a quarter of the scale on, and at a tenth
    "normal sight": (38, 29), "protanopia": (40, 26), "deuteranopia": (35, 22), "tritanopia": (20, 11),
}


@pytest.mark.parametrize("name", THEMES)
def test_values_of_one_magnitude_are_as_light_and_their_sign_is_seen_in_any_sight(name):
    theme = assets.theme(name)
    shades, ground, middle = theme.ramps["signed"], theme.colours["background"], len(theme.ramps["signed"]) // 2
    pairs = [(shades[middle - k], shades[middle + k]) for k in range(1, middle + 1)]
    for pair in pairs:
        low, high = sorted(contrast.contrast(shade, ground) for shade in pair)
        assert high / low < 1.02
    for vision, (quarter, tenth) in SCALE.items():
        apart = [contrast.difference(*pair, vision) for pair in pairs]
        assert min(apart[middle // 4 - 1:]) >= quarter and apart[round(middle / 10) - 1] >= tenth


@pytest.mark.parametrize("name", THEMES)
def test_the_ends_of_the_ramps_are_like_no_role_and_readable_as_large_text(name):
    theme = assets.theme(name)
    ends = [theme.colour(role).to_hex().lower() for role in ("minus", "plus", "weight")]
    assert ends == [theme.ramps["signed"][0], theme.ramps["signed"][-1], theme.ramps["weight"][-1]]
    for end, role in product(ends, ("query", "key", "value", "output")):
        assert contrast.difference(end, theme.colours[role]) >= 20
    assert contrast.difference(ends[2], theme.colours["key"]) >= 26
    for one, other in combinations(ends, 2):
        assert contrast.difference(one, other) >= 40
    assert min(contrast.contrast(end, theme.colours["background"]) for end in ends) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_digits_can_be_read_on_any_shade(name):
    theme = assets.theme(name)
    shades = [shade for ramp in theme.ramps.values() for shade in ramp]
    assert min(contrast.contrast(theme.ink_on(ManimColor(shade)).to_hex(), shade) for shade in shades) >= 4.58


@pytest.mark.parametrize(("ramp", "stops", "said"), [
    ("signed", ["#000000", "#ffffff"], "signed: needs a list of 3 colours or more"),
    ("signed", ["#000000", "#111111", "#222222", "#333333"], "signed: has 4 colours; the number must be odd"),
    ("weight", ["#000000"], "weight: needs a list of 2 colours or more"),
    ("weight", ["#000000", "red"], "weight.1: 'red' is not a colour; write it as '#rrggbb'"),
])
def test_a_ramp_needs_so_many_stops(ramp, stops, said):
    with pytest.raises(ValueError) as raised:
        Theme.from_mapping(changed() | {ramp: stops}, assets.theme("dark").fonts)
    assert [problem for problem in raised.value.args[0] if said in problem]


def test_ramps_of_few_stops_do():
    few = Theme.from_mapping(changed() | {"signed": ["#d494fe", "#1b2232", "#5cc358"], "weight": ["#1b2232", "#fe7035"]},
                             assets.theme("dark").fonts)
    assert few.signed(-1).to_hex().lower() == "#d494fe" and few.signed(0).to_hex().lower() == "#1b2232"
    assert contrast.problems(few) == []


@pytest.mark.parametrize(("colours", "path", "kind", "said"), [
    ({"text": "#808080"}, "colours.text", "contrast", "has a contrast of 4.04 : 1 to the surface, #1a2231; text needs 4.5"),
    ({"text": "#3a4150"}, "colours.text", "illegible", "to the surface"),
    ({"muted": "#5a6577"}, "colours.muted", "contrast", "would do for muted"),
    ({"key": "#8a5a10"}, "colours.key", "contrast", "would do for key"),
    ({"value": "#e05030"}, "colours.value", "colour-vision", "is 19.3 from key, #fac05a, in deuteranopia; 20 is needed"),
    ({"signed_8": "#5a6477"}, "signed.8", "ramp", "stands for 0, is 25.9 from the background"),
    ({"signed_0": "#05070c"}, "signed.0", "ramp", "nearer to the background"),
    ({"signed_0": "#2c2a4d"}, "signed.0", "colour-vision", "the negative end, #2c2a4d"),
    ({"signed_0": "#d9d4f5"}, "signed", "colour-vision", "the ends"),
    ({"signed_16": "#ffd98a"}, "signed.16", "colour-vision", "from key"),
    ({"weight_4": "#2c3340"}, "weight.4", "colour-vision", "the weight 1, #2c3340"),
    ({"weight_4": "#e8ab45"}, "weight.4", "colour-vision", "from key"),
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
