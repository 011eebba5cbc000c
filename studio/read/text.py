"""Text as it is compared, and as it may be shown."""

import unicodedata


def composed(text: str) -> str:
    """The text in the form in which texts are compared and drawn (Unicode normalisation form C)."""
    return unicodedata.normalize("NFC", text)


def file_name(name: str) -> str:
    """What is the same for two names that some file system takes for one."""
    return composed(name).casefold()
