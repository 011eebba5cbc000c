"""Frame: a picture's size, its zones, and how large its type is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from scenes.base.room import GAP, PX, SHORTER_SIDE, Room
from scenes.base.shape import shape
from scenes.base.theme import SMALLEST_DIGIT

MARGIN, EDGE = 64 * PX, 14 * PX           # at the sides, and above and below, where no text stands
TITLE, CAPTION, BETWEEN = 100 * PX, 118 * PX, 2 * PX      # heights of the zones above and below the stage, and between it and the caption
LINE = 40 * PX                            # of the running question, where it has a line of its own
MORE = 47.5 * PX                          # a third line of the caption
MAP_WIDTH, MAP_HEIGHT = 250 * PX, 84 * PX
QUESTION = 0.26                           # share of the width that the running question may take beside the title
ROOMY, NARROW, SLIM = 12.0, 9.0, 6.5      # widths, in units, below which question and title part, the title wraps, the caption has a line more
HIGH = 7.0                                # height, in units, below which a picture takes it all
BARE = 25 / 432                           # margin where nothing stands around the stage: 40 pixels of 16:9; all shapes lose the same share
TALL, ABOVE, BELOW = 1.5, 0.12, 0.2       # height for its width from which a phone's player lies over a frame, and over which shares of it
SCALES = {"normal": 1.0, "large": 1.4}    # of all that is drawn, by the type: large is for a lecture hall
DIGITS = {"normal": SMALLEST_DIGIT, "large": 44 * PX / 1.4}     # em size of the smallest ones, in units
FURNITURE = ("full", "caption", "none")   # what stands around the stage: title, map and caption; the caption; nothing


@dataclass(frozen=True)
class Frame:
    """The whole picture and its zones: what is shown stands on the stage, what is said of it above and below.

    Its shorter side has 8 units, or fewer with larger type: all is drawn larger, and there is less room for it.
    safe: where text may stand at all. title, question and map stand side by side above the stage, or the question below the title.
    lines: how many the title and the caption may have. digit: em size of the smallest digits. scale: pixels of 1080p for one of ours.
    """

    whole: Room
    safe: Room
    title: Room
    question: Room
    map: Room
    stage: Room
    caption: Room
    lines: Mapping[str, int]
    digit: float
    scale: float

    @property
    def is_roomy(self) -> bool:
        """Whether there is room beside and below a picture for what is said of it, as there is in a wide frame with normal type."""
        return self.whole.width >= ROOMY and self.whole.height >= HIGH

    @property
    def is_slim(self) -> bool:
        """Whether more than a few things do not stand side by side in it."""
        return self.whole.width < NARROW

    @property
    def below_map(self) -> Room:
        """The stage without what the map takes of its height."""
        return self.stage.trim(top=max(0, self.stage.top - self.map.bottom))

    @classmethod
    @cache
    def of(cls, frame: str = "wide", furniture: str = "full", type: str = "normal") -> "Frame":
        """A frame of a shape (`shape`). furniture: one of FURNITURE; the room of what is not there goes to the stage. type: of SCALES."""
        scale, (width, height) = SCALES[type], shape(frame)
        unit = SHORTER_SIDE / scale / min(width, height)
        whole = Room.around((0, 0), unit * width, unit * height)
        bare = BARE * whole.width * whole.height / (whole.width + whole.height)
        tall = whole.height >= TALL * whole.width and furniture != "none"     # a bare picture is laid into another, where no player is
        clear = whole.trim(top=ABOVE * whole.height, bottom=BELOW * whole.height) if tall else whole
        inner = clear.inset(bare if furniture == "none" else MARGIN / scale)
        lines = {"title": 2 if whole.width < NARROW else 1, "caption": 3 if whole.width < SLIM else 2}
        caption = CAPTION + MORE * (lines["caption"] - 2)
        title, question, the_map, top = _heading(inner, whole.width)
        stage = inner.trim(top=top if furniture == "full" else bare, bottom=bare if furniture == "none" else caption + BETWEEN)
        safe = clear.inset((EDGE if furniture == "none" else MARGIN) / scale, 0 if tall else EDGE / scale)
        return cls(whole, safe, title, question, the_map, stage, inner.strip(bottom=caption), lines, DIGITS[type], scale)


def _heading(inner: Room, width: float) -> tuple[Room, Room, Room, float]:
    """The rooms of title, question and map in a frame of a width, and what they take together of its height."""
    top = TITLE if width >= NARROW else TITLE + LINE
    line = inner.strip(top=top)
    the_map = line.strip(right=MAP_WIDTH).strip(top=TITLE).fit(height=MAP_HEIGHT)
    left = line.trim(right=MAP_WIDTH + GAP)
    if width < ROOMY:
        return left.trim(bottom=LINE, top=EDGE), left.strip(bottom=LINE), the_map, top
    question = left.strip(right=QUESTION * inner.width)
    return replace(left, right=question.left - GAP), question, the_map, top
