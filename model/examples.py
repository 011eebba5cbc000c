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
    start token to the end token. length: (sentence,) how many words, the end token one of them, are to be said. modifier:
    (sentence, m) the English index of the noun of each article and adjective in a noun phrase. antecedent: (sentence, m), at
    `it`, that of the noun it stands for. alignment: (sentence, n) that of the word that each word to be said translates.
    other: (sentence,) that of the noun `it` might have stood for. pronoun: (sentence,) which of the words to be said is the pronoun.
    """

    source: np.ndarray
    there: np.ndarray
    said: np.ndarray
    length: np.ndarray
    modifier: np.ndarray
    antecedent: np.ndarray
    alignment: np.ndarray
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
    m, n = max(map(len, english)), max(map(len, french)) + 1
    its = [[sentence.antecedent] if sentence.antecedent else [] for sentence in sentences]
    return Examples(
        source=_padded(english, 0),
        there=_padded([np.ones(len(row), bool) for row in english], False),
        said=np.pad(_padded(french, end, n), ((0, 0), (1, 0)), constant_values=start),
        length=np.array([len(row) + 1 for row in french]),
        modifier=_pointing([sentence.modifies for sentence in sentences], m),
        antecedent=_pointing(its, m),
        alignment=_padded([sentence.alignment for sentence in sentences], -1, n),
        other=np.array([-1 if sentence.other is None else sentence.other for sentence in sentences]),
        pronoun=np.array([sentence.alignment.index(it[0][0]) if it else -1 for sentence, it in zip(sentences, its)]),
    )


def _pointing(pairs, width):
    """Of each sentence the second index of each pair, at the first one."""
    return _padded([[dict(found).get(index, -1) for index in range(width)] for found in pairs], -1)     # (sentence, width)


def _padded(rows, filler, width=0):
    whole = np.full((len(rows), max(width, *map(len, rows))), filler)               # (sentence, width)
    for place, row in zip(whole, rows):
        place[: len(row)] = row
    return whole
