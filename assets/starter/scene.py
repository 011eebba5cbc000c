"""What one token looks at, and at how many tokens that is. Change anything: `animformer storyboard` shows what comes of it.

A scene is a class with steps. A step is a method marked @step; it has one caption (in words.en.yaml, words.zh.yaml) and becomes one clip.
"""

from scenes.base.layout import side_by_side
from scenes.base.room import PX
from scenes.base.scene import ExplainerScene, step
from scenes.parts.bars import bars, floor
from scenes.parts.label import WORD, number, text, weight_numbers, words_at
from scenes.parts.motion import appear

LARGE, NUMBERS = 60 * PX, 60 * PX         # the size of the result, and the room for the numbers; PX is a pixel at 1080p


class Spread(ExplainerScene):
    """The weights of one token as bars, then at how many tokens it looks."""

    experiments = ("spread",)             # what is drawn beside the tensors of the model: see spread.py
    sparse = dict.fromkeys(("weights", "count"), "most weights of a token are small")     # why much of the stage stays empty

    @step
    def weights(self):
        """The weights of the followed token as bars, each with its word below and its number above."""
        self.head_room, room, foot = self.stage.rows([1, 4, 1])          # the free part of the frame, in three rows
        weights = self.view("encoder.{block}.self_attention.weights")[self.head, self.focus]      # (key,), from the forward pass
        columns = room.columns([1] * len(self.tokens), gap=0)
        words = words_at(self.theme, self.tokens, [(each.centre[0], foot.top) for each in columns], WORD, columns[0].width, align=0)
        numbers = weight_numbers(self.theme, weights, [(0, room.top)] * len(weights), self.theme.digit)
        for written, column in zip(numbers, columns):
            written.set_x(column.centre[0])
        self.play(appear(words, floor(self.theme, room), lag=0.2))
        self.play(appear(*bars(self.theme, weights, room.trim(top=NUMBERS), "key", 1), lag=0.1))
        self.play(appear(*numbers, lag=0.1))

    @step
    def count(self):
        """From 1, if it looks at one token alone, to as many as there are, if it looks at all of them alike."""
        told = text(self.theme, self.say("looks_at"), LARGE, role="muted")
        tokens = number(self.theme, self.view("spread.tokens")[self.spec.block, self.head, self.focus], size=LARGE, role="output")
        self.play(appear(*side_by_side(told, tokens, at=self.head_room), lag=0.3))
