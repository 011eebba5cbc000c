"""From a sentence to tokens, from tokens to ids, and how tokens are written."""

from collections.abc import Callable, Container, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

START, END = "<start>", "<end>"           # what a translation begins and ends with
SIGNS = ".,;:!?…。，！？"                   # what may stand at the end of a word that is known without it
# Tokens that stand for no word, of BERT and of its kin that spell by bytes.
SPECIAL = {START, END, "[CLS]", "[SEP]", "[PAD]", "[MASK]", "<s>", "</s>", "<pad>", "<mask>", "<|endoftext|>"}
INNER = "##"                              # what a piece of WordPiece begins with that is not the first of its word


class Tokenizer(NamedTuple):
    """How a text becomes tokens that are not its words. vocabulary: the token of each row of the embedding table; spelling: as in
    `ModelConfig`. pieces: the tokens of a text; first, last: those that stand before and after a sentence.
    """

    vocabulary: tuple[str, ...]
    spelling: str
    pieces: Callable[[str], list[str]]
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()

    def __call__(self, sentence: str) -> tuple[str, ...]:
        """The tokens of a sentence, with those that stand before and after it; none if it is empty."""
        found = self.pieces(sentence)
        return (*self.first, *found, *self.last) if found else ()


class Piece(NamedTuple):
    """A token as it is written. joined: whether no blank is between it and the token before it; special: whether it is no part of the
    text.
    """

    text: str
    joined: bool = False
    special: bool = False


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
    """The row of each token in the embedding table, as `entry` finds it: (n,) integers. ValueError as `vocabulary`, and for an
    unknown token.
    """
    _check(tokens)
    rows = {word: row for row, word in enumerate(vocabulary)}
    found = [entry(token, rows) for token in tokens]
    if None in found:
        raise ValueError(f"tokens: {tokens[found.index(None)]!r} is not in the vocabulary")
    return np.array([rows[word] for word in found])


def entry(token: str, vocabulary: Container[str]) -> str | None:
    """What a token is called in a vocabulary: as it stands, else without capital letters and a sign at its end; None if it is not
    there.
    """
    names = (token, token.rstrip(SIGNS), token.lower(), _plain(token))
    return next((name for name in names if name and name in vocabulary), None)


def place(word: str, tokens: Sequence[str], tokenizer: Tokenizer | None = None) -> int | None:
    """Where a word stands among tokens: the place of the first of its pieces. None if it is not there."""
    alike = [*map(_plain, tokens)]
    exact = next((names.index(said) for names, said in ((tokens, word), (alike, _plain(word))) if said in names), None)
    if tokenizer is None:
        return exact
    pieces, within = (*written(tokens, tokenizer.spelling), Piece("")), []
    for text in (f" {word}", word):       # by bytes a word is another one after a blank
        wanted = tokenizer.pieces(text)
        found = [i for i in range(len(tokens)) if wanted and list(tokens[i:i + len(wanted)]) == wanted]
        if whole := [i for i in found if not pieces[i + len(wanted)].joined]:
            return whole[0]
        within += found
    return next(iter(within), exact)


def _plain(word: str) -> str:
    """A word without capital letters and signs at its end, unless it is nothing else."""
    return word.lower().rstrip(SIGNS) or word


def written(tokens: Sequence[str], spelling: str) -> tuple[Piece, ...]:
    """How the tokens of a sentence are written. Nothing is joined to what is no part of the text."""
    found = [piece(token, spelling) for token in tokens]
    before = [Piece("", special=True), *found]
    return tuple(now._replace(joined=now.joined and not last.special) for last, now in zip(before, found))


def text(tokens: Sequence[str], spelling: str) -> str:
    """The text that tokens are of."""
    found = [piece for piece in written(tokens, spelling) if not piece.special]
    return "".join(f"{'' if piece.joined else ' '}{piece.text}" for piece in found).strip()


def piece(token: str, spelling: str) -> Piece:
    """How a token of a vocabulary is written.

    Spelled in `words` it is what it is. By `wordpiece` (Devlin et al. 2018) what goes on with a word begins with ##. By `bytes`
    (Radford et al. 2019) every byte is a letter of its own, a blank before a word one of them.
    """
    if token in SPECIAL:
        return Piece(token, special=spelling != "words" or token in (START, END))
    if spelling == "wordpiece" and token.startswith(INNER) and token != INNER:
        return Piece(token.removeprefix(INNER), joined=True)
    if spelling == "bytes" and all(letter in _bytes() for letter in token):
        text = bytes(_bytes()[letter] for letter in token).decode("utf-8", "backslashreplace")
        shown = text.strip() or "␣" * len(text)
        return Piece(shown if shown.isprintable() else shown.encode("unicode_escape").decode(), joined=not text[:1].isspace())
    return Piece(token)


@cache
def _bytes() -> dict[str, int]:
    """The byte that each letter stands for: those that can be seen for themselves, the others for 256 and on, in their order."""
    seen = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    unseen = [byte for byte in range(256) if byte not in seen]
    return {chr(byte): byte for byte in seen} | {chr(256 + i): byte for i, byte in enumerate(unseen)}


def _check(tokens: Sequence[str]) -> None:
    if isinstance(tokens, str) or not tokens:
        raise ValueError("tokens: a sequence of at least one token is needed")
    if not all(isinstance(token, str) and token for token in tokens):
        raise ValueError("tokens: every token must be a string that is not empty")
