"""Files to take along from the page: made by the commands that make them anywhere, in a process of their own."""

import json
import os
import re
import subprocess
import sys
import tempfile
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
PATIENCE = 5.0                            # seconds for a command to end
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
    process: subprocess.Popen | None = None

    def begin(self, kind: str, step: str) -> None:
        """Begins to make a file of one of KINDS; `state` says how far it is, where it is, or why there is none. step: what OF_A_STEP is
        made of."""
        command, *options = KINDS[kind]
        for said in (*self.overrides, *([f"steps=[{step}]"] if kind in OF_A_STEP else [])):
            options += ["--set", said]
        self.kind, self.said = kind, tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "studio", command, self.target, *options, "-o", str(self.out), "--json"], start_new_session=True,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}, stdout=self.said, stderr=subprocess.PIPE)
        os.set_blocking(self.process.stderr.fileno(), False)
        self._say(done=0, total=0)

    def tick(self) -> None:
        """Looks how far it is."""
        if self.process is None:
            return
        ended = self.process.poll() is not None
        if told := PROGRESS.findall((self.process.stderr.read() or b"").decode(errors="replace")):
            self._say(done=int(told[-1][0]), total=int(told[-1][1]))
        if ended:
            self._finish()

    def stop(self) -> None:
        """Ends what is being made, and waits until it has ended. What does not hear, for it may be hard at work, is killed."""
        for end in (self.process.terminate, self.process.terminate, self.process.kill) if self.process else ():
            with suppress(subprocess.TimeoutExpired):
                end()
                self.process.wait(PATIENCE)
                return

    def _finish(self) -> None:
        self.said.seek(0)
        try:
            said = json.loads(self.said.read() or b"{}")
        except ValueError:
            said = {}
        made = [Path(file) for file in said.get("files", ()) if file.endswith(f".{self.kind}")]
        code, self.process = self.process.returncode, None
        if code == 0 and made:
            self.files.append(made[0])
            self._say(number=len(self.files) - 1, name=made[0].name)
        else:
            self._say(problem=next((problem["message"] for problem in said.get("problems", ())), "it failed"))

    def _say(self, **state) -> None:
        self.state = {"kind": self.kind, **state}
        self.changed()
