"""One word is swapped: the end of a sentence and of its translation, in which one word of each shouts."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup, VMobject

from scenes.parts.flow import arrow
from scenes.parts.label import LINE_SPACING, Label, text, text_width, wrap
from scenes.parts.phrase import LOUD, phrase, spaced
from scenes.parts.shapes import frame, room_of, rounded_rectangle
from scenes.parts.whole import Whole
from scenes.base.room import GAP, PEN, PX, TIGHT, Room
from scenes.base.theme import Theme

ENGLISH, FRENCH, REST, GLOSS, ASK = (size * PX for size in (96, 250, 62, 56, 64))
SHARES = 1.2, 1.7, 2.2, 0.9               # heights of the sentence, the question, the translation, and what it means
HIGH, HIGHER, LOW = 0.9, 1.25, 0.31       # em sizes, as shares of the heights of their rooms: of sentences, the word, and all others
WIDEST = 0.62                             # share of the width that the one word of the translation may take
UNDERLINE, CIRCLE, ROUND = 9 * PX, 92 * PX, 0.6         # how thick, how wide, at most this share of the height
BOLD, BRACE = 8 * PEN, 5                  # stroke widths


class Swapped(Whole):
    """`brace`, from the beginning that two sentences share, if they have one; `box`; `said`, the words of the sentence, and `mark` under
    the one that was swapped; `word`, the one of the translation that shouts, `rest`, the lines of all others, and `gloss`, what it means;
    `ask`, the question that leads from the first word to it."""

    def __init__(self, brace: VGroup, box: VMobject, said: VGroup, mark: VGroup, word: Label, rest: VGroup, gloss: VGroup, ask: VGroup):
        super().__init__(brace=brace, box=box, said=said, mark=mark, word=word, rest=rest, gloss=gloss, ask=ask)


def swapped(theme: Theme, words: Sequence[str], place: int | None, translation: Sequence[str], gloss: str, shared: Room | None, room: Room
            ) -> Swapped:
    """One of two sentences in a room.

    words: its end; place: of the one that the other sentence has not. translation: from the word on that shouts; gloss: what that means.
    shared: where the beginning of both stands.
    """
    box = frame(theme, room, radius=28 * PX, width=2, fill="surface")
    top, middle, below, foot = room.inset(64 * PX, TIGHT).rows(SHARES, gap=0)
    said = phrase(theme, _pieces(words, {0, place}), min(ENGLISH, HIGH * top.height), top)
    size = min(FRENCH, HIGHER * below.height, WIDEST * below.width / text_width(theme, translation[0], 1, LOUD))
    word = text(theme, translation[0], size, "output", LOUD, at=below, align=-1)
    return Swapped(
        _brace(theme, shared, room), box, said, _underline(theme, said, place, top), word,
        _beside(theme, word, spaced(translation[1:]), below),
        VGroup(*[text(theme, gloss, min(GLOSS, HIGH * foot.height), weight=500, at=foot, align=-1)] * bool(gloss)),
        _ask(theme, said, word, middle),
    )


def _pieces(words: Sequence[str], loud: set[int | None]) -> list[tuple[str, str]]:
    spaces = [" "] * (len(words) - 1) + [""]
    return [piece for i, (word, space) in enumerate(zip(words, spaces)) for piece in ((word, "text" if i in loud else ""), (space, ""))]


def _brace(theme: Theme, shared: Room | None, room: Room) -> VGroup:
    """From the middle of the shared beginning down to a room."""
    if shared is None:
        return VGroup()
    (x, y, _), (end, low, _) = shared.point(y=-1), room.point(y=1)
    line = VMobject(stroke_color=theme.colour("muted"), stroke_width=BRACE)
    line.points = np.array([[x, y, 0], [x, low, 0], [end, y, 0], [end, low, 0]])
    return VGroup(line)


def _underline(theme: Theme, said: VGroup, place: int | None, room: Room) -> VGroup:
    words = [label for label in said if label.string.strip()]
    if place is None or len(said) == 1:
        return VGroup()
    word = words[place]
    line = rounded_rectangle(word.width, UNDERLINE, UNDERLINE / 2).set_fill(theme.colour("text"), 1)
    return VGroup(line.move_to([word.get_x(), room.centre[1] - 0.75 * word.size, 0]))


def _beside(theme: Theme, word: Label, rest: str, room: Room) -> VGroup:
    """All other words in lines at the right of the one that shouts, the last on its baseline."""
    size = min(REST, LOW * room.height)
    x, foot = room_of(word).right + GAP, room.centre[1] - theme.fonts.cap_height * (word.size - size) / 2
    lines = wrap(theme, rest, size, room.right - x) if rest else []
    return VGroup(
        text(theme, line, size, "muted", 500, at=(x, foot + (len(lines) - 1 - i) * LINE_SPACING * size, 0), align=-1, width=room.right - x)
        for i, line in enumerate(lines)
    )


def _ask(theme: Theme, said: VGroup, word: Label, room: Room) -> VGroup:
    """An arrow from the first word down to the one that shouts, with a question mark on its way."""
    x, y = said[0].get_x(), room.point(y=0.3)[1]
    line = arrow(theme, (x, room.top, 0), (x, room_of(word).top + TIGHT, 0), "text", BOLD)
    size = min(CIRCLE, ROUND * room.height)
    circle = frame(theme, Room.around((x, y), size, size), "text", size / 2, BOLD, "surface")
    return VGroup(line, circle, text(theme, "?", ASK * size / CIRCLE, weight=LOUD, at=(x, y, 0)))
