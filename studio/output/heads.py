"""A sheet of what all heads look at in a sentence, sorted by what they do."""

import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from model import Trace, heads
from model.heads import Head
from model.tokenizer import Piece
from scenes.base.spec import SceneSpec
from scenes.base.theme import Theme
from studio.plan import staging
from studio.read import assets
from studio.read.fonts import font_files
from studio.read.words import HEADS, shared
from studio.store import files

FILE = "heads.png"
COLUMNS, STRONGEST = 8, 8                 # maps in a row; heads that are named, or tie a pair
MAP, GAP, MARGIN, TEXT, HEADING = 176, 28, 110, 13, 22                  # pixels


class Section(NamedTuple):
    """Heads that do the same. pair: the query and the key of the weight they are sorted by, if it is one."""

    title: str
    heads: Sequence[Head]
    pair: tuple[int, int] | None = None


def make(spec: SceneSpec, out: Path) -> list[Section]:
    """Writes `out/heads.png`; gives what is on it. Raises what `render_film` raises."""
    path, trace, words = out / FILE, staging.trace(spec), shared(spec.language)[HEADS]
    files.check_writable(out, [path])
    found = sections(trace, words, None if spec.toward is None else (spec.focus, spec.toward))
    files.write(path, sheet(trace, assets.theme(spec.theme, spec.language), words, found))
    return found


def lines(found: Sequence[Section]) -> Iterator[str]:
    """The strongest heads of each section, blocks and heads counted from 1."""
    for section in found:
        strongest = [f"{head.block + 1}.{head.head + 1} {head.share:.2f}" for head in section.heads[:STRONGEST]]
        yield f"{section.title}:  {'  '.join(strongest)}"


def to_json(found: Sequence[Section]) -> list[dict[str, Any]]:
    """All sections, blocks and heads counted from 1."""
    return [{"title": section.title, "heads": [head._asdict() | {"block": head.block + 1, "head": head.head + 1} for head in section.heads]}
            for section in found]


def sections(trace: Trace, words: Mapping[str, Any], pair: tuple[int, int] | None) -> list[Section]:
    """All heads by kind; before them those in which one token, the first of a pair, looks at the other most.

    words: what the sheet may say, the part `heads` of what all scenes share.
    """
    every, found = heads.kinds(trace), []
    if pair:
        tied = heads.weights(trace)[:, :, *pair]                                    # (block, head)
        order = sorted((head._replace(share=float(tied[head.block, head.head])) for head in every), key=lambda head: -head.share)
        query, key = (_word(trace.pieces, place) for place in pair)
        found.append(Section(words["pair"].format(query=query, key=key), order[:STRONGEST], pair))
    for kind, same in groupby(every, lambda head: head.kind):
        same = [*same]
        found.append(Section(f"{words[kind]}   {words['count'].format(count=len(same), all=len(every))}", same))
    return found


def sheet(trace: Trace, theme: Theme, words: Mapping[str, Any], found: Sequence[Section]) -> bytes:
    """The attention of all heads as a PNG, map beside map: the tokens that look stand beside them, those that are looked at above."""
    every, cell = heads.weights(trace), MAP // len(trace.tokens)
    side = cell * len(trace.tokens)
    tall = [MARGIN + HEADING + GAP + -(-len(section.heads) // COLUMNS) * (side + TEXT + GAP) for section in found]
    picture = _Picture(theme, (MARGIN + COLUMNS * (side + GAP), sum(tall) + GAP))
    for section, top in zip(found, np.cumsum([GAP, *tall])):
        picture.write((GAP, top), section.title, HEADING)
        for number, head in enumerate(section.heads):
            row, column = divmod(number, COLUMNS)
            x, y = MARGIN + column * (side + GAP), top + MARGIN + HEADING + row * (side + TEXT + GAP)
            picture.map((x, y), every[head.block, head.head], cell, section.pair)
            label = words["head"].format(block=head.block + 1, head=head.head + 1)
            picture.write((x, y + side + 4), f"{label}   {head.share:.2f}", TEXT)
            for place, piece in enumerate(trace.pieces):
                if not column:
                    picture.write((x - 6, y + cell * place + cell / 2), piece.text, min(TEXT, cell), anchor="rm")
                if not row:
                    picture.write_up((x + cell * place + cell / 2, y - 6), piece.text, min(TEXT, cell))
    return picture.png()


def _word(pieces: Sequence[Piece], place: int) -> str:
    """The word that begins with a piece."""
    return pieces[place].text + "".join(piece.text for piece in takewhile(lambda piece: piece.joined, pieces[place + 1:]))


class _Picture:
    """A picture in the colours of a theme, being drawn. Places are in pixels: from the left, from the top."""

    def __init__(self, theme: Theme, size: tuple[int, int]):
        self.theme, self.image = theme, Image.new("RGB", size, theme.colours["background"])
        self.draw = ImageDraw.Draw(self.image)
        self.ramp = np.array([ImageColor.getrgb(shade) for shade in theme.ramps["weight"]], np.uint8)

    def write(self, at: tuple[float, float], text: str, size: int, anchor: str = "la") -> None:
        """A line of text."""
        self.draw.text(at, text, self.theme.colours["text"], _font(text, size), anchor)

    def write_up(self, at: tuple[float, float], text: str, size: int) -> None:
        """A line of text that goes up from its end at that place."""
        room = Image.new("L", (MARGIN - 10, size + 4))
        ImageDraw.Draw(room).text((0, room.height / 2), text, 255, _font(text, size), "lm")
        turned = room.rotate(90, expand=True)
        place = round(at[0] - turned.width / 2), round(at[1] - turned.height)
        self.image.paste(self.theme.colours["text"], (*place, place[0] + turned.width, place[1] + turned.height), turned)

    def map(self, at: tuple[int, int], weights: np.ndarray, cell: int, pair: tuple[int, int] | None) -> None:
        """A matrix of weights (query, key), each a square of so many pixels; that of a pair in a frame."""
        shades = self.ramp[(weights * (len(self.ramp) - 1)).round().astype(int)]    # (query, key, 3)
        self.image.paste(Image.fromarray(shades.repeat(cell, 0).repeat(cell, 1)), at)
        if pair:
            x, y = at[0] + cell * pair[1], at[1] + cell * pair[0]
            self.draw.rectangle((x - 1, y - 1, x + cell, y + cell), outline=self.theme.colours["text"])

    def png(self) -> bytes:
        """The picture as a file."""
        file = io.BytesIO()
        self.image.save(file, "PNG")
        return file.getvalue()


def _font(text: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_files()[0 if text.isascii() else -1]), size)       # the last one has Chinese, if any has
