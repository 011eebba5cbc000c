"""Characters that no font has."""

import unicodedata

from scenes.base.type import IDEOGRAPH, Fonts
from scenes.base.words import is_wide
from studio.errors import Problem, count, quoted

CJK_HINT = "install the Chinese fonts, pip install 'animformer[zh]', or name a font file in the theme's 'fonts'"


def no_glyph(text: str, fonts: Fonts, where: str, path: str) -> Problem | None:
    """The problem with a text some of whose characters no font has."""
    missing = fonts.missing(text)
    if not missing:
        return None
    first, others = missing[0], missing[1:]
    what = f"U+{ord(first):04X} ({unicodedata.name(first, 'a control or private character')})"
    lacks = f"{what}, nor for {count(len(others), 'other')}," if others else what
    wide = any(is_wide(c) and unicodedata.category(c)[0] in "LP" for c in missing)
    hint = CJK_HINT if wide and fonts.missing(IDEOGRAPH) else "write it in letters, or name a font that has it in the theme's 'fonts'"
    message = f"the fonts have no glyph for {lacks} in {quoted(text[max(0, text.index(first) - 20) :])}"
    return Problem(message, where, path, "no-glyph", hint)
