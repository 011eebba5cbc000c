"""What this machine has and lacks, and how to mend it. Nothing is changed, and nothing has to be there to ask."""

import os
import platform
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module, metadata
from pathlib import Path

from studio.console import cores
from studio.errors import Problem, UserError, count
from studio.read import assets, fonts
from studio.read.folders import ROOT
from studio.render.cache import FOLDER, Cache

OK, BETTER, LACKS = "ok", "better", "lacks"
AGAIN = "run ./render.sh setup"
LEAST_PYTHON = (3, 11)
GIGABYTE = 1e9
ROOM, LEAST_ROOM = 2.0, 0.2               # gigabytes on the disk: of a film with its clips in the cache; below that not even a scene
OF_A_PROCESS = 0.5                        # gigabytes that one needs which draws at 1080p
LIBRARIES = {
    "cairo": ("cairo", lambda module: module.cairo_version_string(), "libcairo2-dev (apt), cairo-devel (dnf), cairo (brew, pacman)"),
    "pango": ("manimpango", lambda module: module.pango_version(), "libpango1.0-dev (apt), pango-devel (dnf), pango (brew, pacman)"),
    "ffmpeg's libraries": ("av", lambda module: ".".join(map(str, module.library_versions["libavcodec"])), "the package av, with them"),
}
ENCODERS = {
    "libx264": "MP4", "aac": "a voice", "mov_text": "subtitles in MP4", "libvpx-vp9": "WebM", "qtrle": "MOV", "prores_ks": "MOV, ProRes",
    "gif": "GIF", "libwebp_anim": "WebP",
}
NEEDED = ("libx264", "aac", "mov_text")   # without these there is no film
# What each extra gives.
EXTRAS = {
    "zh": "Chinese", "slides": "PowerPoint files (deck)", "checkpoints": "models of others whose words are in a tokenizer.json",
    "voice": "captions that are spoken", "hearing": "tests of whether speech is understood",
    "train": "a translator of your own words (train)",
    "cluster": "drawing on a Dask cluster (--cluster)", "notebook": "clips and stills in a notebook",
}
OF_AN_EXTRA = re.compile(r"(.*?)\s*;.*extra == ['\"]([\w-]+)['\"]")
MODELS = {"minilm": "reads any English sentence"}
REQUIREMENT = re.compile(r"([\w.-]+)(?:\[[^]]*\])?(?:==([\w.]+))?")


@dataclass(frozen=True)
class Finding:
    """What is to be said of one thing. state: OK, BETTER if it could be more, LACKS if it cannot be done without. mend: what to do."""

    name: str
    state: str
    found: str
    mend: str = ""


def findings() -> Iterator[Finding]:
    """All that is found on this machine, thing after thing."""
    yield python()
    yield packages()
    for name in LIBRARIES:
        yield library(name)
    for encoder, gives in ENCODERS.items():
        yield codec(encoder, gives)
    yield from (letters("en", "A"), letters("zh", "一"))
    yield weights()
    yield space("disk", Path.cwd())
    yield from cache()
    yield memory()
    for extra, wanted in extras().items():
        yield optional(extra, wanted)
    for name, gives in MODELS.items():
        yield model(name, gives)


def python() -> Finding:
    """Python itself."""
    found = f"{platform.python_version()}, {sys.executable}"
    wanted = ".".join(map(str, LEAST_PYTHON))
    if sys.version_info >= LEAST_PYTHON:
        return Finding("Python", OK, found)
    return Finding("Python", LACKS, found, f"install Python {wanted} or newer, then {AGAIN}")


def packages() -> Finding:
    """The packages that everything needs."""
    wrong = []
    wanted = [REQUIREMENT.match(line).groups() for line in _requirements()]
    for name, version in wanted:
        there = _version(name)
        if there is None or version and there != version:
            wrong.append(f"{name} {'is missing' if there is None else f'is {there}, not {version}'}")
    if wrong:
        return Finding("Python packages", LACKS, ", ".join(wrong), AGAIN)
    return Finding("Python packages", OK, count(len(wanted), "package"))


def _requirements() -> list[str]:
    project = _project()
    return project["dependencies"] if project else [line for line in metadata.requires("animformer") or () if "extra ==" not in line]


def _project() -> dict:
    """What pyproject.toml says of the project; nothing where there is no checkout."""
    file = ROOT / "pyproject.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))["project"] if file.is_file() else {}


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def library(name: str) -> Finding:
    """A library of the system's."""
    module, version, packages = LIBRARIES[name]
    return _tried(name, lambda: version(import_module(module)), f"install {packages}, then {AGAIN}")


def codec(name: str, gives: str) -> Finding:
    """An encoder in ffmpeg's libraries."""
    def look() -> str:
        import_module("av").codec.Codec(name, "w")
        return gives

    found = _tried(f"encoder {name}", look, f"{sys.executable} -m pip install --force-reinstall --no-deps av")
    return found if name in NEEDED else _spared(found)


