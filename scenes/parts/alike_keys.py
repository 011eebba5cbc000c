"""Keys that several words have in one place, before training and after it: which came out alike."""

from collections.abc import Sequence

from manim import VGroup

from model import View
from scenes.base.room import GAP, PX, TIGHT, WIDE, Room
from scenes.base.theme import Theme
from scenes.parts.heat_map import HeatMap, fit_grid, heat_map
from scenes.parts.label import WORD, in_lines, words_in
from scenes.parts.shapes import Block, ring, room_of
from scenes.parts.tokens import row_labels
from scenes.parts.whole import Whole

NAMES, SAID = 170 * PX, 300 * PX          # room for the words, and for what is said of those that are alike
MOST = 3                                  # lines of that
BELOW = 2.5                               # what it takes below the keys, in lines


class AlikeKeys(Whole):
    """`keys`, matrices (word, d_k), each with its name among the `heads`; `words` of their rows; `around`, a ring around the rows that are alike in
    the last of them, and what is `said` of them."""

    def __init__(self, keys: Sequence[HeatMap], heads: Sequence[VGroup], words: VGroup, around: Block, said: VGroup):
        super().__init__(keys=keys, heads=heads, words=words, around=around, said=said)


def alike_keys(theme: Theme, words: Sequence[str], keys: Sequence[View], heads: Sequence[str], alike: int, said: str, room: Room) -> AlikeKeys:
    """Keys side by side in a room, each on its own colour scale. words: of the rows that are shown, "" for those that are not; the first so many are
    alike. heads: what the keys are."""
    rows, wide = tuple(k for k, word in enumerate(words) if word), room.is_wide and room.width >= 2 * (NAMES + SAID)
    free, head = (room.trim(right=SAID + GAP), WORD) if wide else (room.trim(bottom=BELOW * WORD), 2 * WORD)
    places = free.trim(left=NAMES, top=head + TIGHT).columns(len(keys), WIDE if wide else GAP)
    grid = fit_grid((len(rows), keys[0].shape[-1]), places[0])._replace(rows=rows)
    shown = [heat_map(theme, view, place, "key", grid=grid) for view, place in zip(keys, places, strict=True)]
    around = ring(theme, room_of(VGroup(*shown[-1].cells[: sum(k < alike for k in rows)])))
    beside = room_of(around).outside(right=SAID, gap=TIGHT) if wide else room.strip(bottom=2 * WORD)
    over = [room_of(sheet.border).outside(top=head, gap=TIGHT / 2) for sheet in shown]
    return AlikeKeys(
        shown, [words_in(theme, name, WORD, place, "muted") for name, place in zip(heads, over, strict=True)],
        row_labels(theme, [words[k] for k in rows], shown[0], "text", NAMES - TIGHT), around, in_lines(theme, said, WORD, beside, MOST))
