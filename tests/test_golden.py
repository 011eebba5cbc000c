"""Goldens: what the scenes say and how they look, as it was last accepted; and that every kind of mistake is found.

A golden is `golden/SCENE.txt` and `golden/SCENE.STEP.png`. To accept what the scenes show now:
`python -m pytest tests/test_golden.py --accept`.
"""

import difflib
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from minilm import DATA_HOME, needs_minilm
from recording import Recording, record
from skimage.metrics import structural_similarity

from studio.plan import staging
from studio.read import folders
from scenes.parts.chart import Curve
from scenes.parts.flow import WeightLine
from scenes.parts.heat_map import Cell
from scenes.parts.label import Number
from studio.check import provenance
from studio.check.sight import see, walk
from studio.read.spec import SceneSpec, load, ready

GOLDEN = Path(__file__).parent / "golden"
FAILED = GOLDEN / "failed"
ACCEPT = "if that is right: python -m pytest tests/test_golden.py --accept"
COLOURS = 48                              # of a picture that is kept
TILES = 8                                 # a picture is compared in 8 × 8 tiles: on the whole, an erased title is nothing
# SSIM of a tile, as measured: 1 on one machine, whatever cairo is told about antialiasing, and at least 0.98 with curves
# flattened five times as coarsely: so much may another cairo differ. 0.96 at most with a small word erased, 0.88 to 0.95 with two
# unlike numbers swapped, 0.66 with the title erased. One digit or a line's width is less: they are for text and provenance.
ALIKE = 0.97
SCENES = [scene if scene in ready(folders.ours()) else pytest.param(scene, marks=needs_minilm) for scene in folders.ours()]
PORTRAIT, SQUARE, BARE = ("frame=portrait",), ("frame=square", "language=zh"), ("furniture=none", "type=large")
SHAPED = [(PORTRAIT, "add_norm"), (PORTRAIT, "recap"), (SQUARE, "queries"), (SQUARE, "decoder"), (BARE, "qkv"), (BARE, "dot_product_weights")]


@cache
def recording(scene: str) -> Recording:
    return record(load(scene))


@pytest.fixture(autouse=True)
def data_home(monkeypatch):
    """What is drawn of a fetched model is compared where the user has fetched it, and skipped elsewhere."""
    monkeypatch.setenv("XDG_DATA_HOME", str(DATA_HOME))


@pytest.fixture
def accepting(request) -> bool:
    return request.config.getoption("--accept")


@pytest.mark.parametrize("scene", SCENES)
def test_scenes_say_what_was_accepted(scene, accepting):
    file, text = GOLDEN / f"{scene}.txt", recording(scene).text
    if accepting:
        file.write_text(text, encoding="utf-8")
    said = file.read_text(encoding="utf-8") if file.exists() else ""
    if said != text:
        changes = difflib.unified_diff(said.splitlines(), text.splitlines(), "accepted", "now", lineterm="", n=1)
        pytest.fail("\n".join([f"{scene} says something else", *changes, ACCEPT]), pytrace=False)


@pytest.mark.parametrize("scene", SCENES)
def test_scenes_look_as_was_accepted(scene, accepting):
    frames = {f"{scene}.{step}": pixels for step, pixels in recording(scene).frames.items()}
    if accepting:
        for file in GOLDEN.glob(f"{scene}.*.png"):
            file.unlink()
        for name, pixels in frames.items():
            reduced(pixels).save(GOLDEN / f"{name}.png", optimize=True)
    assert {file.stem for file in GOLDEN.glob(f"{scene}.*.png")} == {*frames}, f"other steps are kept; {ACCEPT}"
    if wrong := list(filter(None, (unlike(name, Image.open(GOLDEN / f"{name}.png"), pixels) for name, pixels in frames.items()))):
        pytest.fail("\n".join([*wrong, ACCEPT]), pytrace=False)


@pytest.mark.parametrize("how, scene", SHAPED, ids=lambda said: "-".join(said) if isinstance(said, tuple) else said)
def test_scenes_end_as_was_accepted_in_other_shapes_and_sizes(how, scene, accepting):
    step, pixels = list(record(load(scene, how)).frames.items())[-1]
    name = f"{'-'.join(said.partition('=')[2] for said in how)}.{scene}.{step}"
    if accepting:
        (GOLDEN / "shapes").mkdir(exist_ok=True)
        reduced(pixels).save(GOLDEN / "shapes" / f"{name}.png", optimize=True)
    if wrong := unlike(name, Image.open(GOLDEN / "shapes" / f"{name}.png"), pixels):
        pytest.fail("\n".join([wrong, ACCEPT]), pytrace=False)


def test_goldens_are_of_our_scenes_and_small(accepting):
    files = [file for file in GOLDEN.iterdir() if file.is_file()]
    for file in [file for file in files if file.name.partition(".")[0] not in folders.ours()]:
        assert accepting, f"{file.name} is of no scene; {ACCEPT}"
        file.unlink()
    pictures = [file.stat().st_size for file in GOLDEN.glob("*.png")]
    assert sum(pictures) < 20_000 * len(pictures)


