"""Why attention and not a recurrence: how many steps lie between two words (Vaswani et al. 2017, table 1)."""

import numpy as np

from model.tensors import Tensor, scoped

TENSORS = scoped(
    "path_length",
    Tensor("attention", "query key", "steps from each word to each other if every token looks at every other",
           "1; 0 from a word to itself"),
    Tensor("recurrence", "query key", "steps if each state is made from the one beside it, whichever way it reads",
           "|query - key|"),
    Tensor("longest", "way", "most steps between any two words: by attention, by a recurrence", "max of attention, of recurrence"),
    Tensor("sequential", "way", "steps that must wait for each other until the whole sentence is read", "1, count of tokens"),
)


def measure(run, record):
    """Counted for the sentence, in one layer of each."""
    place = np.arange(len(run.tokens))
    apart = np.abs(place[:, None] - place)                                          # (n, n)
    ways = record("attention", np.minimum(apart, 1)), record("recurrence", apart)   # (n, n) each
    record("longest", np.array([steps.max() for steps in ways]))                    # (way,)
    record("sequential", np.array([1, len(place)]))                                 # (way,)
