"""Frame: a picture's size and its zones."""

from dataclasses import dataclass, replace

from scenes.base.room import FRAME_HEIGHT, Room

MARGIN = 0.05                             # share of the frame's sides that no text enters
TITLE, CAPTION, BETWEEN = 0.85, 1.06, 0.2  # heights of the title's zone and of the caption's, and between them and the stage


@dataclass(frozen=True)
class Frame:
    """The whole picture and its zones: what is shown stands on the stage, what is said of it above and below.

    safe: where text may stand at all.
    """

    whole: Room
    safe: Room
    title: Room
    stage: Room
    caption: Room

    @classmethod
    def of(cls, width: float, height: float = FRAME_HEIGHT) -> "Frame":
        """A frame of a size, in manim units."""
        whole = Room.around((0, 0), width, height)
        safe = whole.inset(MARGIN * width, MARGIN * height)
        title, caption = replace(safe, bottom=safe.top - TITLE), replace(safe, top=safe.bottom + CAPTION)
        return cls(whole, safe, title, replace(safe, bottom=caption.top + BETWEEN, top=title.bottom - BETWEEN), caption)


WIDE = Frame.of(128 / 9)                  # 16 : 9
