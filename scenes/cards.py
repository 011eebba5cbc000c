"""Title cards: what a film opens and ends with, and what stands between two of its scenes."""

from manim import Scene, VGroup, VMobject

from scenes.base import Watch
from scenes.parts.label import LINE_SPACING, paragraph, text
from scenes.parts.motion import appear, vanish
from scenes.parts.shapes import rounded_rectangle
from scenes.stage import PX, SAFE
from scenes.theme import Theme
from scenes.words import CARD, CardText

TITLE, CHAPTER, NUMBER, BELOW = (size * PX for size in (84, 68, 40, 34))
WIDTH = 0.82 * SAFE.width
DOT, PITCH = 0.1, 0.32
COMES, GOES = 0.8, 0.5                    # seconds


class TitleCard(Scene):
    """A card of its own. Like an ExplainerScene it tells a watch of its step and has a caption, which is empty."""

    def __init__(self, theme: Theme, said: CardText, pace: float, renderer=None, watch: Watch | None = None):
        super().__init__(renderer=renderer)
        self.theme, self.said, self.pace, self.watch = theme, said, pace, watch or Watch()
        self.camera.background_color = theme.colour("background")

    def caption(self, step: str) -> str:
        """A card has nothing to say but what it shows."""
        return ""

    def construct(self) -> None:
        """The card comes up, stands, and goes."""
        self.watch.begin(CARD)
        *lines, dots = self._lines()
        if self.said.at_once:
            self.add(*lines, dots)
        else:
            self.play(appear(*lines, dots, lag=0.2, run_time=COMES / self.pace))
        self.wait(self.said.seconds / self.pace)
        self.play(vanish(*lines, dots, run_time=GOES / self.pace))
        self.watch.end(CARD)

    def _lines(self) -> list[VMobject]:
        """Everything on the card, the title in the middle."""
        size = TITLE if self.said.place is None else CHAPTER
        title = paragraph(self.theme, self.said.title, size, WIDTH, weight=500).shift([0, 0.25, 0])
        above = VGroup(text(self.theme, self.said.above, NUMBER, "output")) if self.said.above else VGroup()
        above.next_to(title, [0, 1, 0], buff=0.45)
        below = VGroup(paragraph(self.theme, words, BELOW, WIDTH, "muted") for words in self.said.below)
        below.arrange([0, -1, 0], buff=LINE_SPACING * BELOW).next_to(title, [0, -1, 0], buff=0.6)
        return [*above, title, *below, chapter_dots(self.theme, self.said)]


def chapter_dots(theme: Theme, said: CardText) -> VGroup:
    """A dot for every chapter, low on the card; the one that begins is lit."""
    dots = VGroup()
    for place in range(said.of):
        dot = rounded_rectangle(DOT, DOT, DOT / 2).set_fill(theme.colour("output" if place == said.place else "line"), 1)
        dots.add(dot.move_to([(place - (said.of - 1) / 2) * PITCH, SAFE.bottom + 0.6, 0]))
    return dots

