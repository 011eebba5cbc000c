"""Two matrices of the same tokens, one drawn over the other: where their features differ, the bars of both can be seen."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import bars, largest
from scenes.parts.feature_bars import feature_bars, middle
from scenes.parts.heat_map import fit_grid
from scenes.parts.label import SMALLEST_WORD, WORD, number, text
from scenes.parts.shapes import frame
from scenes.parts.tokens import LINE, card_width, token_card
from scenes.parts.whole import Whole

SHARES = (3.4, 10, 0.9, 3.2)             # of the width: the card, the features, the bar of the difference, its number
FILLED, SLIM, LARGEST = 0.8, 0.4, 90 * PX


class Overlay(Whole):
    """`panel` and `title`; `rows`, each token's card and its features before; `after`, the features of the same tokens over them,
    where they stand after the shuffle; `differences`, how far both are apart, each a bar and its number."""

    def __init__(self, panel, title, rows: Sequence, after: Sequence, differences: Sequence, pitch: float):
        super().__init__(panel=panel, title=title, rows=rows, after=after, differences=differences)
        self.pitch = pitch


def overlay(theme: Theme, title: str, words: Sequence[str], before: View, after: View, differences: View, full: float,
            places: Sequence[int], room: Room) -> Overlay:
    """Before and after a shuffle, in a room. before, after: (token, d). differences: (token). full: the largest difference of all
    that are compared, whose bar fills its room. places: where each token goes."""
    body = room.inset(TIGHT, TIGHT).trim(top=WORD + GAP)
    lines = [line.columns(SHARES, TIGHT) for line in body.rows(len(words), 0)]
    reach, columns = largest(before, after), fit_grid(before[0].shape, lines[0][1]).columns
    drawn = [[VGroup(feature_bars(theme, view[i], columns, line[1], reach), middle(theme, line[1]))
              for i, line in enumerate(where)] for view, where in ((before, lines), (after, [lines[place] for place in places]))]
    for bar in (bar for features, _ in drawn[1] for bar in features):
        bar.stretch(SLIM, 0).set_fill(theme.colour("output"))
    return Overlay(
        frame(theme, room, fill="surface"), text(theme, title, WORD, weight=600, at=room.inset(TIGHT).strip(top=WORD + GAP), align=-1),
        [VGroup(_card(theme, word, words, line[0]), features) for word, line, features in zip(words, lines, drawn[0], strict=True)],
        [features for features, _ in drawn[1]],
        [_difference(theme, differences, i, full, lines[place]) for i, place in enumerate(places)], body.height / len(words),
    )


def _card(theme: Theme, word: str, words: Sequence[str], room: Room):
    width = card_width(theme, words, room.width)
    if room.height < SMALLEST_WORD:       # it moves past others: none is written
        word = ""
    height = max(FILLED * min(room.height, 2 * WORD), LINE * SMALLEST_WORD * bool(word))
    return token_card(theme, word, width, height, size=max(SMALLEST_WORD, min(WORD, height / LINE))).move_to(room.point(1) - [width / 2, 0, 0])


def _difference(theme: Theme, differences: View, i: int, full: float, line: Sequence[Room]) -> VGroup:
    """A bar that grows from the left, and its number."""
    size = min(LARGEST, FILLED * line[3].height)
    bar, = bars(theme, differences[i : i + 1], line[2].inset(y=0.1 * line[2].height), "output", full)
    value = number(theme, differences[i], size, "output", 600, at=line[3], align=-1, width=line[3].width)
    return VGroup(bar, value if value.size >= theme.digit else VGroup())
