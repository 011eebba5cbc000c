"""One vector at several depths: a row of cells for each, the first at the bottom, and above each row what it is."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.layout import Labelled, above
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.heat_map import fit_grid, heat_maps, taller
from scenes.parts.label import WORD, text

TALLEST = 243 * PX                        # a row and what is above it


def layers(theme: Theme, vectors: Sequence[View], words: Sequence[str], room: Room, scale: float) -> list[Labelled]:
    """Vectors (d) with their words in a room, all with the same cells and digits. scale: the magnitude drawn brightest."""
    tall = room.height > room.width
    places = [(place if tall else place.fit(height=TALLEST)).trim(top=WORD + TIGHT) for place in room.rows(len(vectors), TIGHT)[::-1]]
    grid = fit_grid(vectors[0].shape, places[0])
    sheets = heat_maps(theme, vectors, places, "output", True, scale, taller(grid, places[0].height) if tall else grid)
    return [Labelled(sheet, above(text(theme, said, WORD, "muted"), sheet.border, TIGHT / 2, -1), VGroup(), VGroup())
            for sheet, said in zip(sheets, words, strict=True)]
