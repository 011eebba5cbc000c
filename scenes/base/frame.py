"""Frame: a picture's size and its zones."""

from dataclasses import dataclass, replace

from scenes.base.room import FRAME_HEIGHT, GAP, PX, Room

MARGIN, EDGE = 64 * PX, 14 * PX           # at the sides, and above and below, where no text stands
TITLE, CAPTION, BETWEEN = 100 * PX, 118 * PX, 2 * PX      # heights of the zones above and below the stage, and between it and the caption
MAP_WIDTH, MAP_HEIGHT = 250 * PX, 84 * PX
QUESTION = 0.26                           # share of the width that the running question may take
BARE = 40 * PX                            # margin where nothing stands around the stage
FURNITURE = ("full", "caption", "none")   # what stands around the stage: title, map and caption; the caption; nothing


@dataclass(frozen=True)
class Frame:
    """The whole picture and its zones: what is shown stands on the stage, what is said of it above and below.

    safe: where text may stand at all. title, question and map stand side by side above the stage.
    """

    whole: Room
    safe: Room
    title: Room
    question: Room
    map: Room
    stage: Room
    caption: Room

    @classmethod
    def of(cls, width: float, height: float = FRAME_HEIGHT, furniture: str = "full") -> "Frame":
        """A frame of a size, in manim units. furniture: one of FURNITURE; the room of what is not there goes to the stage."""
        whole = Room.around((0, 0), width, height)
        wide = whole.inset(BARE if furniture == "none" else MARGIN)
        line, caption = wide.strip(top=TITLE), wide.strip(bottom=CAPTION)
        the_map = line.strip(right=MAP_WIDTH).fit(height=MAP_HEIGHT)
        left = line.trim(right=MAP_WIDTH + GAP)
        question = left.strip(right=QUESTION * wide.width)
        title = replace(left, right=question.left - GAP)
        stage = wide.trim(top=TITLE if furniture == "full" else BARE, bottom=BARE if furniture == "none" else CAPTION + BETWEEN)
        return cls(whole, whole.inset(MARGIN if furniture != "none" else EDGE, EDGE), title, question, the_map, stage, caption)


WIDE = {furniture: Frame.of(128 / 9, furniture=furniture) for furniture in FURNITURE}      # 16 : 9
