"""How the command talks: results on standard output, all else on standard error, one exit code for each kind of end."""

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click
from tqdm import tqdm

from studio.errors import Problem, RenderError, UserError

FAILED, WRONG, INTERRUPTED = 1, 2, 130


class Application(click.Group):
    """The command `animformer`: whatever happens in it ends in an exit code and a message that says what to do."""

    def main(self, args=None, prog_name="animformer", **options):
        """Runs the command line and exits: 0 done, 2 the user's input is wrong, 1 it failed, 130 interrupted."""
        args = list(sys.argv[1:] if args is None else args)
        try:
            code = super().main(args, prog_name, **options | {"standalone_mode": False})
        except Exception as error:
            if "--debug" in args:
                traceback.print_exc()
            code, problems = _explained(error)
            if "--json" in args:
                say_json({"ok": False, "problems": [asdict(problem) for problem in problems]})
        sys.exit(code or 0)


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def say_json(value: Any) -> None:
    """One JSON object on standard output."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


@contextmanager
def progress(total: int, what: str, unit: str = "clip") -> Iterator[Callable[[str], None]]:
    """Yields what to call with the name of each thing done: a bar on a terminal, plain lines in a pipe."""
    if sys.stderr.isatty():
        with tqdm(total=total, desc=what, unit=unit, file=sys.stderr, dynamic_ncols=True, leave=False) as bar:
            yield lambda name: (bar.set_postfix_str(name, refresh=False), bar.update())
        return
    done = []

    def line(name: str) -> None:
        done.append(name)
        click.echo(f"{what} {len(done)}/{total} {name}", err=True)

    yield line


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
