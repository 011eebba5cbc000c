"""A deck on paper, for readers and for when no video will play: the last frame of every step, with its caption."""

import json
import tempfile
from pathlib import Path

import typst

from scenes.parts.equation import families
from studio.output.deck.slides import Deck
from studio.read.assets import ASSETS

GRIDS = {1: (1, 1), 2: (1, 2), 4: (2, 2), 6: (2, 3)}    # how many pictures on a page: across and down
LAYOUT = ASSETS / "deck" / "handout.typ"


def write(deck: Deck, path: Path, each: int) -> None:
    """Writes a handout as .pdf, so many pictures on a page (a key of GRIDS)."""
    across, down = GRIDS[each]
    slides = [{"chapter": chapter.title, "caption": slide.caption} for chapter in deck.chapters for slide in chapter.slides]
    slides = [said | {"picture": f"{number}.png"} for number, said in enumerate(slides)]
    fonts = deck.theme.fonts
    said = {"title": deck.title, "language": deck.language, "fonts": families(fonts), "across": across, "down": down, "slides": slides}
    with tempfile.TemporaryDirectory(prefix="animformer-") as folder:
        source = Path(folder) / LAYOUT.name
        source.write_bytes(LAYOUT.read_bytes())
        for named, slide in zip(slides, deck.slides, strict=True):
            (Path(folder) / named["picture"]).write_bytes(slide.picture)
        path.write_bytes(typst.compile(
            str(source), root=folder, font_paths=list(fonts.folders), ignore_system_fonts=True, sys_inputs={"deck": json.dumps(said)}
        ))
