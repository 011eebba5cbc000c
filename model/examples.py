"""Sentences of the toy language as arrays, to learn from and to be tested on."""

import zlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from model.tokenizer import END, START, ids
from model.toy_language import Lexicon, Sentence


class Examples(NamedTuple):
    """Sentences, padded to the longest; an index is -1 where there is nothing to point to.

    source: (sentence, m) English ids. there: (sentence, m) where there is a token. said: (sentence, n + 1) French ids from the
    start token to the end token. length: (sentence,) how many words, the end token one of them, are to be said. aligned:
    (sentence, n) the English index of each word to be said. it, noun, other: (sentence,) English indices of the pronoun, of
    the noun it stands for, and of the noun it might have stood for, if there is one. pronoun: (sentence,) which of the words
    to be said is the pronoun.
    """

    source: np.ndarray
    there: np.ndarray
    said: np.ndarray
    length: np.ndarray
    aligned: np.ndarray
    it: np.ndarray
    noun: np.ndarray
    other: np.ndarray
    pronoun: np.ndarray

    def __getitem__(self, which):
        """Some of the sentences, or a single one."""
        return Examples(*(array[which] for array in self))


def vocabularies(lexicon: Lexicon) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words that a translator reads, and those that it says."""
    return lexicon.english, (START, END, *lexicon.french)


def is_held_out(sentence: Sentence) -> bool:
    """Whether a sentence is kept for tests: about one in ten, and the same ones always, by their English words alone."""
    return zlib.crc32(" ".join(sentence.english).encode()) % 10 == 0


def examples(sentences: Sequence[Sentence], vocabulary: Sequence[str], output_vocabulary: Sequence[str]) -> Examples:
    """The sentences as arrays. ValueError for a word outside the vocabularies."""
    start, end = output_vocabulary.index(START), output_vocabulary.index(END)
    english = [ids(sentence.english, vocabulary) for sentence in sentences]
    french = [ids(sentence.french, output_vocabulary) for sentence in sentences]
    n = max(map(len, french)) + 1
    its = [sentence.antecedent or (-1, -1) for sentence in sentences]
    return Examples(
        source=_padded(english, 0),
        there=_padded([np.ones(len(row), bool) for row in english], False),
        said=np.pad(_padded(french, end, n), ((0, 0), (1, 0)), constant_values=start),
        length=np.array([len(row) + 1 for row in french]),
        aligned=_padded([sentence.alignment for sentence in sentences], -1, n),
        it=np.array([it for it, _ in its]),
        noun=np.array([noun for _, noun in its]),
        other=np.array([-1 if sentence.other is None else sentence.other for sentence in sentences]),
        pronoun=np.array([sentence.alignment.index(it) if it >= 0 else -1 for sentence, (it, _) in zip(sentences, its)]),
    )


def _padded(rows, filler, width=0):
    whole = np.full((len(rows), max(width, *map(len, rows))), filler)               # (sentence, width)
    for place, row in zip(whole, rows):
        place[: len(row)] = row
    return whole
