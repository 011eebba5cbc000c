"""From a sentence to tokens, and from tokens to ids."""

from collections.abc import Sequence

import numpy as np

START, END = "<start>", "<end>"           # what a translation begins and ends with


def tokenise(sentence: str) -> tuple[str, ...]:
    """The words of the sentence, as they stand, split at white space."""
    return tuple(sentence.split())


def vocabulary(tokens: Sequence[str]) -> tuple[str, ...]:
    """The different tokens, in the order of their first appearance.

    Raises ValueError if there is none, or if one is empty or no string.
    """
    _check(tokens)
    return tuple(dict.fromkeys(tokens))


def ids(tokens: Sequence[str], vocabulary: Sequence[str]) -> np.ndarray:
    """The row of each token in the embedding table: (n,) integers. ValueError as `vocabulary`, and for an unknown token."""
    _check(tokens)
    rows = {word: row for row, word in enumerate(vocabulary)}
    for token in tokens:
        if token not in rows:
            raise ValueError(f"tokens: {token!r} is not in the vocabulary")
    return np.array([rows[token] for token in tokens])


def _check(tokens: Sequence[str]) -> None:
    if isinstance(tokens, str) or not tokens:
        raise ValueError("tokens: a sequence of at least one token is needed")
    if not all(isinstance(token, str) and token for token in tokens):
        raise ValueError("tokens: every token must be a string that is not empty")
