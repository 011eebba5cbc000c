"""Scores and probabilities of all words that can be said, a bar for each, and the best of them."""

from collections.abc import Callable, Sequence

from manim import VGroup, VMobject

from model import View
from scenes.base.layout import side_by_side
from scenes.base.room import PX, TIGHT, Room
from scenes.base.theme import Theme
from scenes.parts.bars import bars, floor, largest, signed_bars
from scenes.parts.label import Label, number, text
from scenes.parts.ranking import Ranking, ranking, strongest
from scenes.parts.whole import Whole

NAME, BEST, SAID, HUGE = (size * PX for size in (28, 32, 72, 140))
LINE = 65 * PX                            # a row of a word that is ranked
SHARES = (5, 8), (10, 11)                 # of the best word and of the others; of the word and its probability
FLAT = 0.01                               # share of their height that bars have which are to grow


class Spectrum(Whole):
    """`floor`, below probabilities; `bars`, in `room`; `title`, above them; `best`, the word of the highest bar and its number,
    beside its top."""

    def __init__(self, floor: list[VMobject], bars: VGroup, title: Label, best: VGroup, room: Room):
        super().__init__(floor=floor, bars=bars, title=title, best=best)
        self.room = room

    def flat(self) -> VGroup:
        """Its bars, before they have grown from their middle line."""
        return VGroup(bar.copy().stretch(FLAT, 1, about_point=self.room.centre) for bar in self.bars)


class Best(Whole):
    """`said`, the best word, and `chance`, its probability, both large; `others`, the next ones; `rest`, how many more there are."""

    def __init__(self, said: Label, chance: Label, others: Ranking, rest: list[Label]):
        super().__init__(said=said, chance=chance, others=others, rest=rest)


def spectrum(theme: Theme, view: View, words: Sequence[str], title: str, room: Room, chances: bool) -> Spectrum:
    """A bar for every entry of a vector, in a room. words: one for each. chances: whether they are probabilities, and not scores."""
    body, (top, *_) = room.trim(top=NAME + TIGHT), strongest(view, 1)
    drawn = bars(theme, view, body, "muted", 1.0) if chances else signed_bars(theme, view, body, "muted", largest(view))
    drawn[top].set_fill(theme.colour("output"))
    best = side_by_side(text(theme, words[top], BEST, "output"), number(theme, view[top], max(BEST, theme.digit), "output", 600))
    side = 1 if drawn[top].get_x() < body.centre[0] else -1
    y = max(drawn[top].get_top()[1] - BEST / 2, body.bottom + BEST / 2)
    best.move_to([drawn[top].get_x() + side * (best.width / 2 + TIGHT), y, 0])
    return Spectrum([floor(theme, body)] * chances, drawn, text(theme, title, NAME, "muted", at=room.strip(top=NAME), align=-1), best, body)


def best_words(theme: Theme, chances: View, words: Sequence[str], more: Callable[..., str], room: Room, count: int, decimals: int) -> Best:
    """The words with the largest of some probabilities, the first one large. more: what is said of a `count` of more.
    count: how many may be shown. decimals: of all but the first."""
    first, *others = strongest(chances, count)
    head, foot = room.rows(SHARES[0])
    others = others[: max(1, int(foot.height / LINE) - 1)]
    *rooms, last = foot.rows(len(others) + 1, 0)
    word, value = head.columns(SHARES[1])
    left = len(words) - 1 - len(others)
    rest = [text(theme, more(count=left), NAME, "muted", at=last, align=-1)] * (left > 0)
    return Best(text(theme, words[first], min(SAID, word.height), "output", 600, at=word, align=-1),
                number(theme, chances[first], min(HUGE, 1.2 * value.height), "output", 600, at=value, align=1, width=value.width),
                ranking(theme, [words[i] for i in others], [chances[i] for i in others], rooms, decimals, "muted"), rest)
