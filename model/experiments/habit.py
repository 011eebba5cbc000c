"""Whether a head that finds nouns is needed in one sentence only: many like it, with other nouns in both places, said with and without it."""

from itertools import product

import numpy as np

from model.experiments.ablation import cut_weights
from model.experiments.nouns import found, pronouns
from model.tensors import TRANSLATES, Tensor, scoped

MOST = 240                                # sentences, so that each of them can be drawn
TENSORS = scoped(
    "habit",
    Tensor("sentences", "sentence word", "rows of the vocabulary of sentences made of this one and its twin, if there is one",
           f"every noun of either at its place, all pairs of these; at most {MOST}, as far apart as each other", TRANSLATES),
    Tensor("said", "run sentence", "which pronoun is said to each by the whole model, and without the head",
           "0, il, or 1, elle; NaN if neither", TRANSLATES),
    Tensor("counts", "run form", "to how many of them il is said, and elle, by the whole model, and without the head", "count of said", TRANSLATES),
)


def measure(run, record):
    """Two runs of every sentence. Nothing is recorded without a cut, or without nouns (see `nouns`)."""
    cut, both = run.given.get("intervention"), found(run)
    if cut is None or not both:
        return
    made = np.array([*_made(both)])                                                 # (any, n)
    sentences = record("sentences", made[:: -(-len(made) // MOST)])                 # (sentence, n)
    said = record("said", np.stack([pronouns(run, sentences, w) for w in (run.weights, cut_weights(run, cut))]))    # (run, sentence)
    record("counts", (said[..., None] == [0, 1]).sum(1))                            # (run, form)


def _made(both):
    """Both sentences with every pair of nouns in the two places, or every noun, if that is one place; no noun stands in both."""
    nouns = {}
    for each in both:
        nouns[each.place] = nouns.get(each.place, ()) + tuple(word for word in each.words if word not in nouns.get(each.place, ()))
    for each in both:
        for words in product(*nouns.values()):
            if len({*words}) == len(words):
                sentence = each.sentence.copy()
                sentence[[*nouns]] = words
                yield sentence
