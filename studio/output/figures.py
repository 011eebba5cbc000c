"""The figures of steps as a table."""

from collections.abc import Callable, Sequence
from statistics import median

from studio.check.figures import Figures, beyond, meanings
from studio.output.tables import aligned

HEAD = ("", "stage %", "digit px", "label px", "caption px", "letters", "letters/s", "seconds", "empty s")
MARKED = {"sparse": 1, "caption": 4, "letters": 5}          # the column of what could be better


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
