"""Who is told how far something is while it is made."""


class Progress:
    """Is told what is under way and what is done; this one does not care."""

    def begin(self, name: str) -> None:
        """A thing of that name is under way."""

    def __call__(self, name: str, frames: int = 0, cached: bool = False) -> None:
        """It is done, and had so many frames; or it was done already."""


SILENT = Progress()
