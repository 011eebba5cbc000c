"""A reel: any number of clips at hand in one open file, whatever becomes of the files that are made of them."""

import os
import tempfile
from io import BytesIO
from pathlib import Path

from studio.errors import RenderError
from studio.store.digest import digest


class Reel:
    """Clips in a file without a name in a folder, each known by the digest of its bytes. It is gone when it is closed."""

    def __init__(self, folder: Path):
        self.folder, self._file, self._places = folder, tempfile.TemporaryFile(dir=folder), {}
        self.close = self._file.close

    def add(self, movie: bytes) -> str:
        """Keeps a clip. Returns what it is known by. Raises RenderError if there is no room."""
        name = digest(movie)
        if name not in self._places:
            try:
                self._places[name] = self._file.seek(0, os.SEEK_END), len(movie)
                self._file.write(movie)
            except OSError as error:
                raise RenderError(f"{self.folder}: cannot be written: {error.strerror}") from error
        return name

    def open(self, name: str) -> BytesIO:
        """A clip that is kept."""
        start, length = self._places[name]
        self._file.seek(start)
        return BytesIO(self._file.read(length))
