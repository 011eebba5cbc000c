"""The film of `in_manim`, in JAnim's API."""

from janim.imports import BLUE, RIGHT, ArcBetweenPoints, Create, FadeIn, FadeOut, Group, Rect, Text, Timeline

N, SIDE, GAP = 12, 0.44, 0.08


def cell(number: int) -> Group:
    """A square with a number in it."""
    square = Rect(SIDE, SIDE, stroke_radius=0.005, fill_alpha=number / N**2, fill_color=BLUE)
    return Group(square, Text(f"{number / N**2:.2f}", font_size=9))


class Film(Timeline):
    """As there."""

    def construct(self):
        cells = Group(*(cell(number) for number in range(N**2)))
        cells.points.arrange_in_grid(N, N, buff=GAP)
        rows = [Group(*cells[N * number:N * (number + 1)]) for number in range(N)]
        self.play(FadeIn(cells))
        self.forward(2)
        for row in rows[::3]:
            self.play(row.anim.points.shift(RIGHT))
        self.forward(2)
        arcs = [ArcBetweenPoints(row[0].points.box.left, rows[0][0].points.box.left, angle=1) for row in rows[1:]]
        self.play(*(Create(arc) for arc in arcs))
        self.forward(2)
        self.play(FadeOut(cells), *(FadeOut(arc) for arc in arcs))
