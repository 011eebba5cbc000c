"""A deck for manim-slides: its JSON and the clips beside it, which `manim-slides present` and `convert` read."""

import json
from pathlib import Path

from studio.output.deck.slides import Deck
from studio.store import files


def write(deck: Deck, path: Path) -> None:
    """Writes a deck as .json. Clips go to the folder `files` beside it, and are named as seen from the folder above.

    Backwards a clip plays as it does forwards: its end stands where the one before it begins.
    """
    folder, slides = path.parent / "files", []
    for number, slide in enumerate(deck.slides, 1):
        file = folder / f"{number:03}.mp4"
        files.write(file, slide.movie)
        place = str(file.relative_to(path.parent.parent))
        slides.append({"file": place, "rev_file": place, "loop": deck.loop, "notes": slide.caption})
    size = [deck.quality.width, deck.quality.height]
    said = {"slides": slides, "resolution": size, "background_color": deck.theme.colours["background"]}
    path.write_text(json.dumps(said, indent=2, ensure_ascii=False), encoding="utf-8")
