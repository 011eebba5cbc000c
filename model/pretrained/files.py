"""The files of a folder, looked at before they are read: much that is fetched is not what it is called."""

import json
from pathlib import Path
from typing import Any

PAGE = "is a web page and not the file itself: fetch it by its download link"
PICKLE = "is a pickle by another name, and reading one may run any code: only safetensors are read"
WRONG = {                                 # how something begins that is not what its name says
    b"version https://git-lfs": "is a Git LFS pointer and not the file itself: `git lfs pull` fetches it",
    b"<!doctype": PAGE, b"<html": PAGE, b"pk\x03\x04": PICKLE, b"\x80\x02": PICKLE, b"\x80\x04": PICKLE,
}


def looked_at(folder: Path, name: str) -> Path:
    """A file of a folder. Raises ValueError, which begins with its name, if it is not there or is clearly something else."""
    path = folder / name
    if not path.is_file():
        raise ValueError(f"{name} is not there")
    with path.open("rb") as file:
        head = file.read(64).lstrip().lower()
    if not head:
        raise ValueError(f"{name} is empty")
    for begins, what in WRONG.items():
        if head.startswith(begins):
            raise ValueError(f"{name} {what}")
    return path


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """The keys and values in a JSON file. Raises ValueError as `looked_at`."""
    try:
        found = json.loads(looked_at(folder, name).read_text("utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{name} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise ValueError(f"{name} has no keys and values")
    return found
