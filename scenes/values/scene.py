"""Scene 7: what is averaged, tokens or values (Vaswani et al. 2017, section 3.2.1), and how W_Q, W_K and W_V are learned."""

from manim import LEFT, RIGHT, UP, Mobject, VGroup

from model import View
from scenes.base.scene import step
from scenes.candidates.bench import MATRICES, SCOPE, CandidateScene
from scenes.parts.bars import floor, largest
from scenes.parts.chart import Curve, curve
from scenes.parts.equation import Equation, equation
from scenes.parts.flow import strands
from scenes.parts.heat_map import SMALLEST_DIGIT, HeatMap, heat_map, peak
from scenes.parts.label import WORD, Label, format_number, number, text, text_width, weight_numbers
from scenes.parts.motion import Together, appear, draw, merge, travel, vanish
from scenes.parts.shapes import room_of, rounded_rectangle
from scenes.parts.verdict import EVIDENCE, Objection, objection
from scenes.base.room import PX, Room

FORMULA, LETTER, READOUT, SMALL = (size * PX for size in (36, 34, 30, 26))
BEYOND = 0.15                             # between a weight and what stands beside it
WIDE, TALL = 1.75, 0.5                    # room of z
AXIS, TICKS, DOT, NAME = 0.3, 0.55, 0.07, 0.85


