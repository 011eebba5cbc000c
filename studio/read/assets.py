"""What the project brings along, its themes and its trained weights; and weights that were fetched, or are the user's own."""

import os
from functools import lru_cache
from pathlib import Path

from model import Checkpoint, pretrained
from studio.errors import Problem, UserError, did_you_mean, quoted
from studio.read import fonts, yaml_file
from studio.read.folders import ROOT, shown
from studio.read.words import code, is_path

ASSETS = ROOT / "assets"
THEMES, WEIGHTS, LEXICON = ASSETS / "themes", ASSETS / "weights", ASSETS / "lexicon/english-french.yaml"
RANDOM = "random"
FETCHED = ("minilm",)                     # weights that `animformer get` fetches
OURS = "weights.npz"
OF_WEIGHTS = (OURS, *pretrained.FILES)    # the files that weights may be in
A_MODEL = f"a folder of `animformer train` has {OURS}, one of BERT, DistilBERT, RoBERTa or GPT-2 has config.json and model.safetensors"


def themes() -> tuple[str, ...]:
    """The names of the themes."""
    return _stems(THEMES)


def trained() -> tuple[str, ...]:
    """The names of the trained weights."""
    return tuple(sorted(path.parent.name for path in WEIGHTS.glob(f"*/{OURS}")))


def named() -> tuple[str, ...]:
    """All that weights can be called which are no folder."""
    return (RANDOM, *trained(), *FETCHED)


def weights_folder(weights: str) -> Path:
    """The folder of the weights of that name, or of that path."""
    if weights in FETCHED:
        return data_folder() / weights
    return WEIGHTS / weights if weights in trained() else Path(weights)


def is_wanting(weights: object) -> bool:
    """Whether what a YAML says of weights is the name of some that are to be fetched first."""
    return isinstance(weights, str) and weights in FETCHED and not weights_folder(weights).is_dir()


def weights_files(weights: str) -> tuple[Path, ...]:
    """The files that weights are in."""
    if weights == RANDOM:
        return ()
    folder = weights_folder(weights)
    return tuple(folder / name for name in OF_WEIGHTS if (folder / name).is_file()) or (folder / OURS,)


def checkpoint(weights: str) -> Checkpoint:
    """The trained weights of that name, or in the folder of that path. Raises UserError if there are none."""
    folder = weights_folder(weights)
    if not os.path.isdir(folder):         # unlike Path.is_dir, takes any name
        message, hint = f"there is no folder {shown(folder)}", did_you_mean(folder.name, named(), "name the folder of a model or one of")
        if weights in FETCHED:
            message, hint = f"the weights '{weights}' are not here yet", f"fetch them with: animformer get {weights}"
        raise UserError([Problem(message, kind="no-file", hint=hint)])
    try:
        there = [file for file in weights_files(weights) if file.is_file()]
        return _checkpoint(folder, weights, tuple((file.name, file.stat().st_mtime_ns) for file in there))
    except OSError as error:
        message = f"{shown(folder / Path(error.filename or OURS).name)} cannot be read: {error.strerror or error}"
        raise UserError([Problem(message, kind="unreadable", hint=A_MODEL)]) from error
    except ValueError as error:
        raise UserError([Problem(f"{shown(folder)}/{error}", kind="unreadable")]) from error


@lru_cache(maxsize=4)
def _checkpoint(folder: Path, name: str, files: tuple) -> Checkpoint:
    if (folder / OURS).exists() or not pretrained.is_folder(folder):
        try:
            return Checkpoint.load(folder / OURS, name)
        except ValueError as error:
            raise ValueError(f"{OURS} {error}") from error
    return pretrained.load(folder, name)


def data_folder() -> Path:
    """Where this user keeps what was fetched."""
    home = Path(os.path.expanduser(os.environ.get("XDG_DATA_HOME") or "~/.local/share"))
    return home / "animformer"


def theme_file(theme: str) -> Path:
    """The file of a theme: one of `themes()` or a path."""
    return Path(theme) if is_path(theme) else THEMES / f"{theme}.yaml"


def theme_files(theme: str) -> tuple[Path, ...]:
    """The file of a theme, and the font files that it names. Raises UserError if it cannot be read."""
    file = theme_file(theme)
    return file, *_own_fonts(yaml_file.sound(file, shown(file)), file.parent)[0]


def theme(name: str, language: str = "en"):
    """The theme of that name or path, a `scenes.base.theme.Theme`, for a language. UserError with all that is wrong in its file."""
    from scenes.base.theme import Theme  # takes HarfBuzz, slow to start

    file = theme_file(name)
    layer = yaml_file.sound(file, shown(file))
    files, problems = _own_fonts(layer, file.parent)
    try:
        mapping = {key: value for key, value in layer.values.items() if key != "fonts"}
        theme = Theme.from_mapping(mapping, fonts.load_fonts(files, code(language)))
    except ValueError as error:
        problems += [_located(message, layer, shown(file)) for message in error.args[0]]
    if problems:
        raise UserError(problems)
    return theme


def place(path: str, theme: str) -> str:
    """Where a key stands in the file of a theme."""
    file = theme_file(theme)
    return _place(path, yaml_file.sound(file, shown(file)), shown(file))


def _own_fonts(layer: yaml_file.Layer, folder: Path) -> tuple[tuple[Path, ...], list[Problem]]:
    """The font files that a theme names, and what is wrong with them; they are looked for in the folder of the theme."""
    said = layer.values.get("fonts", [])
    if not isinstance(said, list) or not all(isinstance(name, str) for name in said):
        message = f"must be a list of font files: [a.otf, b.ttf], not {quoted(said)}"
        return (), [Problem(message, layer.places["fonts",].value, "fonts", "wrong-type")]
    files = tuple(folder / os.path.expanduser(name) for name in said)
    problems = [
        Problem(f"{shown(file)} {wrong}", layer.places["fonts", number].value, f"fonts.{number}", "font", fonts.WANTED)
        for number, file in enumerate(files) if (wrong := fonts.wrong_with(file))
    ]
    return (() if problems else files), problems


def _located(message: str, layer: yaml_file.Layer, name: str) -> Problem:
    path, _, what = message.partition(": ")
    place = layer.places[path,].key if what.startswith("unknown key") else _place(path, layer, name)
    return Problem(what, place, path, "theme")


def _place(path: str, layer: yaml_file.Layer, name: str) -> str:
    """Where the value of a key stands, or the key that should hold it, or the file."""
    found = layer.place(path, name)
    return found.value if next(yaml_file.ancestry(path)) in layer.places else found.key


def _stems(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))
