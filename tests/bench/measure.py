"""What commands take, one after the other: each with all the processes that it starts, also those that outlive it."""

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from statistics import median
from tempfile import TemporaryFile

ADOPT = 36                                # PR_SET_CHILD_SUBREAPER (Linux, sys/prctl.h)
BYTES = 1 if sys.platform == "darwin" else 1024             # what memory is counted in


def measured(command: list[str], **options) -> tuple[dict[str, float], str]:
    """What a command takes, and what it writes on standard output. options: as for `subprocess.Popen`.

    wall: seconds until it ends; cpu: seconds of all processes; memory: the most that one of them has held, MB. On Linux those are
    among them that somebody else waits for, or nobody: workers are children of the process that they are forked from. Raises
    CalledProcessError.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(ADOPT, 1, 0, 0, 0)
    began = time.perf_counter()
    with TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, **options)
        _, status, usage = os.wait4(process.pid, 0)
        wall, process.returncode = time.perf_counter() - began, os.waitstatus_to_exitcode(status)
        usages = [usage, *_of_those_left()]
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        said.seek(0)
        cpu = sum(usage.ru_utime + usage.ru_stime for usage in usages)
        return {"wall": wall, "cpu": cpu, "memory": max(usage.ru_maxrss for usage in usages) * BYTES / 1e6}, said.read().decode()


def in_turn(arms: Mapping[str, Callable[[], dict]], rounds: int) -> dict[str, list[dict]]:
    """What each arm measures in each round: A, B, A, B …"""
    found = {name: [] for name in arms}
    for number in range(rounds):
        for name, arm in arms.items():
            found[name].append(arm())
            print(f"round {number + 1}: {name} {found[name][-1]['wall']:.1f} s", file=sys.stderr, flush=True)
    return found


def medians(runs: list[dict]) -> dict[str, float]:
    """The median of each number over some runs."""
    return {key: median(run[key] for run in runs) for key in runs[0]}


def table(*rows: tuple[str, ...]) -> str:
    """Rows as a Markdown table, the first its head."""
    head, *rest = rows
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ("---", *["---:"] * (len(head) - 1)), *rest))


def _of_those_left() -> Iterator:
    """The usage of each process that is a child of this one since its own parent has ended; waits for all of them."""
    while True:
        try:
            yield os.wait4(-1, 0)[2]
        except ChildProcessError:
            return
