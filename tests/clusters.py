"""A Dask cluster of one's own."""

import os
import subprocess
import sys
from pathlib import Path

from processes import until

ROOT = Path(__file__).resolve().parent.parent


class Cluster:
    """A scheduler and workers on loopback, in processes that end with the test."""

    def __init__(self, folder):
        self.folder, self.nothing = folder, folder / "nothing"
        self.address, self.processes = "", []
        self.nothing.mkdir(parents=True)
        (self.nothing / "studio.py").write_text("")  # hides the studio that is installed

    def scheduler(self):
        file = self.folder / "scheduler.json"
        options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file)
        self._run("scheduler", *options, path=self.nothing)
        until(lambda: file.exists() and '"address"' in file.read_text())
        self.address = next(line.split('"')[3] for line in file.read_text().splitlines() if '"address"' in line)
        return self

    def worker(self, *options, path=f"{ROOT}:{ROOT / 'tests'}"):
        self._run("worker", self.address, "--no-dashboard", "--no-nanny", *options, path=path)
        return self

    def _run(self, what, *args, path):
        command = [sys.executable, "-m", "distributed.cli.dask_" + what, *map(str, args)]
        log = (self.folder / f"{what}{len(self.processes)}.log").open("w")
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {"PYTHONPATH": str(path)}
        self.processes.append(subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log))

    def stop(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()
