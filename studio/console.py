"""How the command talks: results on standard output, all else on standard error, one exit code for each kind of end."""

import ast
import atexit
import gc
import inspect
import json
import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from studio import excerpt
from studio.errors import InVain, Problem, RenderError, UserError, count
from studio.progress import Progress
from studio.render.alone import prepare

FAILED, WRONG, INTERRUPTED = 1, 2, 130
GARBAGE = 50_000                          # new things after which it is looked for: imports leave none, and took a sixth longer for it
ENDING = ("SIGTERM", "SIGHUP")            # end a command as Ctrl-C does, unless somebody has had them ignored (nohup)


class Application(click.Group):
    """The command `animformer`: whatever happens in it ends in an exit code and a message that says what to do."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """As in click, but what a command says of itself is known even where docstrings are left out (python -OO)."""
        cmd.help = cmd.help or _docstring(inspect.unwrap(cmd.callback))
        super().add_command(cmd, name)

    def main(self, args=None, prog_name="animformer", **options):
        """Runs the command line and exits: 0 done, 2 the user's input is wrong, 1 it failed, 130 interrupted or terminated."""
        args = list(sys.argv[1:] if args is None else args)
        gc.set_threshold(GARBAGE)
        atexit.register(gc.freeze)        # what is left when all is done need not be looked through for garbage
        _open_streams()
        with warnings.catch_warnings(), _ended_by(*ENDING):
            warnings.simplefilter("default", UserWarning)
            warnings.showwarning = lambda message, *_: warn(message.problem if isinstance(message, InVain) else str(message))
            try:
                prepare()
                code = super().main(args, prog_name, **options | {"standalone_mode": False, "obj": args, "color": _colour()})
            except (Exception, KeyboardInterrupt) as error:
                if "--debug" in args:
                    traceback.print_exc()
                code, problems = _explained(error, args)
                if "--json" in args:
                    say_json({"ok": False, "problems": [asdict(problem) for problem in problems]})
        sys.exit(code or 0)


@contextmanager
def _ended_by(*names: str) -> Iterator[None]:
    """Within this, these signals do what Ctrl-C does."""
    signals = [number for name in names if signal.getsignal(number := getattr(signal, name)) not in (signal.SIG_IGN, None)]
    before = {number: signal.signal(number, signal.default_int_handler) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _open_streams() -> None:
    """Standard streams that can be written to: a closed one leads nowhere, and what an encoding lacks is written as an escape."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:    # its number must be taken, or the next file that is opened would get it
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _docstring(function: Callable) -> str | None:
    """What a function says of itself in its source."""
    return _docstrings(function.__code__.co_filename).get(function.__name__)


@cache
def _docstrings(file: str) -> dict[str, str | None]:
    """What the functions in a file say of themselves."""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    return {node.name: ast.get_docstring(node) for node in tree.body if isinstance(node, ast.FunctionDef)}


class Place(click.Path):
    """A path on the command line; `~` is a home also where the shell has not seen to it, as in --output=~/x."""

    def convert(self, value, param, ctx) -> Path:
        return super().convert(os.path.expanduser(value), param, ctx)


PLACE = Place(path_type=Path)


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def say(what: str | bytes, end: bool = True) -> None:
    """Something on standard output, with the end of the line. If nobody reads any more, the command ends well, and at once.

    Raises RenderError if it cannot be written.
    """
    try:
        click.echo(what, nl=end)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())      # for what is still to be written when all ends
        sys.exit(0)
    except OSError as error:
        raise RenderError(f"standard output: {error.strerror}") from error


def say_files(files: Iterable[Path]) -> None:
    """The names of files on standard output, a line each, byte by byte as they are."""
    say(b"\n".join(map(os.fsencode, files)))


def say_json(value: Any) -> None:
    """One JSON object on standard output."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        text = json.dumps(value, indent=2)
    say(text)


def tell(line: str) -> None:
    """A line on standard error. What cannot be told is not: nothing that is made depends on it."""
    with suppress(OSError):
        click.echo(line, err=True, color=_colour())


def tell_problems(problems: Iterable[Problem]) -> None:
    """Problems on standard error, each with the line that it stands in."""
    for lines in excerpt.listed(problems, _command()):
        tell(lines)


def warn(what: str | Problem) -> None:
    """A warning on standard error; a bar that is there makes room for it."""
    kind = "warning: "
    line = excerpt.written(what, _command(), kind) if isinstance(what, Problem) else f"{click.style(kind, fg='yellow', bold=True)}{what}"
    with suppress(OSError):
        tqdm.write(line if sys.stderr.isatty() and _colour() is not False else click.unstyle(line), sys.stderr)


def _command() -> Sequence[str]:
    """The arguments of the command that runs."""
    context = click.get_current_context(silent=True)
    return context.find_root().obj or () if context else ()


def _colour() -> bool | None:
    """False if the user wants no colour (no-color.org), None if it depends on whether a terminal is there."""
    return False if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else None


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
        tell(f"{self.what} {self.done}/{self.total} {name}{' (cached)' if cached else ''}")


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


def _explained(error: BaseException, args: Sequence[str]) -> tuple[int, tuple[Problem, ...]]:
    """Says on standard error what happened. Returns the exit code, and the problems it amounts to."""
    if isinstance(error, UserError):
        for lines in excerpt.listed(error.problems, args):
            tell(lines)
        tell(f"{count(len(error.problems), 'problem')}; nothing was rendered")
        return WRONG, error.problems
    if isinstance(error, click.Abort | KeyboardInterrupt):
        tell("interrupted; what is finished stays finished")
        return INTERRUPTED, (Problem("interrupted", kind="interrupted"),)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        tell(error.format_message())
        return error.exit_code, (Problem("there is no command", "command line", kind="usage"),)
    if isinstance(error, click.ClickException):
        problem = Problem(error.format_message(), "command line", kind="usage")
        tell(excerpt.written(problem, args))
        if context := getattr(error, "ctx", None):
            tell(f"{context.get_usage()}\n'{context.command_path} --help' says more")
        return error.exit_code, (problem,)
    if isinstance(error, RenderError):
        message = str(error)
    else:
        message = f"{type(error).__name__}: {error}; --debug shows where"
    tell(f"failed: {message}")
    return FAILED, (Problem(message, kind="failed"),)
