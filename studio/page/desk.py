"""What the page shows, as JSON, and the one file that it writes."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from studio.errors import Problem, UserError
from studio.page.making import Making
from studio.read import folders
from studio.read.spec import find
from studio.store import files
from studio.store.digest import digest
from studio.watch.news import Answer, Begun, Done, Filmed, News, Sound, Still, Wrong
from studio.watch.session import Session
from studio.watch.work import CLIPS, STILLS

QUEUE = 100                               # states that a tab may be behind before it is let go
SECONDS = 10.0                            # to wait for an answer


class Desk:
    """A session, the tabs that follow it, and what they ask for."""

    def __init__(self, session: Session, out: Path):
        self.session, self.path = session, yaml_of(session.target)
        self.making = Making(session.target, session.overrides, out, self.publish)
        self.tabs: set[asyncio.Queue] = set()
        self.questions: dict[int, asyncio.Future] = {}
        self.began, self.times, self.busy = time.monotonic(), {}, {STILLS, CLIPS}

    def tick(self) -> None:
        """Takes what is new, and passes it on."""
        self.making.tick()
        news = self.session.tick()
        for each in news:
            self._note(each)
        if any(not isinstance(each, Answer) for each in news):
            self.publish()

    def state(self) -> dict[str, Any]:
        """All that a tab shows."""
        session = self.session
        shots = session.sound.shots if session.sound else ()
        return {
            "file": folders.shown(self.path), "version": self.read()["version"],
            "shots": [asdict(shot) | self._seen(shot.key) for shot in shots], "facts": dict(session.sound.facts) if session.sound else {},
            "problems": [asdict(problem) for problem in session.problems],
            "warnings": [asdict(problem) for problem in session.advice],
            "busy": bool(self.busy), "times": self.times, "making": self.making.state,
        }

    def steps(self) -> set[str]:
        """The steps that there are, `scene/step`."""
        return {shot.name for shot in self.session.sound.shots} if self.session.sound else set()

    def publish(self) -> None:
        """Every tab gets the state; one that does not keep up is let go, and begins again when it comes back."""
        state = self.state()
        for tab in tuple(self.tabs):
            if tab.full():
                self.tabs.discard(tab)
            else:
                tab.put_nowait(state)

    def read(self) -> dict[str, str]:
        """The text of the YAML, its lines ended by line feeds alone, and what it is known by: nothing, if it is no text or not there."""
        data = self._data()
        try:
            return {"text": data.decode().replace("\r\n", "\n"), "version": digest(data)}
        except UnicodeDecodeError:
            return {"text": data.decode(errors="replace"), "version": ""}

    def write(self, text: str, base: str) -> bool:
        """Writes the YAML, its lines ended as they were, unless it is no longer the one that the text was made from."""
        before = self._data()
        if digest(before) != base:
            return False
        files.write(self.path, (text.replace("\n", "\r\n") if b"\r\n" in before else text).encode(), flush=False)
        return True

    def _data(self) -> bytes:
        try:
            return self.path.read_bytes()
        except OSError:
            return b""

    async def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """What the trace says."""
        number = self.session.ask(question)
        if number is None:
            return {"problem": "the tensors are there when the file is sound"}
        self.questions[number] = asyncio.get_running_loop().create_future()
        try:
            return await asyncio.wait_for(self.questions[number], SECONDS)
        except TimeoutError:
            return {"problem": "it takes too long; ask again"}
        finally:
            self.questions.pop(number, None)

    def _answer(self, number: int, found: dict[str, Any]) -> None:
        if (waiting := self.questions.get(number)) and not waiting.done():
            waiting.set_result(found)

    def _seen(self, key: str) -> dict[str, Any]:
        still = self.session.stills.get(key)
        return {"still": bool(still), "clip": key in self.session.clips} | ({"caption": still.caption} if still else {})

    def _note(self, news: News) -> None:
        seconds = round(time.monotonic() - self.began, 2)
        match news:
            case Begun():
                self.began, self.times, self.busy = time.monotonic(), {}, {STILLS, CLIPS}
                for number in self.questions:
                    self._answer(number, {"problem": "the file has changed meanwhile; ask again"})
            case Answer():
                self._answer(news.number, news.found)
            case Sound():
                self.times = {"checked": seconds}
            case Wrong():
                self.busy = set()
            case Still():
                self.times.setdefault("still", seconds)
            case Filmed():
                self.times.setdefault("clip", seconds)
            case Done():
                self.busy.discard(news.what)


def yaml_of(target: str) -> Path:
    """The one file that a target stands for. UserError if it is one that the project brings along, or there are several."""
    found: Sequence[tuple[Path, str]] = find(target)
    path = found[0][0].absolute()
    if len(found) > 1:
        raise UserError([Problem("is a folder of several scenes", target, kind="many", hint="name one of them")])
    if path.is_relative_to(folders.SCENES):
        hint = f"make one of your own: animformer new mine.yaml --from {path.parent.name if path.name == folders.YAML else path.stem}"
        raise UserError([Problem("is a file of animformer's own, which the page does not write", target, kind="ours", hint=hint)])
    if not path.is_file():
        raise UserError([Problem("is not there", target, kind="no-file", hint=f"make it: animformer new {target} --from multi_head")])
    return path
