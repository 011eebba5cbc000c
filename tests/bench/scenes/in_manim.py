"""A film in manim's API, for whoever has that API: what a matrix in a lecture does. ENGINE in the environment says whose it is."""

import os
from importlib import import_module

engine = import_module(os.environ.get("ENGINE", "manim"))
N, SIDE, GAP = 12, 0.44, 0.08             # rows and columns of cells; units of the frame, 8 high


def cell(number: int):
    """A square with a number in it."""
    square = engine.Square(SIDE, stroke_width=1, fill_opacity=number / N**2, fill_color=engine.BLUE)
    return engine.VGroup(square, engine.Text(f"{number / N**2:.2f}", font_size=9))


class Film(engine.Scene):
    """Cells appear, every third row travels, arcs join both sides; between them all stands still for two seconds."""

    def construct(self):
        cells = engine.VGroup(*(cell(number) for number in range(N**2))).arrange_in_grid(N, N, buff=GAP)
        rows = [engine.VGroup(*cells[N * number:N * (number + 1)]) for number in range(N)]
        self.play(engine.FadeIn(cells))
        self.wait(2)
        for row in rows[::3]:
            self.play(row.animate.shift(engine.RIGHT))
        self.wait(2)
        arcs = [engine.ArcBetweenPoints(row[0].get_left(), rows[0][0].get_left(), angle=1) for row in rows[1:]]
        self.play(*(engine.Create(arc) for arc in arcs))
        self.wait(2)
        self.play(engine.FadeOut(cells), *(engine.FadeOut(arc) for arc in arcs))