def reduced(pixels: np.ndarray, palette: Image.Image | None = None) -> Image.Image:
    """A picture in few colours: its own, or those of another. The same picture gives the same, however often."""
    image = Image.fromarray(pixels)
    palette = palette or image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def likeness(old: Image.Image, new: Image.Image) -> np.ndarray:
    """How alike two pictures are in each tile (TILES, TILES): SSIM (Wang et al. 2004), 1 where they are the same."""
    old, new = (np.asarray(image.convert("RGB")) for image in (old, new))
    if old.shape != new.shape:
        return np.zeros((TILES, TILES))
    if np.array_equal(old, new):
        return np.ones((TILES, TILES))
    similar = structural_similarity(old, new, channel_axis=-1, data_range=255, full=True)[1].mean(-1)
    return np.array([[tile.mean() for tile in np.array_split(row, TILES, 1)] for row in np.array_split(similar, TILES)])


def unlike(name: str, old: Image.Image, pixels: np.ndarray) -> str:
    """Says if a picture is not like the accepted one, and paints old, new, and new with red where they differ."""
    new = reduced(pixels, old)
    tiles = likeness(old, new)
    if tiles.min() >= ALIKE:
        return ""
    mask = Image.fromarray((tiles < ALIKE).astype(np.uint8) * 255).resize(new.size, Image.Resampling.NEAREST)
    old, new = old.convert("RGB"), new.convert("RGB")
    where = Image.composite(Image.blend(new, Image.new("RGB", new.size, "red"), 0.4), new, mask)
    sheet = Image.new("RGB", (3 * new.width, new.height))
    for k, picture in enumerate((old, new, where)):
        sheet.paste(picture, (k * new.width, 0))
    FAILED.mkdir(exist_ok=True)
    sheet.save(FAILED / f"{name}.png")
    return f"{name} looks different (SSIM {tiles.min():.3f} in a tile, at least {ALIKE}); old, new, where: {FAILED / name}.png"


def titleless(scene, _) -> None:
    scene.remove(scene.heading)


def misplaced_numbers(scene, _) -> None:
    one, other = two_numbers(see(scene).shapes)
    there = one.get_center()
    one.move_to(other)
    other.move_to(there)


@pytest.mark.parametrize("mutate", [titleless, misplaced_numbers])
def test_the_text_tells_what_is_missing_or_in_the_wrong_place(mutate):
    assert record(alone("qkv", "weighted_sum"), mutate).text != untouched().text


def test_the_picture_tells_what_is_missing():
    right, wrong = (played.frames["weighted_sum"] for played in (untouched(), record(alone("qkv", "weighted_sum"), titleless)))
    old = reduced(right)
    assert likeness(old, reduced(right, old)).min() == 1
    assert likeness(old, reduced(wrong, old)).min() < ALIKE


def alone(scene: str, step: str) -> SceneSpec:
    """A scene that plays one step and only sets the stage for it."""
    return replace(load(scene), steps=(step,), wanted=(step,))


@cache
def untouched() -> Recording:
    return record(alone("qkv", "weighted_sum"))


def test_a_failing_picture_is_painted(tmp_path, monkeypatch):
    monkeypatch.setattr("test_golden.FAILED", tmp_path)
    grey = np.full((480, 854, 3), 128, np.uint8)
    spotted = grey.copy()
    spotted[100:140, 200:300] = 255
    assert unlike("x", reduced(grey), grey) == "" and not list(tmp_path.iterdir())
    assert str(tmp_path / "x.png") in unlike("x", reduced(spotted), grey)
    assert Image.open(tmp_path / "x.png").size == (3 * 854, 480)


def two_numbers(shapes) -> tuple[Number, Number]:
    """Two numbers that are written differently."""
    first, *rest = [shape for shape in shapes if isinstance(shape, Number)]
    return first, next(number for number in rest if abs(float(number.source) - float(first.source)) > 0.1)


def swapped_numbers(shapes) -> None:
    one, other = two_numbers(shapes)
    one.string, other.string = other.string, one.string


def thicker_line(shapes) -> None:
    line = next(shape for shape in shapes if isinstance(shape, WeightLine))
    line.set_stroke(width=1.1 * line.get_stroke_width())


def other_colour(shapes) -> None:
    one, other = [shape for shape in shapes if isinstance(shape, Cell)][:2]
    one.set_fill(other.get_fill_color())


def steeper_curve(shapes) -> None:
    next(shape for shape in shapes if isinstance(shape, Curve)).stretch(1.01, 1)


@pytest.mark.parametrize(("mutate", "scene", "step"), [
    (swapped_numbers, "qkv", "blend"), (thicker_line, "qkv", "blend"), (other_colour, "qkv", "blend"),
    (steeper_curve, "positional_encoding", "waves"),
])
def test_what_is_not_in_the_trace_is_found(mutate, scene, step):
    """One mistake, made as a step ends, and the check finds that and nothing else."""
    found = []

    def look(scene, _):
        assert not provenance.problems(scene)
        mutate(see(scene).shapes)
        found.extend(provenance.problems(scene))

    walk(partial(staging.build, alone(scene, step)), look)
    assert len(found) == (2 if mutate is swapped_numbers else 1)
