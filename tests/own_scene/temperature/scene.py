"""Softmax at three temperatures."""

from scenes.base.layout import right_of
from scenes.base.room import PX
from scenes.base.scene import ExplainerScene, step
from scenes.parts.bars import bars, floor
from scenes.parts.equation import equation
from scenes.parts.label import WORD, number, weight_numbers, words_at
from scenes.parts.motion import appear, travel, vanish

LARGE, NUMBERS = 60 * PX, 60 * PX         # the temperature, and the room for the numbers


class Temperature(ExplainerScene):
    """What one token looks at, by a softmax as it is, a colder one and a hotter one."""

    experiments = ("tempering",)
    sparse = dict.fromkeys(("as_it_is", "cold", "hot"), "most weights of a token are small")
    own_keys = {"temperature": {
        "type": "number", "default": 2.0, "minimum": 1.1, "maximum": 10.0, "description": "the hot one; the cold one is 1 / it",
    }}

    @step
    def as_it_is(self):
        """The weights of the followed token as bars, each with its number above it and its word below."""
        self._lay_out()
        self.bars, self.numbers, self.readout = self._at(0)
        self.play(appear(self.words, self.formula, self.floor, lag=0.2))
        self.play(appear(*self.bars, lag=0.1), appear(self.readout))
        self.play(appear(*self.numbers, lag=0.1))

    @step
    def cold(self):
        """A small temperature makes large scores count for more."""
        self._change(1)

    @step
    def hot(self):
        """A large temperature makes all weights more alike."""
        self._change(2)

    def _lay_out(self):
        head, self.room, foot = self.stage.rows([1, 4, 1])
        self.columns = self.room.columns([1] * len(self.tokens), gap=0)
        below = [(column.centre[0], foot.top) for column in self.columns]
        self.words = words_at(self.theme, self.tokens, below, WORD, self.columns[0].width, align=0)
        self.formula = equation(self.theme, '"softmax"(S slash T), quad T =', role="muted").move_to(head.centre)
        self.floor = floor(self.theme, self.room)

    def _at(self, case):
        """Bars, the numbers above them, and the temperature beside the formula."""
        weights = self.view("tempering.weights")[case, self.spec.block, self.head, self.focus]
        picture = bars(self.theme, weights, self.room.trim(top=NUMBERS), "key", 1)
        numbers = weight_numbers(self.theme, weights, [(0, self.room.top)] * len(weights), self.theme.digit)
        for written, column in zip(numbers, self.columns):
            written.set_x(column.centre[0])
        temperature = number(self.theme, self.view("tempering.temperatures")[case], size=LARGE, role="output", decimals=1)
        return picture, numbers, right_of(temperature, self.formula)

    def _change(self, case):
        """The bars go from one temperature to another; numbers go before and come after."""
        new_bars, new_numbers, readout = self._at(case)
        self.play(vanish(self.numbers, self.readout))
        self.play(travel(self.bars, new_bars), appear(readout))
        self.play(appear(*new_numbers, lag=0.1))
        self.bars, self.numbers, self.readout = new_bars, new_numbers, readout
