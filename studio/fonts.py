"""The fonts of the packages, and only those: what the system has installed changes no picture."""

import hashlib
import os
import tempfile
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from xml.sax.saxutils import escape

from studio.errors import RenderError

# In the order in which they are asked for a glyph. The second is there if the user has installed it.
PACKAGES = ("fontpkg-inter", "pylopdf-fonts-zh-cn")
NOT_FOR_TEXT = ("Italic", "Serif")
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


@cache
def load_fonts():
    """The fonts text is drawn with: a `scenes.type.Fonts`. RenderError if their package is not there."""
    from scenes.type import Fonts  # takes HarfBuzz, which a process that only looks something up does not need

    if not font_files():
        raise RenderError(f"there are no fonts; pip install {PACKAGES[0]}")
    return Fonts([file.read_bytes() for file in font_files()])


@cache
def cache_folder() -> Path:
    """A folder of this user's for what can be made again, or one for temporary files where there can be none."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    for folder in (home / "animformer", Path(tempfile.gettempdir()) / f"animformer-{os.getuid()}"):
        if folder.is_absolute() and _writable(folder):
            return folder
    return Path(tempfile.mkdtemp(prefix="animformer-"))


def use_project_fonts() -> None:
    """Make fontconfig, and so Pango and Typst, see our fonts alone. Has to come before manim is imported."""
    folders = sorted({str(file.parent) for file in font_files()})
    text = FONTCONFIG.format(
        folders="\n".join(f"  <dir>{escape(folder)}</dir>" for folder in folders),
        cache=escape(str(cache_folder() / "fontconfig")),
    )
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    file = cache_folder() / f"fonts-{name}.conf"
    if not file.exists():
        _write(file, text)
    os.environ["FONTCONFIG_FILE"] = str(file)


def _files(package: str) -> list[Path]:
    try:
        listed = files(package) or ()
    except PackageNotFoundError:
        return []
    return sorted(Path(file.locate()) for file in listed if file.suffix in (".ttf", ".otf"))


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder.stat().st_uid == os.getuid() and os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        return False


def _write(file: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as temporary:
        temporary.write(text)
    os.replace(temporary.name, file)
