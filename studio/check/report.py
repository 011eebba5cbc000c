"""What will look wrong in a user's scene, what could be better, and what to change."""

from collections.abc import Callable, Sequence
from functools import partial
from statistics import median

from scenes.base.spec import CardSpec, SceneSpec
from studio.check.figures import Figures, Measuring, beyond, meanings
from studio.check.lint import lint, lint_card
from studio.errors import Problem, quoted
from studio.output.tables import aligned
from studio.plan import card
from studio.plan.staging import build

SHORTER = "write a shorter title, or one of shorter words"
LESS = "use fewer or shorter words, or a smaller model"
HINTS = {
    "overlap": LESS, "across": LESS, "hidden": LESS, "outside": LESS, "zone": LESS, "small": LESS,
    "sparse": "use more words, or let the scene's class say why: sparse = {step: why}", "letters": "shorten the caption",
    "sum": "show another decimal with decimals:, or write beside it that it is rounded", "caption": "shorten the caption",
    "lines": "shorten the caption", "same": "leave the step out with steps:", "empty": "leave the step out with steps:",
}
HEAD = ("", "stage %", "digit px", "label px", "caption px", "letters", "letters/s", "seconds", "empty s")
MARKED = {"sparse": 1, "caption": 4, "letters": 5}          # the column of what could be better


def report(spec: SceneSpec) -> tuple[list[Problem], list[Figures]]:
    """The problems of the pictures of a scene, and the figures of its steps."""
    measuring = Measuring(spec.name)
    findings = lint(spec.name, partial(build, spec), also=measuring.look)
    return [
        Problem(f"{finding.moment}: {finding.what}", spec.source, finding.moment.step, finding.kind, HINTS.get(finding.kind, ""))
        for finding in findings
    ], measuring.found


def of_card(spec: CardSpec, film: str) -> list[Problem]:
    """The problems of a card in the film of a file."""
    findings = lint_card(spec.name, partial(card.build, spec))
    return [Problem(f"on the card {quoted(spec.title)}: {finding.what}", film, "title", finding.kind, SHORTER) for finding in findings]


def warnings(spec: SceneSpec, found: Sequence[Figures]) -> list[Problem]:
    """What could be better in the steps of a scene."""
    return [Problem(what, spec.source, figures.step, kind, HINTS[kind]) for figures in found for kind, what in beyond(figures)]


def table(found: Sequence[Figures]) -> str:
    """The figures of steps, a line for each, with an exclamation mark at what could be better, and those of all together.

    Then the sums that do not add up as they are shown, and the letters, each with the tensors that it is the name of.
    """
    columns = list(zip(*map(_numbers, found), strict=True))
    rows = [[f"{each.scene}/{each.step}", *_written(_numbers(each))] for each in found]
    for row, each in zip(rows, found, strict=True):
        for place in {MARKED[kind] for kind, _ in beyond(each) if kind in MARKED}:
            row[place] = f"!{row[place]}"
    rows += [_summed("median", median, columns, (0,)), _summed("least", min, columns, (0, 1, 2, 3)),
             _summed("most", max, columns, (4, 5)), _summed("sum", sum, columns, (6, 7))]
    sums = [f"{each.scene}/{each.step}: {wrong}" for each in found for wrong in each.sums]
    letters = [f"{letter}: {', '.join(tensors)}" for letter, tensors in meanings(found).items()]
    return "\n".join([aligned([HEAD, *rows], right=True), *sums, *letters])


def _numbers(figures: Figures) -> tuple[float | None, ...]:
    """The figures of a step in the order of the columns."""
    sizes = figures.digit, figures.label, figures.caption
    return 100 * figures.occupancy, *sizes, figures.letters, figures.rate, figures.seconds, figures.empty


def _written(numbers: Sequence[float | None]) -> list[str]:
    return ["–" if number is None else f"{number:.{int(place > 4)}f}" for place, number in enumerate(numbers)]


def _summed(name: str, how: Callable, columns: Sequence[Sequence[float | None]], places: Sequence[int]) -> list[str]:
    """A line with some of the columns in one figure."""
    written = _written([how([number for number in column if number is not None] or [0]) for column in columns])
    return [name, *(number if place in places else "" for place, number in enumerate(written))]
