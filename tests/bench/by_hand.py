"""Numbers as someone who writes manim scenes would write them: `Text`, made anew for every string."""

import sys
from functools import cache

from manim import Text, VGroup

from scenes.parts import label, motion
from scenes.base.theme import Theme

FONT, COUNT = "Inter", motion.Count         # Count: before it is replaced


class TextNumber(VGroup):
    """Stands for `scenes.parts.label.Number`: a group of one `Text`, which has a shape for every glyph."""

    def __init__(self, theme: Theme, source, string: str, size: float, role: str = "text", weight: int = 400):
        super().__init__(_text(string, size).set_color(theme.colour(role)))
        self.source, self.string, self.size = source, string, size
        self.advance = label.text_width(theme, string, size, weight, tabular=True)

    def show(self, string: str) -> None:
        """Another string in the same place and colour."""
        if string != self.string:
            colour, self.string = self[0].get_color(), string
            self.submobjects = [_text(string, self.size).set_color(colour).move_to(self.get_center())]


class TextCount(motion.Count):
    """Stands for `scenes.parts.motion.Count`."""

    def begin(self):
        super(COUNT, self).begin()

    def interpolate_mobject(self, alpha: float):
        self.mobject.show(self.strings[min(int(alpha * len(self.strings)), len(self.strings) - 1)])


def use_manims_text(scene: type) -> None:
    """From now on the parts that a scene is made of write numbers with manim's `Text`."""
    for module in [module for name, module in sys.modules.items() if name.partition(".")[0] == "scenes"]:
        for name, other in (("Number", TextNumber), ("Count", TextCount)):
            if hasattr(module, name):
                setattr(module, name, other)


def _text(string: str, size: float) -> Text:
    return Text(string, font=FONT, font_size=size * _points_an_em())


@cache
def _points_an_em() -> float:
    """The `font_size` at which an em is one unit: manim's `Text` does not say, but an H of this font is 0.727 em high."""
    return 0.727 * 48 / Text("H", font=FONT, font_size=48).height