def letters(language: str, letter: str) -> Finding:
    """The fonts of a language."""
    def look() -> str:
        if missing := fonts.load_fonts(language=language).missing(letter):
            raise LookupError(f"no glyph for {missing}")
        return ", ".join(fonts.font_packages())

    found = _tried(f"fonts for {language}", look, _pip("zh") if language == "zh" else AGAIN)
    return found if language == "en" else _spared(found)


def weights() -> Finding:
    """The translator that the project brings along."""
    return _tried("translator", lambda: f"{len(assets.checkpoint('translator').vocabulary)} English words", "git checkout assets/weights")


def space(name: str, folder: Path, to: str = "make room, or name another folder with --output") -> Finding:
    """What is free on the disk that a folder is on."""
    free = shutil.disk_usage(folder).free / GIGABYTE
    state = OK if free >= ROOM else BETTER if free >= LEAST_ROOM else LACKS
    return Finding(name, state, f"{free:.1f} GB free at {folder}", "" if state == OK else to)


def cache() -> Iterator[Finding]:
    """Where clips are kept, and how much there is."""
    try:
        info = Cache().info()
    except UserError as error:
        yield Finding("cache", LACKS, str(error.problems[0]), error.problems[0].hint)
        return
    there = next(folder for folder in (Path(info["folder"]), *Path(info["folder"]).parents) if folder.is_dir())
    name = f"{info['folder']}: {count(info['clips'], 'clip')}, {info['bytes'] / 1e6:.0f} of {info['limit'] / 1e6:.0f} MB"
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        yield Finding("cache", BETTER, f"{there} cannot be written to: {error.strerror}", f"name another folder in ${FOLDER}")
    else:
        yield Finding("cache", OK, name)
        if os.stat(there).st_dev != os.stat(Path.cwd()).st_dev:
            yield space("disk of the cache", there, "animformer cache clear")


def memory() -> Finding:
    """Cores and memory, and whether these are enough for those."""
    there, number = _memory(), cores()
    fits = max(1, int(there / OF_A_PROCESS))
    found = f"{count(number, 'core')}, {there:.1f} GB"
    return Finding("cores, memory", *(OK, found) if fits >= number else (BETTER, found, f"draw with fewer processes: --jobs {fits}"))


def _memory() -> float:
    """Gigabytes that this process may use: those of the machine, or of the container if that has fewer."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for file in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        said = Path(file).read_text().strip() if os.path.isfile(file) else ""
        whole = min(whole, int(said)) if said.isdecimal() else whole
    return whole / GIGABYTE


def extras() -> dict[str, list[str]]:
    """The packages that each extra is made of, but for what is only for tests."""
    project = _project()
    found = project["optional-dependencies"] if project else {}
    for line in () if project else metadata.requires("animformer") or ():
        if of := OF_AN_EXTRA.fullmatch(line):
            found.setdefault(of[2], []).append(of[1])
    named = {extra: [REQUIREMENT.match(line)[1] for line in lines if not line.startswith("animformer")] for extra, lines in found.items()}
    return {extra: packages for extra, packages in named.items() if extra != "test"}


def optional(extra: str, wanted: Sequence[str]) -> Finding:
    """An extra, and what it gives. wanted: its packages."""
    gives, there = EXTRAS.get(extra, "more"), {name: _version(name) for name in wanted}
    if missing := [name for name, version in there.items() if version is None]:
        return Finding(f"extra [{extra}]", BETTER, f"{', '.join(missing)} missing, for: {gives}", _pip(extra))
    return Finding(f"extra [{extra}]", OK, f"{', '.join(f'{name} {version}' for name, version in there.items())}: {gives}")


def model(name: str, gives: str) -> Finding:
    """A model that can be fetched."""
    folder = assets.weights_folder(name)
    there = folder.is_dir()
    return Finding(f"model {name}", OK if there else BETTER, f"{folder}: {gives}" if there else f"not here; it {gives}",
                   "" if there else f"animformer get {name}")


def _pip(extra: str) -> str:
    """How an extra is installed: into the environment that runs."""
    checkout = (ROOT / "pyproject.toml").is_file()
    return f"{sys.executable} -m pip install " + (f"-e '{ROOT}[{extra}]'" if checkout else f"'animformer[{extra}]'")


def _spared(found: Finding) -> Finding:
    """The same of something that can be done without."""
    return replace(found, state=BETTER) if found.state == LACKS else found


def _tried(name: str, look: Callable[[], str], mend: str) -> Finding:
    try:
        return Finding(name, OK, look())
    except Exception as error:            # whatever is broken here, what is wrong is what it says
        problem = error.problems[0] if isinstance(error, UserError) else Problem(f"{type(error).__name__}: {error}")
        return Finding(name, LACKS, " ".join(str(problem).split()), mend)
