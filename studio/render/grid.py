"""Where a picture differs from the one before: cells of a grid that lies over it, and rectangles of cells."""

import re
from collections.abc import Iterable, Iterator

import numpy as np

WIDE, HIGH = 32, 16                       # pixels of a cell: what libswscale converts alone as it does within a picture
WORD = 8                                  # bytes that are looked at at once
RUN = re.compile(b"\x01+")

Rectangle = tuple[int, int, int, int]     # pixels: left, top, and right and bottom, which are outside


class Grid:
    """A grid over pictures of one size. The cells of its last column and row may be smaller than the others."""

    def __init__(self, height: int, width: int):
        self.height, self.width = height, width
        self.rows, self.columns = -(-height // HIGH), -(-width // WIDE)
        self.whole = [(0, 0, width, height)]
        self._different = np.zeros((self.rows * HIGH, self.columns * WIDE), bool)

    def around(self, boxes: Iterable[Rectangle]) -> list[Rectangle]:
        """Rectangles of whole cells, none over another, that cover all boxes; boxes lie within the picture."""
        cells = np.zeros((self.rows, self.columns), bool)
        for left, top, right, bottom in boxes:
            cells[top // HIGH:-(-bottom // HIGH), left // WIDE:-(-right // WIDE)] = True
        return self._rectangles(cells)

    def differing(self, now: np.ndarray, before: np.ndarray, where: Iterable[Rectangle]) -> list[Rectangle]:
        """Rectangles that cover the cells in which two pictures, uint32 (height, width), differ; looked for in `where` alone."""
        cells = np.zeros((self.rows, self.columns), bool)
        words = self._different.view(np.uint64)
        for left, top, right, bottom in where:
            place = slice(top, bottom), slice(left, right)
            np.not_equal(now[place], before[place], out=self._different[place])
            rows, columns = slice(top // HIGH, -(-bottom // HIGH)), slice(left // WIDE, -(-right // WIDE))
            found = words[rows.start * HIGH:rows.stop * HIGH, columns.start * WIDE // WORD:columns.stop * WIDE // WORD]
            found = np.bitwise_or.reduceat(found, range(0, len(found), HIGH))                           # row, word
            cells[rows, columns] = found.reshape(len(found), -1, WIDE // WORD).any(2)
        return self._rectangles(cells)

    def _rectangles(self, cells: np.ndarray) -> list[Rectangle]:
        """Cells (row, column), cut where rows are empty, then where columns are, then rows again."""
        return [
            (left * WIDE, top * HIGH, min(self.width, right * WIDE), min(self.height, bottom * HIGH))
            for above, below in _runs(cells.any(1))
            for left, right in _runs(cells[above:below].any(0))
            for top, bottom in _runs(cells[above:below, left:right].any(1), above)
        ]


def _runs(line: np.ndarray, start: int = 0) -> Iterator[tuple[int, int]]:
    """Where there are ones in a row of bools: from, to."""
    for run in RUN.finditer(line.tobytes()):
        yield start + run.start(), start + run.end()
