"""The fonts of the packages and those that a theme names, and only those: what the system has installed changes no picture."""

import html
import os
import tempfile
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, files, version
from pathlib import Path

from studio.errors import RenderError
from studio.store import files as stored
from studio.store.digest import digest
from studio.store.kept import kept
from studio.store.store import cache_folder, not_kept

TYPESETTING = Path(__file__).resolve().parents[2] / "scenes/parts/equation.py"
# In the order in which they are asked for a glyph. The second is there if the user has installed it.
PACKAGES = ("fontpkg-inter", "pylopdf-fonts-zh-cn")
NOT_FOR_TEXT = ("Italic", "Serif")
OUTLINES = {"glyf", "CFF ", "CFF2"}       # the tables that hold them
WANTED = "name OpenType or TrueType files, from the folder of the theme"
FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
{folders}
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


@cache
def font_files() -> tuple[Path, ...]:
    """The upright sans-serif font files of the installed packages."""
    return tuple(file for package in PACKAGES for file in _files(package) if not any(word in file.name for word in NOT_FOR_TEXT))


def font_packages() -> tuple[str, ...]:
    """The packages of PACKAGES that are installed."""
    return tuple(package for package in PACKAGES if _files(package))


@lru_cache(16)
def load_fonts(own: tuple[Path, ...] = (), language: str = "en"):
    """The fonts text in a language is drawn with, `own` files before those of the packages: a `scenes.base.type.Fonts`.

    RenderError if the package that must be there is not.
    """
    from scenes.base.type import Fonts  # takes HarfBuzz, which a process that only looks something up does not need

    if not font_files():
        raise RenderError(f"there are no fonts; pip install {PACKAGES[0]}")
    files = own + font_files()
    changed = [(str(file), file.stat().st_mtime_ns) for file in files]
    formulas = version("typst"), version("svgelements"), TYPESETTING, language, changed
    return Fonts([file.read_bytes() for file in files], [_folder(file).name for file in files], language,
                 lambda find, source: kept(find, source, *formulas))


def wrong_with(file: Path) -> str:
    """Why a file is no font that text can be drawn with, or nothing."""
    from uharfbuzz import Face

    if not os.path.isfile(file):  # unlike Path.is_file, takes any name
        return "is not there"
    try:
        face = Face(file.read_bytes())
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if not face.glyph_count or not face.unicodes:
        return "is no font that can be read"
    return "" if OUTLINES.intersection(face.table_tags) else "is a font without outlines"


@cache
def _folder(file: Path) -> tempfile.TemporaryDirectory:
    """A folder that holds one font alone: Typst is told of folders, and looks into all that is in them."""
    folder = tempfile.TemporaryDirectory(prefix="animformer-")
    os.symlink(file.resolve(), Path(folder.name) / "font.otf")
    return folder


def use_project_fonts() -> None:
    """Make fontconfig, and so Pango and Typst, see our fonts alone. Has to come before manim is imported.

    Where that cannot be written down, they see what there is, and a warning says so.
    """
    folders = sorted({str(file.parent) for file in font_files()})
    text = FONTCONFIG.format(
        folders="\n".join(f"  <dir>{html.escape(folder)}</dir>" for folder in folders),
        cache=html.escape(str(cache_folder() / "fontconfig")),
    )
    name = digest(text.encode())[:16]
    file = cache_folder() / f"fonts-{name}.conf"
    try:
        if not os.path.exists(file):
            stored.write(file, text.encode())
    except RenderError as error:
        not_kept(cache_folder(), error)
    else:
        os.environ["FONTCONFIG_FILE"] = str(file)


def _files(package: str) -> list[Path]:
    try:
        listed = files(package) or ()
    except PackageNotFoundError:
        return []
    return sorted(Path(file.locate()) for file in listed if file.suffix in (".ttf", ".otf"))
