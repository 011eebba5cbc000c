"""A sentence as its tokens: words, ideographs, or the pieces of words that a pretrained model knows."""

import re
from collections.abc import Sequence

from model import tokenise
from model.tokenizer import Piece, Tokenizer, written
from studio.errors import nearest, quoted

ANY_WORDS = "model.weights=minilm reads any sentence (`animformer get minilm` fetches it); "
OTHER_WORDS = "for other words set model.weights to random, or to a folder that `animformer train` has made of them"
WIDE = r"\u3001-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff65\U00020000-\U0003ffff"
IDEOGRAPHS = re.compile(f"[{WIDE}]|[^{WIDE}]+")              # and their punctuation


def split(sentence: str, tokenizer: Tokenizer | None) -> tuple[str, ...]:
    """The tokens of a sentence. Without a tokenizer: its words; of a sentence without spaces each ideograph, as in the Chinese BERT,
    and what is between.
    """
    if tokenizer:
        return tokenizer(sentence)
    said = tokenise(sentence)
    return tuple(IDEOGRAPHS.findall(said[0])) if len(said) == 1 else said


def pieces(tokens: Sequence[str], tokenizer: Tokenizer | None) -> tuple[Piece, ...]:
    """The tokens of a sentence as they are written."""
    return written(tokens, tokenizer.spelling if tokenizer else "words")


def last(tokens: Sequence[str], tokenizer: Tokenizer | None) -> int:
    """The place of the last token that is a part of the text."""
    return max((i for i, piece in enumerate(pieces(tokens, tokenizer)) if not piece.special), default=0)


def other_words(unknown: Sequence[str], known: Sequence[str], tokenizer: Tokenizer | None) -> str:
    """What would be right instead of words that are not in a vocabulary."""
    near = dict.fromkeys(word for token in unknown for word in nearest(token, known, 3))
    meant = f"did you mean {' or '.join(map(quoted, near))}? " if near else ""
    return f"{'' if tokenizer else ANY_WORDS}{meant}{OTHER_WORDS}"
