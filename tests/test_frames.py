"""Frames: shapes, what stands around the stage, the room it leaves, and how large the type is."""

from functools import partial
from itertools import combinations, product
from pathlib import Path

import pytest

from scenes.base.frame import ABOVE, BELOW, FURNITURE, SCALES, Frame
from scenes.base.shape import SHAPES, ShapeError, shape
from scenes.parts.label import SMALLEST_WORD, thinned
from studio.check.figures import Measuring
from studio.check.lint import lint, walk
from studio.errors import UserError
from studio.plan.film import parts_of, side_by_side
from studio.plan.staging import build
from studio.read import folders
from studio.read.spec import load, ready
from studio.render.inputs import key, of
from studio.render.quality import QUALITIES, parse

ALL = (*SHAPES, "4:5", "64:27", "32:9", "9:20")


def furnished(scene: str, *overrides: str):
    return partial(build, load(scene, overrides))


@pytest.mark.parametrize("frame, type", [*product(ALL, SCALES)])
def test_what_is_not_around_the_stage_leaves_it_its_room(frame, type):
    stages = [Frame.of(frame, furniture, type).stage for furniture in FURNITURE]
    areas = [stage.width * stage.height for stage in stages]
    whole = Frame.of(frame, "none", type).whole
    assert areas == sorted(areas) and areas[-1] >= 0.88 * whole.width * whole.height


def test_the_stage_of_a_wide_frame_has_three_quarters_of_its_height():
    full = Frame.of()
    assert full.stage.height >= 0.75 * full.whole.height and full.caption.height <= 0.11 * full.whole.height


@pytest.mark.parametrize("frame, furniture, type", [*product(ALL, FURNITURE, SCALES)])
def test_zones_do_not_overlap_and_lie_where_text_may_stand(frame, furniture, type):
    found = Frame.of(frame, furniture, type)
    around = {"full": [found.title, found.question, found.map, found.caption], "caption": [found.caption], "none": []}
    zones = [found.stage, *around[furniture]]
    for a, b in combinations(zones, 2):
        assert min(a.right, b.right) <= max(a.left, b.left) + 1e-9 or min(a.top, b.top) <= max(a.bottom, b.bottom) + 1e-9
    assert all(zone.width > 0 and zone.height > 0 for zone in zones)
    assert found.safe.left <= found.stage.left and found.stage.right <= found.safe.right
    assert found.safe.bottom <= found.stage.bottom and found.stage.top <= found.safe.top


@pytest.mark.parametrize("furniture, type", [*product(["full", "caption"], SCALES)])
@pytest.mark.parametrize("frame", ["portrait", "9:20"])
def test_a_phone_s_player_lies_over_no_text(frame, furniture, type):
    found = Frame.of(frame, furniture, type)
    whole, safe = found.whole, found.safe
    assert whole.top - safe.top >= ABOVE * whole.height - 1e-9 and safe.bottom - whole.bottom >= BELOW * whole.height - 1e-9


def test_the_shorter_side_is_the_same_in_all_shapes():
    sides = {frame: (whole.width, whole.height) for frame in ALL for whole in [Frame.of(frame).whole]}
    assert {round(min(side), 9) for side in sides.values()} == {8}
    assert all(width / height == pytest.approx(shape(frame)[0] / shape(frame)[1]) for frame, (width, height) in sides.items())


@pytest.mark.parametrize("frame, pixels", {
    "wide": (1920, 1080), "portrait": (1080, 1920), "square": (1080, 1080), "4:3": (1440, 1080), "4:5": (1080, 1350), "1080x1920": (1080, 1920),
    "2560x1080": (2560, 1080),
}.items())
def test_pixels_of_a_frame(frame, pixels):
    found = parse("1080p", frame=frame)
    assert (found.width, found.height) == pixels


def test_pixels_are_even_and_the_shape_is_that_of_a_name_if_it_is_near():
    assert all(side % 2 == 0 for quality in QUALITIES for frame in ALL for side in (parse(quality, frame=frame).width, parse(quality, frame=frame).height))
    assert shape("854x480") == shape("1366x768") == shape("1920x1080") == (16, 9) and shape("1000x1000") == (1, 1)


def test_a_clip_is_known_by_its_shape_however_it_is_written():
    wide, pixels, portrait = (load("qkv", [f"frame={frame}"]) for frame in ("wide", "1920x1080", "portrait"))
    names = [key(spec, "blend", of(spec, "blend", parse(frame=spec.keys["frame"]))) for spec in (wide, pixels, portrait)]
    assert names[0] == names[1] != names[2]


@pytest.mark.parametrize("frame, message", {
    "big": "is no shape", "0:0": "is out of range", "1:4": "is out of range", "4:1": "is out of range", "9x16": "is out of range",
    "1081x1920": "try 1082x1920", "9000x9000": "is out of range", "1920": "is no shape", "16:9:1": "is no shape",
}.items())
def test_what_is_no_shape_is_said_to_be_none(frame, message):
    with pytest.raises(ShapeError) as caught:
        shape(frame)
    assert message in " ".join(caught.value.args)
    with pytest.raises(UserError, match="frame: ") as caught:
        load("qkv", [f"frame={frame}"])
    assert message in str(caught.value)


