"""Captions as cues: what is read when, in lines that end where a phrase ends, as SubRip and WebVTT."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from unicodedata import category

import srt

from scenes.base.words import letters, pieces

MOST_LINES = 2
WIDEST = 42                               # of a line, in Latin letters; an ideograph is as wide as two
TAG, CODE = re.compile(r"<([^<>]*)>"), re.compile(r"\{(?=\\|[A-Za-z]:)|\\(?=[Nnh])")     # as SubRip's players have them
END_OF_PHRASE, INSIDE_PHRASE = 0.0, 120.0 # what a line costs that ends there, beside the square of what it falls short


@dataclass(frozen=True)
class Cue:
    """What is read from one moment to another, in seconds; lines are parted by line breaks."""

    start: float
    end: float
    text: str


def cues(start: float, end: float, caption: str) -> list[Cue]:
    """A caption as one or more cues of at most two lines, each for a share of the time that is that of its length."""
    lines = broken(caption)
    parts = ["\n".join(lines[i : i + MOST_LINES]) for i in range(0, len(lines), MOST_LINES)]
    total, so_far, found = sum(map(len, parts)), 0, []
    for part in parts:
        begin, so_far = so_far, so_far + len(part)
        found.append(Cue(start + (end - start) * begin / total, start + (end - start) * so_far / total, part))
    return found


@lru_cache(1024)
def broken(caption: str, widest: int = WIDEST) -> tuple[str, ...]:
    """The fewest lines of a caption, as even as can be, that end with a phrase wherever possible; Chinese by its own rules."""
    parts = pieces(" ".join(caption.split()))
    fewest = -(-letters("".join(parts).rstrip()) // widest)

    @cache
    def best(first: int, lines: int) -> tuple[float, tuple[str, ...]]:
        """The cheapest way to set the pieces from `first` on in so many lines, and its cost."""
        ways = []
        for last in range(first + 1, len(parts) + 1):
            line = "".join(parts[first:last]).rstrip()
            if last > first + 1 and letters(line) > widest or (last == len(parts)) != (lines == 1):
                continue
            rest, tail = best(last, lines - 1) if lines > 1 else (0.0, ())
            ways.append(((widest - letters(line)) ** 2 + (rest if lines == 1 else rest + _cost(line)), (line, *tail)))
        return min(ways, default=(float("inf"), ()))

    for lines in range(max(1, fewest), len(parts) + 1):
        cost, found = best(0, lines)
        if found and cost < float("inf"):
            return found
    return caption,


def _cost(line: str) -> float:
    """What it costs to end a line here."""
    return END_OF_PHRASE if category(line[-1])[0] == "P" and line[-1] not in "'’-" else INSIDE_PHRASE


def subrip(shown: Sequence[Cue]) -> str:
    """The cues as an .srt file."""
    items = (srt.Subtitle(None, timedelta(seconds=cue.start), timedelta(seconds=cue.end), unmarked(cue.text)) for cue in shown)
    return srt.compose(items)


def unmarked(text: str) -> str:
    """The text with nothing in it that a player of SubRip takes for a mark: the format knows no escapes, so it is written otherwise.

    Tags are in angle quotes, an arrow is one character, and what would be a code after a brace or backslash stands apart from it.
    """
    text = text.replace("-->", "→")
    while (found := TAG.sub(r"‹\1›", text)) != text:
        text = found
    return CODE.sub(r"\g<0> ", text)


def webvtt(shown: Sequence[Cue]) -> str:
    """The cues as a .vtt file (W3C WebVTT)."""
    return "\n".join(("WEBVTT\n", *_blocks(shown)))


def _blocks(shown: Sequence[Cue]) -> Iterator[str]:
    for cue in shown:
        times = (srt.timedelta_to_srt_timestamp(timedelta(seconds=second)).replace(",", ".") for second in (cue.start, cue.end))
        yield f"{' --> '.join(times)}\n{html.escape(cue.text, quote=False)}\n"
