"""Which files something is made from, and whether they have changed.

Their sizes and times are asked for, some hundred files many times a second: that costs one or two hundredths of a core, needs no
thread, and holds for every editor, file system and container, which what the system tells of changes does not.
"""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scenes.base.spec import SceneSpec
from studio.errors import Problem, UserError
from studio.read import assets, folders
from studio.read.spec import find
from studio.read.words import is_path
from studio.render import inputs

OF_A_SCENE = (".py", ".yaml", ".npz")     # what a scene's folder holds


@dataclass(frozen=True)
class Sources:
    """What something is made from. folders: where files may come and go that also are. code: what has drawn it that is loaded but once."""

    files: frozenset[Path]
    folders: frozenset[Path] = frozenset()
    code: frozenset[Path] = frozenset()

    def __or__(self, other: "Sources") -> "Sources":
        return Sources(self.files | other.files, self.folders | other.folders, self.code | other.code)


def of_target(target: str) -> Sources:
    """What a target is read from, as far as it is there."""
    path = Path(os.path.expanduser(target))
    here = {path.absolute()} if path.suffix else set()
    with suppress(UserError):
        here = {found.absolute() for found, _ in find(target)}
    return Sources(frozenset(here), frozenset(file.parent for file in here if file.name == folders.YAML))


def of_problems(problems: Iterable[Problem]) -> Sources:
    """The files in which something is wrong."""
    return Sources(frozenset(path.absolute() for problem in problems if (path := Path(problem.where.partition(":")[0])).is_file()))


def of_scenes(specs: Sequence[SceneSpec]) -> Sources:
    """What scenes are read, drawn and told from."""
    files, homes, code = set(), {folders.folder(spec.scene) for spec in specs}, set()
    for spec in specs:
        files |= {Path(spec.source), *assets.theme_files(spec.theme), *assets.weights_files(spec.model.weights)}
        files |= {Path(voice.path) for voice in spec.voice.values()} | ({Path(spec.language)} if is_path(spec.language) else set())
    for home in homes:
        code |= set(inputs.files_of(home)) - set(_inside(home.path))
    return Sources(frozenset(file.absolute() for file in files), frozenset(home.path for home in homes), frozenset(code))


class Watch:
    """Whether files have changed since last asked. A change counts once it has stood still from one look to the next."""

    def __init__(self, sources: Sources):
        self.seen: dict[Path, tuple | None] = {}
        self.settled: dict[Path, tuple | None] = {}
        self.of(sources)

    def of(self, sources: Sources) -> None:
        """From now on these are looked at; what is new among them is taken as it is."""
        self.sources = sources
        now = self._look()
        self.seen, self.settled = ({path: known.get(path, state) for path, state in now.items()} for known in (self.seen, self.settled))

    def changed(self) -> frozenset[Path]:
        """What has changed, come or gone."""
        before, self.seen = self.seen, self._look()
        if self.seen != before or self.seen == self.settled:
            return frozenset()
        found = frozenset(path for path in self.seen.keys() | self.settled.keys() if self.seen.get(path) != self.settled.get(path))
        self.settled = self.seen
        return found

    def _look(self) -> dict[Path, tuple | None]:
        inside = [path for folder in self.sources.folders for path in _inside(folder)]
        return {path: _state(path) for path in (*self.sources.files, *self.sources.code, *inside)}


def _inside(folder: Path) -> Iterable[Path]:
    """The files in the folder of a scene."""
    with suppress(OSError):
        return [folder / name for name in os.listdir(folder) if name.endswith(OF_A_SCENE) and not name.startswith(".")]
    return []


def _state(path: Path) -> tuple | None:
    """What is another when a file is another; None if there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
