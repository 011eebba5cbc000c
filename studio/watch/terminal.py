"""A target that is watched, told line by line; its pictures and clips as files that are replaced as they change."""

import json
import time
from dataclasses import asdict
from pathlib import Path

from studio.console import say, tell, tell_problems, warn
from studio.errors import count
from studio.store import files
from studio.watch.news import Begun, Done, Filmed, Looked, News, Shot, Sound, Still, Wrong
from studio.watch.session import Session

TICK = 0.03                               # seconds
FOLDER = "watch"                          # of the output folder


def follow(session: Session, out: Path, as_json: bool = False) -> None:
    """Writes `out/watch/SCENE/01-STEP.png` and `.mp4` for each step whenever it changes, and says so, until it is interrupted."""
    files.check_writable(out / FOLDER, [])
    telling = _Telling(session, out / FOLDER, as_json)
    while True:
        for news in session.tick():
            telling.tell(news)
        time.sleep(TICK)


class _Telling:
    """Says what is new, with the seconds since the save."""

    def __init__(self, session: Session, out: Path, as_json: bool):
        self.session, self.out, self.as_json, self.began = session, out, as_json, 0.0

    def tell(self, news: News) -> None:
        """Writes the file that is new, and a line about it."""
        seconds = time.monotonic() - self.began
        match news:
            case Begun():
                self.began = time.monotonic()
                what = f"{', '.join(news.changed)}: changed" if news.changed else f"watching {self.session.target}; Ctrl-C ends it"
                self._say("begun", what, changed=news.changed)
            case Wrong():
                tell_problems(news.problems)
                self._say("wrong", f"{count(len(news.problems), 'problem')}; what was shown before stays ({seconds:.1f} s)",
                          problems=[asdict(problem) for problem in news.problems])
            case Sound():
                for problem in news.warnings:
                    warn(problem)
                self._say("sound", f"sound, {news.fresh} of {count(len(news.shots), 'step')} to draw ({seconds:.1f} s)", fresh=news.fresh)
            case Looked():
                for problem in news.problems:
                    warn(problem)
                self._say("looked", f"looked at ({seconds:.1f} s)", warnings=[asdict(problem) for problem in news.problems])
            case Still():
                self._file(news.shot, ".png", news.picture, seconds)
            case Filmed():
                self._file(news.shot, ".mp4", news.movie, seconds)
            case Done():
                self._say("done", f"all {news.what} are there ({seconds:.1f} s)", what=news.what)

    def _file(self, shot: Shot, suffix: str, data: bytes, seconds: float) -> None:
        scene, _, step = shot.name.partition("/")
        path = self.out / scene / f"{shot.number:02}-{step}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(path, data, flush=False)
        self._say("file", f"{path} ({seconds:.1f} s)", file=str(path), step=shot.name)

    def _say(self, event: str, line: str, /, **said) -> None:
        if self.as_json:
            say(json.dumps({"event": event, **said, "seconds": round(time.monotonic() - self.began, 3)}))
        else:
            tell(line)
