"""Decks with hostile captions, titles and names, read back."""

import json
import os
from html.parser import HTMLParser
from pathlib import Path

import faked
import pytest
from pptx import Presentation
from test_faults_text import HOSTILE

from studio.output.deck import html, manim_slides, pdf, pptx
from studio.output.deck.slides import Chapter, Deck, Slide
from studio.read import assets

NAMES = ["a:b", "%d", "a\nb", "a \"b\" '<c>'", "一", os.fsdecode(b"a\xffb"), "n" * 250, "\x01", "..", "${title}"]


@pytest.fixture
def deck() -> Deck:
    """A chapter for every name, and slides with all the captions."""
    movie, picture = faked.movie(1, faked.TINY), faked._black(faked.TINY)

    def chapter(name: str) -> Chapter:
        slides = [Slide(f"{name}/step_{number}", caption, movie, picture, 0.5) for number, caption in enumerate(HOSTILE)]
        return Chapter(name, HOSTILE[0], tuple(slides))

    return Deck(title="A <b> & \"c\" ${d}", chapters=tuple(map(chapter, NAMES)), theme=assets.theme("dark"), language="en", quality=faked.TINY)


CAPTIONS = HOSTILE * len(NAMES)


class Notes(HTMLParser):
    """The texts of the notes, and the title."""

    def __init__(self):
        super().__init__()
        self.inside, self.found = "", {"aside": [], "title": []}

    def handle_starttag(self, tag, attributes):
        self.inside = tag

    def handle_data(self, data):
        if self.inside in self.found:
            self.found[self.inside].append(data)
            self.inside = ""


def test_in_a_browser(deck, tmp_path):
    html.write(deck, tmp_path / "deck.html")
    notes = Notes()
    notes.feed((tmp_path / "deck.html").read_text("utf-8"))
    assert notes.found["aside"] == CAPTIONS and notes.found["title"] == [deck.title]


def test_in_powerpoint(deck, tmp_path):
    pptx.write(deck, tmp_path / "deck.pptx")
    presentation = Presentation(str(tmp_path / "deck.pptx"))
    shown = [slide for slide in presentation.slides if slide.has_notes_slide]
    assert [slide.notes_slide.notes_text_frame.text for slide in shown] == CAPTIONS
    assert [slide.shapes[-1]._element.nvPicPr.cNvPr.get("descr") for slide in shown] == CAPTIONS
    assert presentation.core_properties.title == deck.title


def test_on_paper(deck, tmp_path):
    pdf.write(deck, tmp_path / "deck.pdf", 6)
    assert (tmp_path / "deck.pdf").read_bytes().startswith(b"%PDF")


def test_for_manim_slides(deck, tmp_path):
    (tmp_path / "slides").mkdir()
    manim_slides.write(deck, tmp_path / "slides/deck.json")
    said = json.loads(Path(tmp_path, "slides/deck.json").read_text("utf-8"))
    assert [slide["notes"] for slide in said["slides"]] == CAPTIONS
    assert all((tmp_path / slide["file"]).is_file() for slide in said["slides"])
