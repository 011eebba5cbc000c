"""What the translator says to another sentence of as many tokens, and where that first differs from what it says to this one."""

from itertools import zip_longest

import numpy as np

from model.encoder import encode
from model.experiments.ablation import said_to
from model.tensors import SAID, TRANSLATES, Tensor, scoped
from model.tokenizer import ids

TENSORS = scoped(
    "twin_translation",
    Tensor("next_token_ids", "said", "the output vocabulary's row of every word that is said to the twin sentence",
           "as decoder.next_token_ids, if there is a twin", TRANSLATES),
    Tensor("probabilities", "said vocabulary", "probability of every word to come next in the translation of the twin sentence",
           "as decoder.probabilities, if there is a twin", TRANSLATES, SAID),
    Tensor("place", "", "the first step that says another word than to the sentence itself; the number of steps if there is none",
           "first step where next_token_ids != decoder.next_token_ids, if there is a twin", TRANSLATES),
)


def measure(run, record):
    """One more forward pass, and one of the decoder for every word. Nothing is recorded without a twin or without a decoder."""
    if run.config.translates and (twin := run.given.get("twin")):
        rows, chances = said_to(run, encode(ids(twin, run.vocabulary), run.weights, run.config))    # (said,), (said, vocabulary)
        record("next_token_ids", rows)
        record("probabilities", chances)
        own = run.arrays["decoder.next_token_ids"]                                  # (step,)
        differs = np.array([a != b for a, b in zip_longest(own, rows)])             # (longer,)
        record("place", np.array(differs.argmax() if differs.any() else len(own)))  # ()
