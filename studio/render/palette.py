"""256 colours for a whole clip, and a GIF in them."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
from av.filter import Graph

from studio.render.movie import Encoding, Movie
from studio.render.quality import Quality

TICK = Fraction(1, 100)                   # the unit of a GIF's times
CHOOSING = "stats_mode=diff"              # what stands still counts once
# Each place has the nearest colour: a pattern of two would be seen as dirt on what is flat, and makes files large.
USING = "dither=none:diff_mode=rectangle"
ONCE = -1                                 # a file says how often it begins again, 0 for ever, or does not say it


class TwoPasses:
    """Writes a lossless file first, since the colours are chosen from all the pictures, then the GIF.

    loops: how often it plays, 0 for ever.
    """

    def __init__(self, path: Path, quality: Quality, loops: int):
        self._path, self._quality, self._loops = path, quality, loops
        self._lossless = path.with_name(f"{path.name}.mov")
        movie = Movie(self._lossless, quality, Encoding("qtrle", "rgb24", held=True))
        self.write, self.abort, self._finish = movie.write, movie.abort, movie.close

    def close(self):
        self._finish()
        again = 0 if self._loops == 0 else self._loops - 1 or ONCE
        options = {"loop": str(again), "final_delay": str(round(1 / (TICK * self._quality.fps)))}
        with av.open(str(self._path), "w", options=options) as output:
            stream = output.add_stream("gif", rate=1 / TICK)
            stream.width, stream.height, stream.pix_fmt = self._quality.width, self._quality.height, "pal8"
            for frame in self._coloured():
                frame.pts, frame.time_base = round(frame.pts * frame.time_base / TICK), TICK
                output.mux(stream.encode(frame))
            output.mux(stream.encode(None))

    def _coloured(self) -> Iterator[av.VideoFrame]:
        """The pictures in their colours."""
        (palette,) = _filtered("palettegen", CHOOSING, self._pictures())
        return _filtered("paletteuse", USING, self._pictures(), palette)

    def _pictures(self) -> Iterator[av.VideoFrame]:
        with av.open(str(self._lossless)) as file:
            yield from file.decode(video=0)


def _filtered(name: str, options: str, frames: Iterable[av.VideoFrame], *beside: av.VideoFrame) -> Iterator[av.VideoFrame]:
    """What a filter makes of frames, and of what it is given beside them at once."""
    frames = iter(frames)
    first, graph = next(frames), Graph()
    made = graph.add(name, options)
    inputs = [graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base)
              for frame in (first, *beside)]
    for place, source in enumerate(inputs):
        source.link_to(made, 0, place)
    sink = graph.add("buffersink")
    made.link_to(sink)
    graph.configure()
    for source, frame in zip(inputs[1:], beside, strict=True):
        source.push(frame)
        source.push(None)
    for frame in (first, *frames, None):
        inputs[0].push(frame)
        with suppress(av.BlockingIOError, av.EOFError):
            while True:
                yield sink.pull()
