"""Layout lint: what would look wrong, found before anything is drawn.

Findings name scene, step, moment, the things, and by how much (pixels of a 1080p frame).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scenes.base.room import PX, Room
from scenes.base.scene import ExplainerScene, reading_time
from scenes.base.title_card import TitleCard
from scenes.parts.label import SMALLEST_WORD, Label, Number
from scenes.parts.shapes import Block
from studio.check import provenance
from studio.check.sight import FAINT, MOMENTS, Box, Look, Moment, Sight, box, overlaps, own, see, walk
from studio.render.worker import Build

ALLOWED = 1.5 * PX                        # what nobody sees
TOUCHING = 3.5 * PX                       # boxes of lines may: an accent below a descender is not on it


@dataclass(frozen=True)
class Finding:
    """One thing that looks wrong. kind: which rule it breaks. pixels: by how much, if that can be said."""

    scene: str
    moment: Moment
    kind: str
    message: str
    pixels: float = 0.0

    @property
    def what(self) -> str:
        """The fault, and by how much."""
        return f"{self.message} by {self.pixels:.0f} px" if self.pixels else self.message

    def __str__(self) -> str:
        return f"{self.scene}/{self.moment.step} {self.moment}: {self.what}"


def lint(name: str, build: Build, moments: Sequence[float] = MOMENTS, also: Look = lambda *_: None) -> list[Finding]:
    """What looks wrong in a scene, or is not what the trace holds, at the end of its steps and at `moments` of its animations.

    also: looks at the same as it plays.
    """
    findings: list[Finding] = []
    ends: list[frozenset] = []

    def look(scene: ExplainerScene, moment: Moment) -> None:
        found = list(_at_an_end(scene, moment, ends) if moment.ends else () if moment.still else _in_motion(scene))
        findings.extend(_finding(name, scene, moment, *finding) for finding in found)
        also(scene, moment)

    walk(build, look, moments)
    return list({(f.moment.step, f.kind, f.message): f for f in reversed(findings)}.values())[::-1]


def lint_card(name: str, build: Build) -> list[Finding]:
    """What looks wrong on a title card."""
    findings = {}

    def look(card: TitleCard, moment: Moment) -> None:
        sight = see(card, FAINT)
        found = (*_outside(sight.texts, card.frame.safe, "the safe area"), *_on_each_other(sight.texts), *_letters(card, sight))
        findings.update({finding[:2]: _finding(name, card, moment, *finding) for finding in found})

    walk(build, look, MOMENTS)
    return list(findings.values())


def _finding(name: str, scene: ExplainerScene | TitleCard, moment: Moment, kind: str, message: str, by: float = 0.0) -> Finding:
    """A finding; by: how much, in units."""
    return Finding(name, moment, kind, message, by / PX * scene.frame.scale)


def _in_motion(scene: ExplainerScene) -> Iterator[tuple]:
    words = see(scene, FAINT).texts
    yield from _outside(map(_quoted, words), scene.frame.whole, "the frame")
    yield from _zones(scene, words)
    yield from _on_each_other(words)


def _at_an_end(scene: ExplainerScene, moment: Moment, ends: list[frozenset]) -> Iterator[tuple]:
    sight, heading = see(scene), own(scene)
    shapes = [shape for shape in sight.shapes if shape not in heading]
    yield from _outside(map(_quoted, sight.texts), scene.frame.safe, "the safe area")
    things = [box(_name(shape), [shape]) for shape in shapes]
    written = {shape for word in sight.texts for shape in word.shapes}
    yield from _outside([thing for thing in things if written.isdisjoint(thing.shapes)], scene.frame.whole, "the frame")
    yield from _zones(scene, things)
    yield from _on_each_other(sight.texts)
    yield from _boxes(sight)
    yield from _letters(scene, sight)
    yield from _caption(scene, moment)
    yield from (("provenance", problem) for problem in provenance.problems(scene))
    picture = frozenset(
        (_name(shape), *np.round(shape.points[::4].ravel(), 3), *shape.get_fill_rgbas().ravel()) for shape in shapes
    )
    if not picture:
        yield "empty", "nothing is on stage"
    if picture and picture in ends[-1:]:
        yield "same", "the picture is the one the step before ended on"
    ends.append(picture)


def _name(shape) -> str:
    return f"“{shape.string}”" if isinstance(shape, Label) else type(shape).__name__


def _quoted(word: Box) -> Box:
    return word._replace(what=f"“{word.what}”")


def _outside(things: Iterable[Box], room: Room, name: str) -> Iterator[tuple]:
    for thing in things:
        if (by := _beyond(thing, room)) > ALLOWED:
            yield "outside", f"{thing.what} leaves {name}", by


def _beyond(thing: Box, room: Room) -> float:
    (left, bottom), (right, top) = thing.edges.tolist()
    return max(room.left - left, right - room.right, room.bottom - bottom, top - room.top)


def _zones(scene: ExplainerScene, things: Sequence[Box]) -> Iterator[tuple]:
    heading = own(scene)
    for thing in things:
        if heading.isdisjoint(thing.shapes):
            (_, bottom), (_, top) = thing.edges.tolist()
            for name, by in (("title", top - scene.stage.top), ("caption", scene.stage.bottom - bottom)):
                if by > ALLOWED:
                    yield "zone", f"{thing.what} is in the zone of the {name}", by


def _on_each_other(words: Sequence[Box]) -> Iterator[tuple]:
    for a, b, by in overlaps([word for word in words if not _overlay(word)], TOUCHING):
        yield "overlap", f"“{a.what}” and “{b.what}” overlap", by


def _boxes(sight: Sight) -> Iterator[tuple]:
    """Words stand in a box or beside it, never across its edge, and nothing is drawn over them."""
    order = {shape: place for place, shape in enumerate(sight.shapes)}
    blocks = [shape for shape in order if isinstance(shape, Block) and not shape.overlay]
    if not blocks:
        return
    drawn, opaque = np.array([order[block] for block in blocks]), np.array([block.get_fill_opacity() > 0.9 for block in blocks])
    edges = np.array([box("", [block]).edges for block in blocks])                                              # (block, 2, 2)
    for word in (word for word in sight.texts if not _overlay(word)):
        low, high = word.edges
        common = (np.minimum(high, edges[:, 1]) - np.maximum(low, edges[:, 0])).min(-1)                         # (block,)
        beyond = np.maximum(edges[:, 0] - low, high - edges[:, 1]).max(-1)                                      # (block,)
        mine = order[word.shapes[0]]
        ground = drawn[opaque & (beyond <= ALLOWED) & (drawn < mine)].max(initial=-1)   # what lies below it is not seen
        across = np.where(drawn > ground, np.minimum(common, beyond), 0)
        over = np.where(opaque & (drawn > mine), common, 0)
        for kind, by, how in (("across", across, "stands across the edge of"), ("hidden", over, "is covered by")):
            if by.max() > ALLOWED:
                yield kind, f"“{word.what}” {how} a {type(blocks[int(by.argmax())]).__name__.lower()}", by.max()


def _overlay(word: Box) -> bool:
    return any(getattr(shape, "overlay", False) for shape in word.shapes)


def _letters(scene: ExplainerScene | TitleCard, sight: Sight) -> Iterator[tuple]:
    for label in sight.shapes:
        if isinstance(label, Label):
            if missing := scene.theme.fonts.missing(label.string):
                yield "glyph", f"the fonts have no “{missing}”, which “{label.string}” needs", 0.0
            least = scene.frame.digit if isinstance(label, Number) else SMALLEST_WORD
            if label.em < least - 1e-6:
                pixel = PX / scene.frame.scale
                yield "small", f"“{label.string}” is {label.em / pixel:.1f} px high, less than {least / pixel:.1f}", 0.0


def _caption(scene: ExplainerScene, moment: Moment) -> Iterator[tuple]:
    lines = [shape for thing in scene.announced for shape in thing.family_members_with_points() if isinstance(shape, Label)]
    if not lines:
        return
    if len(lines) > (most := scene.frame.lines["caption"]):
        yield "lines", f"the caption has {len(lines)} lines; shorten it to {most}", 0.0
    needed = reading_time(scene.caption(moment.step), scene.staging.words) / scene.spec.pace
    if moment.seconds < needed - 1e-6:
        yield "reading", f"the caption stands {moment.seconds:.1f} s and takes {needed:.1f} s to read", 0.0
