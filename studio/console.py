"""How the command talks: results on standard output, all else on standard error, one exit code for each kind of end."""

import atexit
import gc
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click
from tqdm import tqdm

from studio.errors import Problem, RenderError, UserError
from studio.render.alone import prepare

FAILED, WRONG, INTERRUPTED = 1, 2, 130


class Application(click.Group):
    """The command `animformer`: whatever happens in it ends in an exit code and a message that says what to do."""

    def main(self, args=None, prog_name="animformer", **options):
        """Runs the command line and exits: 0 done, 2 the user's input is wrong, 1 it failed, 130 interrupted or terminated."""
        args = list(sys.argv[1:] if args is None else args)
        atexit.register(gc.freeze)        # what is left when all is done need not be looked through for garbage
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            prepare()
            code = super().main(args, prog_name, **options | {"standalone_mode": False})
        except Exception as error:
            if "--debug" in args:
                traceback.print_exc()
            code, problems = _explained(error)
            if "--json" in args:
                say_json({"ok": False, "problems": [asdict(problem) for problem in problems]})
        finally:
            signal.signal(signal.SIGTERM, before)
        sys.exit(code or 0)


class Progress:
    """Is told what is under way and what is done; this one does not care."""

    def begin(self, name: str) -> None:
        """A thing of that name is under way."""

    def __call__(self, name: str, frames: int = 0, cached: bool = False) -> None:
        """It is done, and had so many frames; or it was done already."""


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def say_json(value: Any) -> None:
    """One JSON object on standard output."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def warn(message: str) -> None:
    """A line on standard error; a bar that is there makes room for it."""
    tqdm.write(f"warning: {message}", sys.stderr)


@contextmanager
def progress(total: int, what: str, unit: str = "clip") -> Iterator[Progress]:
    """Yields what is to be told of so many things: a bar on a terminal, plain lines in a pipe."""
    if not sys.stderr.isatty():
        yield _Lines(total, what)
        return
    with tqdm(total=total, desc=what, unit=unit, file=sys.stderr, dynamic_ncols=True, leave=False, smoothing=0) as bar:
        yield _Bar(bar)


class _Lines(Progress):
    """A line for each thing that is done."""

    def __init__(self, total: int, what: str):
        self.total, self.what, self.done = total, what, 0

    def __call__(self, name: str, frames: int = 0, cached: bool = False) -> None:
        self.done += 1
        click.echo(f"{self.what} {self.done}/{self.total} {name}{' (cached)' if cached else ''}", err=True)


class _Bar(Progress):
    """How many things are done, the time left, how many frames a second, and what is under way."""

    def __init__(self, bar: tqdm):
        self.bar, self.frames, self.began, self.running = bar, 0, None, {}

    def begin(self, name: str) -> None:
        self.began = self.began or time.monotonic()
        self.running[name] = None
        self._say()

    def __call__(self, name: str, frames: int = 0, cached: bool = False) -> None:
        self.bar.initial += cached        # what takes no time says nothing of the time left
        self.frames += 0 if cached else frames
        self.running.pop(name, None)
        self._say(name)
        self.bar.update()

    def _say(self, name: str = "") -> None:
        speed = f"{self.frames / (time.monotonic() - self.began):.0f} frames/s, " if self.began and self.frames else ""
        self.bar.set_postfix_str(speed + (" ".join(self.running) or name))


def _explained(error: Exception) -> tuple[int, tuple[Problem, ...]]:
    """Says on standard error what happened. Returns the exit code, and the problems it amounts to."""
    if isinstance(error, UserError):
        click.echo(str(error), err=True)
        return WRONG, error.problems
    if isinstance(error, click.Abort):
        click.echo("interrupted; what is finished stays finished", err=True)
        return INTERRUPTED, (Problem("interrupted", kind="interrupted"),)
    if isinstance(error, click.ClickException):
        error.show(sys.stderr)
        return error.exit_code, (Problem(error.format_message(), "command line", kind="usage"),)
    if isinstance(error, RenderError):
        message = str(error)
    else:
        message = f"{type(error).__name__}: {error}; --debug shows where"
    click.echo(f"failed: {message}", err=True)
    return FAILED, (Problem(message, kind="failed"),)
