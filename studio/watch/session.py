"""A target that is watched: what there is to see of it now, and what comes of every save."""

import os
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from studio.errors import Problem
from studio.read.folders import shown
from studio.render import warm
from studio.watch import files
from studio.watch.news import Begun, Done, Filmed, Looked, News, Sound, Still, Wrong
from studio.watch.work import CLIPS, STILLS, Errand, work

KEPT = 400                                # pictures and clips that are remembered, so that what is taken back is there at once
DIED = Problem("the process that drew it died (out of memory?)", kind="failed")


@dataclass
class _Worker:
    """A process that works for a session."""

    what: str
    process: BaseProcess
    line: Connection
    scratch: Path
    done: bool = False


@dataclass
class Session:
    """A target, and what is known of it: `sound` is the last state that could be shown, `problems` are those of the state that is there,
    `advice` is what would look wrong in it.

    It has no threads and waits for nothing: `tick`, called some tens of times a second, looks for changes, takes what processes tell, and
    gives what is new. A change ends all work on what was there before. first: the step that somebody looks at, which is drawn first.
    """

    target: str
    overrides: Sequence[str] = ()
    first: str = ""
    sound: Sound | None = None
    problems: tuple[Problem, ...] = ()
    advice: tuple[Problem, ...] = ()
    stills: OrderedDict[str, Still] = field(default_factory=OrderedDict)
    clips: OrderedDict[str, Filmed] = field(default_factory=OrderedDict)
    workers: list[_Worker] = field(default_factory=list)

    def __post_init__(self):
        self.scratch = tempfile.mkdtemp(prefix="animformer-")
        self.watch = files.Watch(files.of_target(self.target))
        self.asked = 0
        self.begun = False

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_) -> None:
        self._stop()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def tick(self) -> list[News]:
        """What is new."""
        changed = self.watch.changed()
        news = [self._begin(changed)] if changed or not self.begun else []
        return news + [told for worker in tuple(self.workers) for told in self._heard(worker)]

    def ask(self, question: Mapping[str, Any]) -> int | None:
        """Asks about the trace (`facts.answer`). Returns the number that the Answer will have; None if there is nobody to ask."""
        for worker in self.workers:
            if worker.what == STILLS:
                self.asked += 1
                worker.line.send((self.asked, question))
                return self.asked
        return None

    def look_at(self, step: str) -> None:
        """Somebody looks at a step now: its clip comes before all that are not there yet."""
        self.first = step
        filming = next((worker for worker in self.workers if worker.what == CLIPS and not worker.done), None)
        if filming and any(shot.name == step and shot.key not in self.clips for shot in (self.sound.shots if self.sound else ())):
            self._end(filming)
            self._start(CLIPS, self._errand(self.clips))

    def _errand(self, have: Iterable[str]) -> Errand:
        return Errand(self.target, tuple(self.overrides), frozenset(have), self.first)

    def _begin(self, changed: frozenset[Path]) -> Begun:
        """Work begins anew, on what the files are now."""
        self._stop()
        if changed & self.watch.sources.code:
            warm.renew()
        self.begun, self.problems = True, ()
        for what, have in ((STILLS, self.stills), (CLIPS, self.clips)):
            self._start(what, self._errand(have))
        return Begun(tuple(sorted(map(shown, changed))))

    def _start(self, what: str, errand: Errand) -> None:
        scratch = Path(tempfile.mkdtemp(dir=self.scratch))
        with warm.unheard():
            context = warm.context(work.__module__)
            ours, theirs = context.Pipe()
            process = context.Process(target=work, args=(what, errand, theirs, str(scratch), dict(os.environ)), daemon=True)
            process.start()
        theirs.close()
        self.workers.append(_Worker(what, process, ours, scratch))

    def _stop(self) -> None:
        while self.workers:
            self._end(self.workers[-1])

    def _end(self, worker: _Worker) -> None:
        worker.process.kill()
        worker.process.join()
        worker.line.close()
        shutil.rmtree(worker.scratch, ignore_errors=True)
        self.workers.remove(worker)

    def _heard(self, worker: _Worker) -> Iterator[News]:
        """What a process has told since last time."""
        try:
            while worker.line.poll():
                told = worker.line.recv()
                worker.done |= isinstance(told, Done | Wrong)
                yield from self._take(told)
        except (EOFError, OSError):
            self._end(worker)
            if not worker.done:
                yield from self._take(Wrong((DIED,)))

    def _take(self, told: News) -> Iterator[News]:
        if isinstance(told, Wrong) and self.problems:       # both processes find out, and one is enough
            return
        match told:
            case Sound():
                self.sound, self.problems, self.advice = told, (), told.warnings
                self.watch.of(files.of_target(self.target) | told.sources)
                for kept in (self.stills, self.clips):
                    for shot in told.shots:
                        _keep(kept, shot.key, kept.get(shot.key))
            case Wrong():
                self.problems = told.problems
                self.watch.of(self.watch.sources | files.of_problems(told.problems))
            case Still():
                _keep(self.stills, told.shot.key, told)
            case Looked():
                self.advice += told.problems
            case Filmed():
                _keep(self.clips, told.shot.key, told)
        yield told


def _keep(kept: OrderedDict, key: str, thing: object) -> None:
    """Remembers a thing longest of all, and forgets what has been remembered longest."""
    if thing:
        kept[key] = thing
        kept.move_to_end(key)
    while len(kept) > KEPT:
        kept.popitem(last=False)
