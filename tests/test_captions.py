"""Captions: how they are broken into lines and cues, and what the files say."""

import re
from datetime import timedelta

import pytest
import srt
from hypothesis import given
from hypothesis import strategies as st

from scenes.base.words import letters
from studio.output.captions import WIDEST, Cue, broken, cues, subrip, webvtt
from studio.read.folders import folder, ours
from studio.read.words import languages, words

ALL = sorted({
    caption for language in languages() for scene in ours() for step in words(language, folder(scene))["steps"].values()
    for caption in step.values()
})


@pytest.mark.parametrize("caption", ALL)
def test_our_captions_fit_two_lines_a_cue_and_lose_nothing(caption):
    lines = broken(caption)
    assert all(letters(line) <= WIDEST for line in lines)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", caption)
    assert not any(line[0] in "，。：；、？！”）,.;:!?)" for line in lines)
    shown = cues(2.0, 8.0, caption)
    assert shown[0].start == 2 and shown[-1].end == pytest.approx(8)
    assert all(a.end == b.start for a, b in zip(shown, shown[1:]))
    assert all(cue.text.count("\n") < 2 for cue in shown)


def test_lines_end_with_phrases():
    assert broken("The query is the note in your hand, the keys are the labels.") == (
        "The query is the note in your hand,", "the keys are the labels.")
    assert broken("查询是你手上的便签，键是标签，值是文件夹里的内容。") == ("查询是你手上的便签，", "键是标签，值是文件夹里的内容。")
    assert broken("short") == ("short",)


@given(st.lists(st.text("abcdefgh,.", min_size=1, max_size=50), min_size=1, max_size=30))
def test_any_words_are_kept_in_order(words):
    assert " ".join(broken(" ".join(words))).split() == words


def test_files_say_what_the_cues_say():
    shown = [Cue(0.0, 1.5, "a < b & c\nd"), Cue(1.5, 3661.25, "e")]
    back = list(srt.parse(subrip(shown)))
    assert [(s.start, s.end, s.content) for s in back] == [
        (timedelta(seconds=cue.start), timedelta(seconds=cue.end), cue.text) for cue in shown]
    assert webvtt(shown) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\na &lt; b &amp; c\nd\n\n00:00:01.500 --> 01:01:01.250\ne\n")
