"""A score before and after a nudge: the two vectors that meet in it, one below the other, and what they score."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.heat_map import HeatMap, fit_grid, heat_maps
from scenes.parts.label import SMALLEST_WORD, WORD, format_number, number, text, text_width
from scenes.parts.tokens import row_labels
from scenes.parts.whole import Whole

LINES = (3, 4, 4)                         # of what stands above both vectors, and these
NAME, SCORE, LARGE = 7, 5, 72 * PX        # times a word, and a score, is in the width of the room; em size of a score


class Meeting(Whole):
    """Two vectors that meet: their `rows` and `words`, the `score`, and what is `said` above."""

    def __init__(self, rows: Sequence[HeatMap], words: VGroup, score: VGroup, said: VGroup):
        super().__init__(rows=rows, words=words, score=score, said=said)


def nudged(theme: Theme, words: Sequence[str], pairs: Sequence[tuple[View, View]], scores: Sequence[View], said: Sequence[str], role: str,
           room: Room) -> list[Meeting]:
    """A pair before and after, one below the other in a room. words: of the pair. pairs: its vectors (d) each time. said: above each."""
    least = max(text_width(theme, format_number(float(score), theme.decimals), theme.digit, 600, True) for score in scores)
    beside = max(least, room.width / SCORE)
    names = max(room.width / NAME, *(text_width(theme, word, SMALLEST_WORD) for word in words))
    halves = [(half.strip(left=names), half.trim(left=names + TIGHT, right=beside + TIGHT), half.strip(right=beside)) for half in room.rows(2, GAP)]
    lines = [middle.rows(LINES, TIGHT / 2) for _, middle, _ in halves]
    grid = fit_grid(pairs[0][0].shape, lines[0][1])
    rows = iter(heat_maps(theme, [view for pair in pairs for view in pair], [place for _, *places in lines for place in places], role, True, grid=grid))
    found = []
    for (names, middle, right), (head, *_), score, line in zip(halves, lines, scores, said, strict=True):
        both = [next(rows), next(rows)]
        wide = Room(names.left, right.right, head.bottom, head.top)
        found.append(Meeting(
            both, VGroup(row_labels(theme, [word], row, "text", names.width) for word, row in zip(words, both)),
            VGroup(number(theme, score, LARGE, weight=600, at=Room(right.left, right.right, middle.bottom, head.bottom), width=right.width)),
            VGroup(text(theme, line, max(SMALLEST_WORD, min(WORD, head.height)), "muted", at=wide, align=-1)),
        ))
    return found
