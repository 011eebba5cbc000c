"""The odds of a few words: a bar for the probability of each, above its name."""

from collections.abc import Sequence
from dataclasses import replace

from manim import VGroup

from model import View
from scenes.base.layout import above
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import BAR_SHARE, Bar, bar
from scenes.parts.label import Label, Number, format_number, number, paragraph, text, text_width
from scenes.parts.shapes import frame
from scenes.parts.whole import Whole

NAME, WORD, CHANCE = (size * PX for size in (36, 92, 130))
SHARES, NARROW = (6, 54, 10), (10, 20, 10)                # heights of the title, the bars, the words; in a room that is not wide
LOWER, WIDEST = 4 / 5, 3 / 4              # em size of a word as a share of its height at most; share of a bar's width that a number takes


class Odds(Whole):
    """`title`; `words`; `standing`, of each a ground and a bar on it; `numbers`."""

    def __init__(self, title: VGroup, words: list[Label], standing: list[VGroup], numbers: list[Number]):
        super().__init__(title=title, words=words, standing=standing, numbers=numbers)


def odds(theme: Theme, title: str, words: Sequence[str], chances: Sequence[View], room: Room, wide: bool) -> Odds:
    """Words and their probabilities in a room; the most probable one is in the colour of the output. wide: whether the bars have height."""
    head, body, foot = room.rows(SHARES if wide else NARROW)
    places, most = body.columns(len(words)), max(float(chance) for chance in chances)
    roles = ["output" if float(chance) == most else "muted" for chance in chances]
    standing = [VGroup(frame(theme, place, width=0, fill="surface"), _bar(theme, chance, place, role))
                for chance, place, role in zip(chances, places, roles, strict=True)]
    size = min(CHANCE, WIDEST * places[0].width / text_width(theme, format_number(0, theme.decimals), 1, 600, True))
    return Odds(
        paragraph(theme, title, NAME, head.width, weight=500).shift(head.centre),
        [text(theme, word, min(WORD, LOWER * foot.height), role, 700, at=replace(foot, left=place.left, right=place.right))
         for word, place, role in zip(words, places, roles, strict=True)],
        standing, [_on(theme, number(theme, chance, size, role, 600), bar) for chance, (_, bar), role in zip(chances, standing, roles)],
    )


def _bar(theme: Theme, chance: View, room: Room, role: str) -> Bar:
    return bar(theme, chance, room.fit(width=BAR_SHARE * room.width), role, 1)


def _on(theme: Theme, label: Number, bar: Bar) -> Number:
    """Puts a probability above its bar, or inside it where that is high."""
    if bar.height < bar.unit / 2:
        return above(label, bar)
    return label.move_to(bar.get_top() - [0, TIGHT + label.height, 0]).set_fill(theme.ink_on(bar.get_fill_color()))
