"""Title cards: what a film opens with, and what stands before each of its acts."""

from manim import Scene, VGroup, VMobject

from scenes.base.scene import Listener
from scenes.parts.label import paragraph
from scenes.parts.shapes import rounded_rectangle
from scenes.base.frame import Frame
from scenes.base.room import PX
from scenes.base.spec import CARD, CardSpec
from scenes.base.theme import Theme
from scenes.base.words import letters

TITLE, ABOVE = 150 * PX, 50 * PX
WIDTH = 0.82                              # share of the safe area that its words may take
LONG = 40                                 # letters; a longer title is smaller
DOT, PITCH = 16 * PX, 50 * PX


class TitleCard(Scene):
    """A card of its own. Like an ExplainerScene it tells a listener of its step and has a caption, which is empty."""

    def __init__(self, spec: CardSpec, theme: Theme, renderer=None, listener: Listener | None = None, frame: Frame | None = None):
        super().__init__(renderer=renderer)
        self.spec, self.theme, self.pace, self.listener, self.frame = spec, theme, spec.pace, listener or Listener(), frame or Frame.of()
        self.camera.background_color = theme.colour("background")

    def caption(self, step: str) -> str:
        """A card has nothing to say but what it shows."""
        return ""

    def construct(self) -> None:
        """The card stands from its first frame, which stands for a film wherever that is not played, to its last."""
        self.listener.begin(CARD)
        self.add(*self._lines())
        self.wait(self.spec.seconds / self.pace)
        self.listener.end(CARD)

    def _lines(self) -> list[VMobject]:
        """Everything on the card, the title in the middle."""
        width = WIDTH * self.frame.safe.width
        size = TITLE * min(1, LONG / letters(self.spec.title))
        title = paragraph(self.theme, self.spec.title, size, width, weight=600).shift(self.frame.safe.centre)
        above = [paragraph(self.theme, self.spec.above, ABOVE, width, "muted").next_to(title, [0, 1, 0], buff=ABOVE)] if self.spec.above else []
        return [*above, title, self._dots()]

    def _dots(self) -> VGroup:
        """A dot for every act, low on the card; the one that begins is lit."""
        dots, of = VGroup(), self.spec.of
        for place in range(of):
            dot = rounded_rectangle(DOT, DOT, DOT / 2)
            dot.set_fill(self.theme.colour("output" if place == self.spec.place else "line"), 1)
            dots.add(dot.move_to([(place - (of - 1) / 2) * PITCH, self.frame.safe.bottom + 0.6, 0]))
        return dots
