"""A deck for browsers: one file that needs no network, on reveal.js (assets/deck; MIT)."""

import base64
import io
from html import escape
from pathlib import Path
from string import Template

import av

from studio.errors import visible
from studio.output.deck.slides import Chapter, Deck, Slide
from studio.read.assets import ASSETS

FILES = ASSETS / "deck"
STYLES, SCRIPTS = ("reset.css", "reveal.css"), ("reveal.js", "notes.js")
COLOURS = {"background": "background", "text": "text", "muted": "muted", "accent": "output", "line": "line"}
POSTER = {"format": "WEBP", "quality": 80}


def write(deck: Deck, path: Path) -> None:
    """Writes a deck as one .html: keys and touch, notes (S), overview (Esc), full screen (F), again (R), links like `#/qkv/blend`."""
    page = Template(_file("deck.html")).substitute(
        language=deck.language, title=escape(deck.title), styles=_files(STYLES), scripts=_files(SCRIPTS), player=_player(deck),
        slides="\n".join(_chapter(chapter, deck) for chapter in deck.chapters),
        **{name: deck.theme.colours[role] for name, role in COLOURS.items()},
    )
    path.write_text(page, encoding="utf-8")


def _player(deck: Deck) -> str:
    return _file("deck.js").replace("WIDTH", str(deck.quality.width)).replace("HEIGHT", str(deck.quality.height))


def _chapter(chapter: Chapter, deck: Deck) -> str:
    """The slides of a chapter; where there are several, it is a column of the overview, headed by its title."""
    slides = "\n".join(_slide(slide, deck) for slide in chapter.slides)
    if len(deck.chapters) == 1:
        return slides
    return f'<section><section id="{escape(visible(chapter.id))}"><h2 dir="auto">{escape(chapter.title)}</h2></section>\n{slides}</section>'


def _slide(slide: Slide, deck: Deck) -> str:
    """A clip with its caption, to be read or for who cannot see it."""
    caption, kind = escape(slide.caption), ("titled" if deck.titles else "bare")
    return (
        f'<section id="{escape(visible(slide.id))}" class="{kind}"><h3 dir="auto">{caption}</h3>'
        f'<video{"" if slide.heard else " muted"} playsinline preload="auto"{" loop" if deck.loop else ""} aria-label="{caption}" '
        f'poster="{_data("image/webp", _first(slide.movie))}" data-src="{_data("video/mp4", slide.movie)}"></video>'
        f'<aside class="notes" dir="auto">{caption}</aside></section>'
    )


def _first(movie: bytes) -> bytes:
    """The first frame of a clip, which stands until it plays: no end of it flashes up before it begins."""
    with av.open(io.BytesIO(movie)) as file:
        picture = next(file.decode(video=0)).to_image()
    found = io.BytesIO()
    picture.save(found, **POSTER)
    return found.getvalue()


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _files(names: tuple[str, ...]) -> str:
    return "\n".join(map(_file, names))


def _file(name: str) -> str:
    return (FILES / name).read_text(encoding="utf-8")
