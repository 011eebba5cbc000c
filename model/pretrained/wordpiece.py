"""WordPiece: the longest pieces that a vocabulary has, from left to right (Devlin et al. 2018, section 3; Wu et al. 2016)."""

import unicodedata
from collections.abc import Iterator, Mapping

from model.tokenizer import INNER

LONGEST = 100                             # letters of a word; a longer one is UNKNOWN
UNKNOWN = "[UNK]"
IDEOGRAPHS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
              (0x2B920, 0x2CEAF), (0x2F800, 0x2FA1F))        # as BERT's own tokeniser counts them
FIRST, LAST = ("[CLS]",), ("[SEP]",)


def pieces(text: str, ids: Mapping[str, int], lower: bool = True, strip: bool = True) -> list[str]:
    """The pieces of a text. lower: whether all is made small; strip: whether accents are taken away."""
    return [piece for word in words(text, lower, strip) for piece in _cut(word, ids)]


def words(text: str, lower: bool, strip: bool) -> list[str]:
    """What is cut into pieces: what stands between blanks, and every sign of punctuation and every ideograph alone."""
    text = "".join(" " if c.isspace() else c for c in text if c in "\t\n\r" or not _is_control(c))
    if strip:
        text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    if lower:
        text = "".join(map(str.lower, text))  # one by one: a sigma at the end of a word is like any other
    return "".join(f" {c} " if _is_alone(c) else c for c in text).split(" ")


def _cut(word: str, ids: Mapping[str, int]) -> Iterator[str]:
    found, start = [], 0
    while start < len(word) <= LONGEST:
        inner = INNER if start else ""
        end = next((end for end in range(len(word), start, -1) if inner + word[start:end] in ids), None)
        if end is None:
            break
        found.append(inner + word[start:end])
        start = end
    return iter(found if start == len(word) else [UNKNOWN])


def _is_control(c: str) -> bool:
    return unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs") or c == "\ufffd"


def _is_alone(c: str) -> bool:
    ascii_sign = c.isascii() and c.isprintable() and not c.isalnum() and c != " "
    return ascii_sign or unicodedata.category(c)[0] == "P" or any(first <= ord(c) <= last for first, last in IDEOGRAPHS)
