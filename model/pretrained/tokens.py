"""How the tokens of a pretrained model are found: by its vocab.txt here, or by its tokenizer.json in the package `tokenizers`."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from model.pretrained import wordpiece
from model.pretrained.files import looked_at, read_json
from model.tokenizer import Tokenizer

VOCABULARY, TOKENIZER, SETTINGS = "vocab.txt", "tokenizer.json", "tokenizer_config.json"


def tokenizer(folder: Path) -> Tokenizer:
    """The tokeniser in a folder. Raises ValueError, which begins with the name of the file, if it is not sound or not there, or
    takes a package that is not; OSError if a file cannot be read.
    """
    settings = read_json(folder, SETTINGS) if (folder / SETTINGS).exists() else {}
    for name, made in ((VOCABULARY, _of_vocabulary), (TOKENIZER, _of_tokenizer)):
        if (folder / name).exists():
            path = looked_at(folder, name)
            try:
                return made(path.read_bytes().decode("utf-8"), settings)
            except ValueError as error:
                raise ValueError(f"{name} {error}") from error
    raise ValueError(f"{VOCABULARY} is not there, and neither is {TOKENIZER}")


def _of_vocabulary(text: str, settings: Mapping[str, Any]) -> Tokenizer:
    """WordPiece by a list of pieces."""
    lines = text.split("\n")              # not splitlines: U+2028 is an entry
    vocabulary = tuple(line.removesuffix("\r") for line in (lines if lines[-1] else lines[:-1]))
    ids = {piece: row for row, piece in enumerate(vocabulary)}
    needed = (*wordpiece.FIRST, *wordpiece.LAST, wordpiece.UNKNOWN)
    if missing := [piece for piece in needed if piece not in ids]:
        raise ValueError(f"is no vocabulary of WordPiece: it has no {', '.join(missing)}")
    lower, strip = settings.get("do_lower_case", True), settings.get("strip_accents")
    cut = partial(wordpiece.pieces, ids=ids, lower=lower, strip=lower if strip is None else strip)
    return Tokenizer(vocabulary, "wordpiece", cut, wordpiece.FIRST, wordpiece.LAST)


def _of_tokenizer(text: str, settings: Mapping[str, Any]) -> Tokenizer:
    """Whatever the file says, done by the package that has written it."""
    try:
        import tokenizers
    except ModuleNotFoundError as error:
        message = f"takes the package {error.name}: install the extra [checkpoints], .venv/bin/pip install -e '.[checkpoints]'"
        raise ValueError(f"{message}, or put the model's {VOCABULARY} beside it, if it has one") from error
    try:
        found = tokenizers.Tokenizer.from_str(text)
    except Exception as error:            # it raises nothing else
        raise ValueError(f"cannot be read: {error}") from error
    found.no_padding()
    found.no_truncation()
    ids = found.get_vocab(with_added_tokens=True)
    vocabulary = [""] * (max(ids.values(), default=-1) + 1)
    for piece, row in ids.items():
        vocabulary[row] = piece
    kind = {"WordPiece": "wordpiece", "BPE": "bytes"}.get(type(found.model).__name__)
    if kind is None or kind == "bytes" and not isinstance(found.decoder, tokenizers.decoders.ByteLevel):
        raise ValueError(f"cuts words by {type(found.model).__name__}; WordPiece and BPE of bytes are known here")
    bare, whole = (found.encode("a", add_special_tokens=added).tokens for added in (False, True))
    start = next(i for i in range(len(whole)) if whole[i:i + len(bare)] == bare)
    pieces = lambda text: found.encode(text, add_special_tokens=False).tokens  # noqa: E731
    return Tokenizer(tuple(vocabulary), kind, pieces, tuple(whole[:start]), tuple(whole[start + len(bare):]))
