"""Disks that are too small."""

import subprocess
from contextlib import contextmanager

import pytest


@contextmanager
def small_disk(folder, kilobytes):
    """A disk of its own at a folder."""
    folder.mkdir()
    size = f"size={kilobytes}k"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True, check=False).returncode:
        pytest.skip("disks can be mounted by root only")
    try:
        yield lambda *options: subprocess.run(["mount", "-o", ",".join(["remount", *options]), folder], check=True)
    finally:
        subprocess.run(["umount", folder], check=True)
