"""What it takes to start: nothing that draws is loaded to find out that nothing is to be drawn; nothing is found out twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from uniseg.linebreak import line_break_units

from scenes.base import words
from studio.read import fonts
from studio.read.folders import Facts, folder, ours
from studio.read.words import languages, layers, texts
from studio.store import kept

SLOW = ("manim", "scipy", "coloraide", "typst", "svgelements")
RENDER = """
import json, sys
from studio.cli import main
try:
    main(["render", "qkv/one_token", "--size", "128x72", "--fps", "2", "-o", sys.argv[1], "--json"])
finally:
    print(json.dumps([name for name in sys.argv[2:] if name in sys.modules]), file=sys.stderr)
"""


@pytest.mark.slow
def test_an_unchanged_render_loads_nothing_that_draws(tmp_path):
    home = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "ANIMFORMER_CACHE": str(tmp_path / "clips"), "HOME": str(tmp_path)}

    def render() -> tuple[dict, list[str]]:
        command = [sys.executable, "-c", RENDER, str(tmp_path / "out"), *SLOW]
        done = subprocess.run(command, env=os.environ | home, cwd=Path(__file__).parent.parent, capture_output=True, check=True)
        return json.loads(done.stdout), json.loads(done.stderr.splitlines()[-1])

    first, second = render(), render()
    assert first[0]["rendered"] == second[0]["cached"] == 1 and first[1] == [*SLOW]
    assert second[1] == []


def test_the_command_is_imported_before_anything_that_must_be_prepared():
    """numpy and manim find the cores and the fonts as `studio.render.alone.prepare` sets them."""
    code = "import sys, studio.cli; print([name for name in ('numpy', 'manim') if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=Path(__file__).parent.parent, text=True) == "[]\n"


@pytest.mark.parametrize("scene", ours())
def test_the_facts_that_are_read_are_those_of_the_class(scene):
    facts, found = folder(scene).facts, folder(scene).load()
    steps = tuple(name for name in vars(found) if name in facts.steps)
    assert facts == Facts(found.__name__, steps, found.experiments, found.follows, own_keys=found.own_keys, place=found.place,
                          needs=found.needs)
    assert all(facts.steps == tuple(layers(language, folder(scene))[1].values["steps"]) for language in languages())


def test_what_is_kept_is_found_once_for_all_it_depends_on_and_again_if_it_is_broken(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "cache_folder", lambda: tmp_path)
    (tmp_path / "file").write_text("one")
    found = []

    def find() -> list[int]:
        found.append(0)
        return [len(found)]

    assert kept.kept(find, 1, tmp_path / "file") == kept.kept(find, 1, tmp_path / "file") == [1]
    assert kept.kept(find, 2, tmp_path / "file") == [2]
    (tmp_path / "file").write_text("two")
    assert kept.kept(find, 1, tmp_path / "file") == [3]
    for path in (tmp_path / "kept").iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    assert kept.kept(find, 1, tmp_path / "file") == [4]
    monkeypatch.setattr(kept, "cache_folder", lambda: tmp_path / "file")
    assert kept.kept(find, 1) == [5]


def test_once_in_a_process_what_was_used_last_stays_and_the_rest_goes(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(kept, "LIMIT", 200)      # bytes of five of them
    for number in range(9):
        assert kept.kept(lambda: [number], number) == [number]
        os.utime(max((tmp_path / "kept").iterdir(), key=lambda path: path.stat().st_mtime_ns), (number, number))
    files = [*(tmp_path / "kept").iterdir()]
    assert len(files) == 9 and kept.kept(lambda: [-1], 0) == [0]
    kept.trimmed.remove(tmp_path / "kept")       # as in a process that begins now
    assert kept.kept(lambda: [9], 9) == [9]
    assert sum(path.stat().st_size for path in (tmp_path / "kept").iterdir()) <= 200
    assert [kept.kept(lambda: [-1], number) for number in (0, 6, 7, 8, 9, 5)] == [[0], [6], [7], [8], [9], [-1]]


def test_a_kept_formula_is_the_one_that_was_set():
    from scenes.parts.equation import _outlines, _typeset

    loaded = fonts.load_fonts()
    set_now = _typeset("{{ Q : q }} / sqrt(d_k)", loaded)
    assert set_now.keys() == {0, 1}
    for _ in range(2):
        outlines = _outlines.__wrapped__("{{ Q : q }} / sqrt(d_k)", loaded)
        assert all(np.array_equal(outlines[number], set_now[number]) for number in set_now) and outlines.keys() == set_now.keys()


@given(st.text(st.sampled_from("aB1 的一，。“”\"'()-–/.,:%$¥…·ー!?\u00a0é日"), max_size=40))
def test_lines_may_end_where_unicode_says(string):
    assert words._units(string) == [*line_break_units(string)] or not string


@pytest.mark.parametrize("language", languages())
def test_lines_of_our_texts_may_end_where_unicode_says(language):
    said = {text for scene in ours() for layer in layers(language, folder(scene)) for text in texts(layer).values()}
    assert len(said) > 200 and all(words._units(text) == [*line_break_units(text)] for text in said)
