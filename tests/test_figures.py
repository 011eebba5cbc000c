"""The figures of a step say what is there: a scene with something wrong for each of them, and what must not be taken for it."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from scenes.base.frame import Frame
from scenes.base.room import PX
from scenes.base.scene import ExplainerScene, step
from scenes.parts.equation import equation
from scenes.parts.heat_map import heat_map
from scenes.parts.label import number, text
from scenes.parts.shapes import frame, rounded_points
from studio.check.figures import Measuring, beyond, meanings, occupancy
from studio.check.lint import lint
from studio.output.figures import table
from studio.plan.staging import stage
from studio.read.folders import _read
from studio.read.spec import load

ATTENTION = "encoder.0.self_attention"
CAPTIONS = {"long": 18 * "four " + "x", "read": 17 * "four " + "fives"}


class Odd(ExplainerScene):
    """A step for every figure."""

    sparse = {"reasoned": "one word is all there is"}

    def fill(self, room, role="surface"):
        self.add(frame(self.theme, room, role, radius=0, width=0, fill=role))

    def scrub(self):
        self.remove(*self.on_stage())

    def add_up(self, places, of_the_sum, *but):
        """The terms of a sum, then the sum, with so many decimals; of the first entry where one decimal is not enough."""
        terms, total = self.view(f"{ATTENTION}.weighted_values"), self.view(f"{ATTENTION}.heads")  # (head, query, key, d_k), (head, query, d_k)
        head, query, k = map(int, np.argwhere(terms.values.round(1).sum(2).round(1) != total.values.round(1))[0])
        for place, term in enumerate(terms[head, query]):
            self.add(number(self.theme, term[k], decimals=places, at=(0, 2 - place, 0)))
        self.add(number(self.theme, total[head, query, k], decimals=of_the_sum, at=(3, 0, 0)), *but)

    @step
    def half(self):
        self.fill(replace(self.stage, left=self.frame.whole.left, right=0))

    @step
    def sparse_one(self):
        self.scrub()
        self.add(text(self.theme, "word"))

    @step
    def reasoned(self):
        self.add(text(self.theme, "words", at=(2, 0, 0)))

    @step
    def small(self):
        self.add(text(self.theme, "scaled", size=40 * PX, at=(-4, 0, 0)).scale(0.5).rotate(0.7))
        self.add(number(self.theme, self.view(f"{ATTENTION}.heads")[0, 0, 0], size=30 * PX, at=(-4, 1, 0)))

    @step
    def late(self):
        self.scrub()
        self.wait(2)
        self.add(text(self.theme, "at last"))
        self.wait(1)

    @step
    def sums(self):
        self.scrub()
        self.add_up(1, 1)

    @step
    def another_digit(self):
        self.scrub()
        self.add_up(3, 1)

    @step
    def rounded(self):
        self.scrub()
        self.add_up(1, 1, text(self.theme, self.say("rounded"), at=(3, -1, 0)))

    @step
    def letters(self):
        self.scrub()
        for name, tensor, room in zip("ZZ", ("heads", "output"), self.stage.columns(2), strict=True):
            view = self.view(f"{ATTENTION}.{tensor}")
            sheet = heat_map(self.theme, view[0] if tensor == "heads" else view, room.inset(1, 1))
            self.add(sheet, equation(self.theme, f"{name}_(i j) = x").next_to(sheet.border, [0, 1, 0], buff=20 * PX))

    @step
    def unmarked(self):
        self.scrub()
        sheet = heat_map(self.theme, self.view(f"{ATTENTION}.query")[0], self.stage, scale=1e-3)
        cell = sheet.cells[0][0]
        cell.points = rounded_points(cell.width, cell.height, 0.1) + cell.get_center()
        self.add(sheet)

    @step
    def read(self):
        """Nothing moves."""

    @step
    def long(self):
        """Nothing moves."""


STEPS = _read(Path(__file__)).steps


def measured(language="en", pace=1.0, captions=CAPTIONS):
    staging = stage(load("qkv", [f"language={language}", f"pace={pace}"]))
    said = {name: {"caption": captions.get(name, "Word.")} for name in STEPS}
    spec = replace(staging.spec, scene="odd", order=STEPS, steps=STEPS, wanted=STEPS)
    measuring = Measuring("odd")
    build = partial(Odd, replace(staging, spec=spec, words={**staging.words, "title": "Odd", "steps": said}))
    findings = lint("odd", build, also=measuring.look)
    return {figures.step: figures for figures in measuring.found}, findings


@pytest.fixture(scope="module")
def odd():
    return measured()


@pytest.fixture(scope="module")
def figures(odd):
    return odd[0]


def kinds(figures, name):
    return {kind for kind, _ in beyond(figures[name])}


def test_how_much_of_the_stage_is_used():
    pixels = np.zeros((540, 960, 3), np.uint8)
    assert occupancy(pixels, Frame.of()) == occupancy(pixels + np.uint8(7), Frame.of()) == 0
    pixels[55:] = 255
    assert occupancy(pixels, Frame.of()) == pytest.approx(1, abs=0.03)


def test_a_tile_is_used_if_anything_touches_it():
    pixels = np.full((1080, 1920, 3), 20, np.uint8)
    rows = round(Frame.of().stage.height / PX) // 20
    pixels[105, 5] = 40                                   # one pixel of one tile
    assert occupancy(pixels, Frame.of()) == pytest.approx(1 / (rows * 96))
    pixels[0:100] = pixels[965:] = 90
    pixels[0, 0] = 20
    assert occupancy(pixels, Frame.of()) == pytest.approx(1 / (rows * 96), rel=1e-9), "title and caption do not count"


def test_half_a_stage_is_half(figures):
    assert figures["half"].occupancy == pytest.approx(0.5, abs=0.02) and "sparse" not in kinds(figures, "half")


def test_an_empty_stage_needs_a_reason(figures):
    assert kinds(figures, "sparse_one") == {"sparse"} and kinds(figures, "reasoned") == set()
    assert figures["reasoned"].reason == "one word is all there is"


def test_sizes_are_those_on_screen(figures):
    assert figures["small"].label == pytest.approx(20) and figures["small"].digit == pytest.approx(30)
    assert figures["half"].digit is None and figures["half"].label is None and figures["half"].caption == pytest.approx(38)


def test_seconds_in_which_nothing_is_there(figures):
    assert figures["late"].empty == pytest.approx(2)
    assert all(each.empty == 0 for name, each in figures.items() if name != "late")


def test_a_step_is_held_until_its_caption_is_read_and_its_picture_seen():
    for language, rate in (("en", 12), ("zh", 11)):
        for pace in (1.0, 2.0):
            found, _ = measured(language, pace, CAPTIONS | {"half": "字" * 45})
            assert found["read"].seconds == pytest.approx(90 / rate + 1.5) and found["read"].rate == pytest.approx(rate)
            assert found["half"].letters == 90 and found["half"].seconds == pytest.approx(90 / rate + 1.5)


def test_a_caption_has_at_most_ninety_letters(figures):
    assert kinds(figures, "long") == {"letters"} and "letters" not in kinds(figures, "read")


def test_what_does_not_add_up_is_told_unless_a_digit_more_or_a_word_makes_it_right(figures):
    (wrong,) = figures["sums"].sums
    assert wrong.count(" + ") == 3 and " is shown as " in wrong and "sum" in kinds(figures, "sums")
    assert figures["another_digit"].sums == figures["rounded"].sums == ()


def test_letters_are_told_with_the_tensors_beside_them(figures):
    assert meanings([figures["letters"]]) == {"Z": ("encoder.self_attention.heads", "encoder.self_attention.output")}


def test_a_clipped_cell_that_is_not_marked_is_found(odd):
    found = [finding for finding in odd[1] if finding.moment.step == "unmarked"]
    assert [finding.kind for finding in found] == ["provenance"] and "not marked as beyond the scale" in found[0].message


def test_the_table_has_every_step_and_what_they_come_to(figures):
    lines = table(list(figures.values())).splitlines()
    assert [line.split()[0] for line in lines[1:-2]] == [*(f"odd/{name}" for name in STEPS), "median", "least", "most", "sum"]
    assert lines[1 + STEPS.index("sparse_one")].split()[1].startswith("!") and lines[1 + STEPS.index("long")].split()[5] == "!91"
    assert lines[-2].startswith("odd/sums: ") and lines[-1].startswith("Z: ")
