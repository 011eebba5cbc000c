"""Room: a rectangle that a picture may fill, and how it is divided. All lengths in manim units, 8 to the shorter side of a frame."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

SHORTER_SIDE = 8.0
PX = SHORTER_SIDE / 1080                  # a pixel of a 1080p frame
PEN = 100 * PX                            # the stroke width that is a pixel of a 1080p frame wide
BESIDE = 1.75                             # a room at least so many times as wide as high is divided into columns
TIGHT, GAP, WIDE = (pixels * PX for pixels in (20, 34, 80))     # between a picture and its name, two rooms, two pictures


@dataclass(frozen=True)
class Room:
    """A rectangle that a picture may fill."""

    left: float
    right: float
    bottom: float
    top: float

    @classmethod
    def around(cls, centre: Sequence[float], width: float, height: float) -> "Room":
        """A room of a size around a point."""
        x, y = centre[:2]
        return cls(x - width / 2, x + width / 2, y - height / 2, y + height / 2)

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def is_wide(self) -> bool:
        """Whether two things stand better side by side in it than one below the other."""
        return self.width >= BESIDE * self.height

    @property
    def centre(self) -> np.ndarray:
        return np.array([(self.left + self.right) / 2, (self.bottom + self.top) / 2, 0])

    def columns(self, shares: Sequence[float] | int, gap: float = GAP) -> list["Room"]:
        """Rooms side by side, widths in the ratio of the shares, or so many of one width."""
        shares = [1] * shares if isinstance(shares, int) else shares
        unit = (self.width - gap * (len(shares) - 1)) / sum(shares)
        rooms, left = [], self.left
        for share in shares:
            rooms.append(replace(self, left=left, right=left + share * unit))
            left += share * unit + gap
        return rooms

    def rows(self, shares: Sequence[float] | int, gap: float = GAP) -> list["Room"]:
        """Rooms one below the other, from the top, heights in the ratio of the shares, or so many of one height."""
        shares = [1] * shares if isinstance(shares, int) else shares
        unit = (self.height - gap * (len(shares) - 1)) / sum(shares)
        rooms, top = [], self.top
        for share in shares:
            rooms.append(replace(self, bottom=top - share * unit, top=top))
            top -= share * unit + gap
        return rooms

    def split(self, shares: Sequence[float] | int, gap: float = GAP) -> list["Room"]:
        """Rooms side by side where this one is much wider than high, else one below the other: what may stand either way."""
        return self.columns(shares, gap) if self.is_wide else self.rows(shares, gap)

    def grid(self, count: int, across: int, gap: float = GAP) -> list["Room"]:
        """As many rooms of one size, row by row, at most so many in a row."""
        lines = -(-count // across)
        return [room for row in self.rows(lines, gap) for room in row.columns(-(-count // lines), gap)][:count]

    def inset(self, x: float = 0.0, y: float = 0.0) -> "Room":
        """The room without a margin of x at both sides and y above and below."""
        return Room(self.left + x, self.right - x, self.bottom + y, self.top - y)

    def trim(self, left: float = 0.0, right: float = 0.0, bottom: float = 0.0, top: float = 0.0) -> "Room":
        """The room without a strip at some of its sides."""
        return Room(self.left + left, self.right - right, self.bottom + bottom, self.top - top)

    def strip(self, left: float = 0.0, right: float = 0.0, bottom: float = 0.0, top: float = 0.0) -> "Room":
        """The strip of a size along one side: what `trim` cuts off."""
        return Room(self.right - right if right else self.left, self.left + left if left else self.right,
                    self.top - top if top else self.bottom, self.bottom + bottom if bottom else self.top)

    def outside(self, left: float = 0.0, right: float = 0.0, bottom: float = 0.0, top: float = 0.0, gap: float = 0.0) -> "Room":
        """A room of a size that lies along one side, outside, behind a gap."""
        if left or right:
            return replace(self, left=self.left - gap - left, right=self.left - gap) if left else replace(
                self, left=self.right + gap, right=self.right + gap + right)
        return replace(self, bottom=self.bottom - gap - bottom, top=self.bottom - gap) if bottom else replace(
            self, bottom=self.top + gap, top=self.top + gap + top)

    def fit(self, width: float = np.inf, height: float = np.inf) -> "Room":
        """The middle of the room, at most so wide and so high."""
        return Room.around(self.centre, min(width, self.width), min(height, self.height))

    def point(self, x: float = 0.0, y: float = 0.0) -> np.ndarray:
        """A point: x from −1 at the left edge to 1 at the right, y from −1 at the bottom to 1 at the top."""
        return self.centre + [x * self.width / 2, y * self.height / 2, 0]

    def level(self, y: float) -> "Room":
        """A room of no height as wide as this one, at height y."""
        return replace(self, bottom=y, top=y)