class Values(CandidateScene):
    """The tokens as what is averaged, and what speaks against it; values instead; and the three matrices being learned."""

    experiments = ("candidates",)
    follows = "queries"
    place = "head"

    def opening(self):
        """The three candidates for the weights, side by side."""
        self.lay_out()
        self.add(*self.comparison())

    @step
    def mix_tokens(self):
        """The last grid gives the weights; they mix the tokens as they are; two things speak against that."""
        third, mixed = self.grids[2], self.view("candidates.averages")[self.spec.block, self.head, self.focus]
        self.weights, self.objections = self._weights(self.slot.left), self._objections(self.view("candidates.parameters")[0])
        self.column, self.formula, self.z = self._column(self.slot.left), self._mix("t_j", "text"), self._z(mixed)
        self.strands, self.name = self._strands(self.slot.left), self._name()
        scores = travel(third.numbers[self.focus].copy(), self.weights, run_time=1.4) if third.digits else appear(self.weights)
        self.play(vanish(*self.on_stage()), scores, appear(*self.cards, self.vectors, self.letter, self.column))
        self.play(draw(*self.strands, lag=0.2), appear(self.formula, self.z.border, self.z.dots, self.name))
        self._pour(self.vectors)
        for card in self.objections:
            self.play(appear(card, run_time=0.8))

    @step
    def mix_values(self):
        """One token meets W_V, then all do; the same weights mix the values, and nothing speaks against that."""
        bench, values = self.on_bench("V"), self.rows_of(self.view(f"{SCOPE}.value")[self.head], self.slot, "value")
        weights, column = self._weights(self.slot.right), self._column(self.slot.right)
        self.play(vanish(self.strands, self.z, self.name, self.formula, self.column), travel(self.weights, weights))
        self.play(travel(VGroup(self.vectors.cells[self.focus].copy()), bench.token.cells, run_time=1.0), appear(bench.words[0]))
        self.play(appear(bench.matrix, bench.words[1]), self._count_parameters())
        self.multiply(bench, "V", 1.8)
        self.play(appear(values.border, values.dots))
        self.put_down(bench, values)
        self.make_the_rest(bench, values)
        self.z = self._z(self.view(f"{SCOPE}.heads")[self.head, self.focus])
        words = column, self._mix("v_j", "value"), self._letter("v_j", values, "value"), self._name()
        self.play(draw(*self._strands(self.slot.right), lag=0.2), appear(*words, self.z.border, self.z.dots))
        self._pour(values)
        for card in self.objections:
            self.strike_out(card)
        self.matrix, self.matrix_name = bench.matrix, bench.words[1]

    @step
    def learned(self):
        """The loss falls while the three matrices change; untrained ones are only shown beside what they are for."""
        trained = self.staging.trace.config.trained
        left, right = self.stage.columns([6.6, 5.4], gap=0.6)
        rooms = right.inset(y=0.1).rows([1, 1, 1], gap=0.35)
        now = [self._matrix(letter, room, 0 if trained else None) for letter, room in zip(MATRICES, rooms, strict=True)]
        names = [self._name_of(letter, picture, room) for letter, picture, room in zip(MATRICES, now, rooms, strict=True)]
        self.play(
            vanish(*self.on_stage(self.matrix, self.matrix_name)), vanish(self.matrix.dots),
            travel(self.matrix.cells, now[2].cells), travel(self.matrix.border, now[2].border),
            travel(self.matrix_name, names[2]),
        )
        self.play(appear(*now[:2], *names[:2]), appear(now[2].dots))
        if trained:
            self._train(left.trim(left=AXIS, bottom=TICKS, top=0.6), rooms, now)
        else:
            uses = [self._use(letter, left.level(room.centre[1])) for letter, room in zip(MATRICES, rooms, strict=True)]
            self.play(appear(*uses, lag=0.5))

    def _train(self, room: Room, rooms: list[Room], now: list[HeatMap]) -> None:
        """The curve of the loss is drawn up to one checkpoint after the other, and the matrices keep up with it."""
        marks = [self._mark(k, room) for k in range(len(self.view("training.steps")))]
        self.play(appear(floor(self.theme, room), *self._axes(room), marks[0]))
        for k in range(1, len(marks)):
            then = [self._matrix(letter, place, k) for letter, place in zip(MATRICES, rooms, strict=True)]
            changes = [travel(old.cells, new.cells, run_time=5 / (k + 1)) for old, new in zip(now, then, strict=True)]
            self.play(draw(self._loss(k, room), run_time=5 / (k + 1)), *changes)
            self.play(appear(marks[k], run_time=0.4))
            now = then

    def _end(self, x: float) -> float:
        """Where weights end that begin right of x."""
        return x + BEYOND + text_width(self.theme, format_number(0, self.theme.decimals), self._digit_size, 600, tabular=True)

    @property
    def _digit_size(self) -> float:
        return max(SMALLEST_DIGIT, min(WORD, 0.62 * self.score_grid.height))

    def _weights(self, x: float) -> VGroup:
        """The weights of the followed token beside what they weigh."""
        ends = [(self._end(x), row.get_y()) for row in self.vectors.cells]
        weights = self.view(f"{SCOPE}.weights")[self.head, self.focus]
        return weight_numbers(self.theme, weights, ends, self._digit_size)

    def _column(self, x: float) -> Label:
        """The word above the weights."""
        at = (self._end(x), room_of(self.vectors.border).top + 0.12, 0)
        return text(self.theme, self.say("weight"), SMALL, "muted", at=at, align=1)

    def _z(self, view: View) -> HeatMap:
        """What the followed token becomes."""
        room = Room.around((self.square.right + 0.2 - WIDE / 2, self.vectors.border.get_y()), WIDE, TALL)
        return heat_map(self.theme, view, room, "output", digits=True)

    def _name(self) -> VGroup:
        """Its name, and its token."""
        letter = equation(self.theme, "z_i", size=LETTER, role="output")
        word = text(self.theme, self.tokens[self.focus], SMALL, "muted", width=WIDE - 0.5)
        return VGroup(letter, word).arrange(buff=0.15).next_to(self.z.border, UP, buff=0.12)

    def _strands(self, x: float) -> VGroup:
        """The strands from the weights to z."""
        starts = [(self._end(x) + BEYOND, row.get_y(), 0) for row in self.vectors.cells]
        end, weights = room_of(self.z.border), self.view(f"{SCOPE}.weights")[self.head, self.focus]
        return strands(self.theme, starts, [(end.left - 0.08, end.centre[1], 0)], [weights], along=RIGHT)[0]

    def _mix(self, letter: str, role: str) -> Equation:
        """How z is made, at the top of the verdict."""
        room = self._verdict_rooms()[0]
        maths = f"{{{{ z_i : z }}}} = sum_j a_(i j) {{{{ {letter} : mixed }}}}"
        return equation(self.theme, maths, {"z": "output", "mixed": role}, FORMULA, width=room.width).move_to(room.centre)

    def _pour(self, rows: HeatMap) -> None:
        """The rows fly into z, which is their mix."""
        self.play(Together(*(merge(row, into=self.z.border, run_time=1.4) for row in rows.cells), lag=0.2),
                  appear(self.z.cells, self.z.numbers, run_time=2.0))

    def _objections(self, parameters: View) -> list[Objection]:
        """What speaks against the tokens as what is averaged."""
        rooms, learned = self._verdict_rooms()[1:3], number(self.theme, parameters, READOUT, "output", decimals=0)
        better = text(self.theme, self.say("better"), EVIDENCE, "muted", width=rooms[0].width - 0.4)
        return [objection(self.theme, self.say("not_made_for_this"), [better], rooms[0]),
                objection(self.theme, self.shared("no_parameters"), [self._small("learned"), learned], rooms[1])]

    def _count_parameters(self):
        """The numbers to learn are those of W_V now."""
        new = self._objections(self.view("candidates.value_parameters"))[1]
        return Together(vanish(self.objections[1].evidence), appear(new.evidence))

    def _matrix(self, letter: str, room: Room, checkpoint: int | None) -> HeatMap:
        """The shown head's part of a matrix (d_k, d_model), as it was at a checkpoint of the training, or as it is."""
        d_k, block = self.staging.trace.config.d_k, self.spec.block
        columns = slice(self.head * d_k, (self.head + 1) * d_k)
        if checkpoint is None:
            view = whole = self.view(f"weights.{SCOPE}.W_{letter}")[:, columns]
        else:
            whole = self.view(f"training.W_{letter}")[:, block, :, columns]
            view = whole[checkpoint]
        return heat_map(self.theme, view.T, room.trim(left=NAME), MATRICES[letter], scale=peak(whole))

    def _name_of(self, letter: str, picture: HeatMap, room: Room) -> Equation:
        return equation(self.theme, f"W_{letter}", size=LETTER, role=MATRICES[letter]).next_to(picture.border, LEFT, buff=0.2)

    def _use(self, letter: str, room: Room) -> Equation:
        """What a matrix is for."""
        small = letter.lower()
        maths = f"{{{{ {small}_i : made }}}} = {{{{ W_{letter} : matrix }}}} t_i + b_{letter}"
        roles = dict.fromkeys(("made", "matrix"), MATRICES[letter])
        return equation(self.theme, maths, roles, FORMULA, width=room.width).move_to(room.centre)

    def _updates(self, checkpoint: int) -> int:
        """The update at whose loss a checkpoint is marked."""
        return min(int(self.view("training.steps").values[checkpoint]), len(self.view("training.loss")) - 1)

    def _loss(self, checkpoint: int, room: Room) -> Curve:
        """The curve of the loss from the checkpoint before this one."""
        loss, end = self.view("training.loss"), self._updates(checkpoint)
        start = min(self._updates(checkpoint - 1), end - 1)
        left, right = (room.left + room.width * k / (len(loss) - 1) for k in (start, end))
        part = Room(left, right, room.bottom, room.top)
        return curve(self.theme, loss[start : end + 1], part, "output", 0, largest(loss), width=2)

    def _mark(self, checkpoint: int, room: Room) -> VGroup:
        """A dot on the curve, its loss, and below it how many updates were done."""
        loss, k = self.view("training.loss"), self._updates(checkpoint)
        x, y = room.left + room.width * k / (len(loss) - 1), room.bottom + room.height * float(loss[k]) / largest(loss)
        dot = rounded_rectangle(2 * DOT, 2 * DOT, DOT).set_fill(self.theme.colour("text"), 1).move_to([x, y, 0])
        side, at = (-1, (x + 0.2, y, 0)) if checkpoint == 0 else (1, (x, y + 0.3, 0))
        return VGroup(
            dot, number(self.theme, loss[k], READOUT, "output", at=at, align=side),
            number(self.theme, self.view("training.steps")[checkpoint], READOUT, "muted",
                   at=(x, room.bottom - 0.3, 0), align=-1 if checkpoint == 0 else 1, decimals=0),
        )

    def _axes(self, room: Room) -> list[Mobject]:
        """What the two axes of the chart mean."""
        return [text(self.theme, self.say("loss"), WORD, "output", at=(room.left, room.top + 0.35, 0), align=-1),
                text(self.theme, self.say("updates"), SMALL, "muted", at=(room.centre[0] + room.width / 4, room.bottom - 0.3, 0))]
