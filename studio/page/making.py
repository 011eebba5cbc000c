"""Files to take along from the page: made by the commands that make them anywhere, in a process of their own."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.read.folders import ROOT

KINDS = {
    "mp4": ("render", "-q", "1080p"),
    "gif": ("render", "-q", "720p", "--format", "gif"),
    "pptx": ("deck", "-q", "1080p", "--to", "pptx"),
}
OF_A_STEP = ("gif",)
PROGRESS = re.compile(r"(?:^|\s)(\d+)/(\d+)\s")


@dataclass
class Making:
    """What is being made, and what has been: one thing at a time. changed: called whenever something is new."""

    target: str
    overrides: Sequence[str]
    out: Path
    changed: Callable[[], None]
    files: list[Path] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None

    @property
    def busy(self) -> bool:
        return self.process is not None

    async def make(self, kind: str, step: str) -> None:
        """Makes a file of one of KINDS; `state` says how far it is, where it is, or why there is none. step: what OF_A_STEP is made of."""
        command, *options = KINDS[kind]
        for said in (*self.overrides, *([f"steps=[{step}]"] if kind in OF_A_STEP else [])):
            options += ["--set", said]
        self._say(kind=kind, done=0, total=0)
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "studio", command, self.target, *options, "-o", str(self.out), "--json", start_new_session=True,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, limit=2**20)
        try:
            said, _ = await asyncio.gather(self.process.stdout.read(), self._follow(kind))
            self._finish(kind, json.loads(said or b"{}"), await self.process.wait())
        except ValueError:
            self._say(kind=kind, problem="it failed")
        finally:
            self.stop()

    def stop(self) -> None:
        """Ends what is being made."""
        if self.process and self.process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGTERM)
        self.process = None

    async def _follow(self, kind: str) -> None:
        async for line in self.process.stderr:
            if found := PROGRESS.search(line.decode(errors="replace")):
                self._say(kind=kind, done=int(found[1]), total=int(found[2]))

    def _finish(self, kind: str, said: dict, code: int) -> None:
        made = [Path(file) for file in said.get("files", ()) if file.endswith(f".{kind}")]
        if code == 0 and made:
            self.files.append(made[0])
            self._say(kind=kind, number=len(self.files) - 1, name=self.files[-1].name)
        else:
            self._say(kind=kind, problem=next((problem["message"] for problem in said.get("problems", ())), "it failed"))

    def _say(self, **state) -> None:
        self.state = state
        self.changed()