FILM = "title: x\nscenes:\n  - keys\n  - {scene: queries, frame: square}\n"


@pytest.mark.parametrize("said, overrides, message", [
    ("scene: qkv\nframe: square\n", ["frame=1080x1920"], "my.yaml:2:8: frame: 'square' and --size 1080x1920 contradict each other"),
    ("scene: qkv\n", ["frame=square", "frame=1080x1920"], "--size 1080x1920: frame: 'square' and 1080x1920 contradict each other"),
    (FILM, [], "my.yaml:4:5: scenes.1.frame: 'queries' is square, and the film begins wide"),
    (f"frame: portrait\n{FILM}", ["frame=540x960"], "my.yaml:5:29: frame: 'square' and --size 540x960 contradict each other"),
])
def test_shapes_that_contradict_each_other(tmp_path, monkeypatch, said, overrides, message):
    monkeypatch.chdir(tmp_path)
    Path("my.yaml").write_text(said)
    with pytest.raises(UserError) as caught:
        load("my.yaml", overrides)
    assert message in str(caught.value)


def test_what_is_put_together_has_one_shape():
    with pytest.raises(UserError, match="has one shape"):
        side_by_side([load("keys"), load("queries", ["frame=square"])], "both")


def test_pixels_of_the_shape_that_a_file_says_are_no_contradiction(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("my.yaml").write_text(f"frame: portrait\n{FILM.replace(', frame: square', '')}")
    parts = parts_of(load("my.yaml", ["frame=540x960", "type=large"]))
    assert len(parts) == 3 and {(part.keys["frame"], part.keys["type"]) for part in parts} == {("540x960", "large")}


@pytest.mark.parametrize("furniture", FURNITURE)
@pytest.mark.parametrize("scene", ["ablation", "recap", "qkv"])
def test_only_what_is_wanted_stands_around_the_stage(scene, furniture):
    seen = []

    def look(stage, moment):
        shown = {shape for thing in stage.mobjects for shape in thing.get_family()}
        seen.append((stage.heading.title in shown, any(thing in shown for thing in stage.announced), stage.heading.machine in shown))

    walk(furnished(scene, f"furniture={furniture}"), look)
    full = furniture == "full"
    assert set(seen) == {(full, furniture != "none", full)}


# Each two of shape, furniture, type and language that are meant to go together do so in one of them.
PAIRS = [
    ("wide", "caption", "normal", "zh"), ("wide", "none", "large", "en"), ("wide", "none", "large", "zh"),
    ("4:3", "full", "normal", "zh"), ("4:3", "none", "normal", "en"), ("square", "full", "normal", "en"),
    ("square", "caption", "normal", "zh"), ("square", "none", "normal", "en"), ("portrait", "full", "normal", "zh"),
    ("portrait", "caption", "normal", "en"), ("portrait", "none", "normal", "en"), ("64:27", "full", "normal", "en"),
    ("64:27", "none", "normal", "zh"),
]
SCENES = ready(folders.ours())
SOME = [(pair, scene) for place, pair in enumerate(PAIRS) for scene in SCENES[place::len(PAIRS)]]          # every scene once, every pair


def sound(pair, scene) -> list:
    frame, furniture, type, language = pair
    return lint(scene, furnished(scene, f"frame={frame}", f"furniture={furniture}", f"type={type}", f"language={language}"), moments=())


@pytest.mark.parametrize("pair, scene", SOME, ids=str)
def test_scenes_are_sound_in_every_shape_and_size(pair, scene):
    assert sound(pair, scene) == []


@pytest.mark.slow
@pytest.mark.parametrize("pair, scene", [both for both in product(PAIRS, SCENES) if both not in SOME], ids=str)
def test_all_scenes_are_sound_in_all_of_them(pair, scene):
    assert sound(pair, scene) == []


LONGEST = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"


@pytest.mark.parametrize("frame, scene", [("square", "attention_matrix"), ("square", "keys"), ("portrait", "weighted_average"), ("portrait", "values")])
def test_of_the_longest_sentence_in_large_type_every_so_many_th_word_is_written(frame, scene):
    built = furnished(scene, f"sentence={LONGEST}", "model.weights=random", "focus=15", "block=1", "head=1", f"frame={frame}", "type=large")
    assert lint(scene, built, moments=()) == []


@pytest.mark.parametrize("pitch, keep, shown", [(1.0, 0, "abcdefg"), (0.5, 0, "aceg"), (0.5, 3, "bdf"), (0.4, 4, "be")])
def test_what_is_kept_is_among_what_is_written(pitch, keep, shown):
    found = thinned("abcdefg", pitch * SMALLEST_WORD, keep)
    assert len(found) == 7 and "".join(found) == shown


@pytest.mark.parametrize("scene", ["overview", "queries"])
def test_large_type_is_large(scene):
    measuring = Measuring(scene)
    walk(furnished(scene, "furniture=caption", "type=large"), measuring.look)
    least = {kind: min(size for each in measuring.found if (size := getattr(each, kind))) for kind in ("label", "digit", "caption")}
    assert least["label"] >= 36 and least["digit"] >= 44 - 1e-6 and least["caption"] >= 52
