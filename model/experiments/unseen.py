"""Two sentences that differ in a word, which the first block shows to no other token: what later blocks do without having been told of it.

The word itself goes its way: it looks at all tokens, and the decoder may look at what becomes of it. If both sentences are then understood
alike, the first block's attention is what told the other tokens which of the two they stand in.
"""

import numpy as np

from model.encoder import encode, visible
from model.experiments.ablation import said_to
from model.experiments.twin import ITS_WORDS
from model.recorder import Recorder
from model.tensors import SAID, TRANSLATES, Tensor, scoped
from model.tokenizer import ids

HIDDEN = "if block 1 shows the differing word to no other token"
TENSORS = scoped(
    "unseen",
    Tensor("weights", "block head query key", f"how much each token looks at each other {HIDDEN}",
           "as self_attention.weights, if there is a twin", shares=True),
    Tensor("twin_weights", "block head query key", f"how much each token looks at each other in the twin sentence {HIDDEN}",
           "as self_attention.weights, if there is a twin", words=ITS_WORDS, shares=True),
    Tensor("next_token_ids", "said", f"the output vocabulary's row of every word that is said {HIDDEN}",
           "as decoder.next_token_ids, if there is a twin", TRANSLATES),
    Tensor("probabilities", "said vocabulary", f"probability of every word to come next {HIDDEN}",
           "as decoder.probabilities, if there is a twin", TRANSLATES, SAID),
    Tensor("twin_next_token_ids", "said", f"the output vocabulary's row of every word that is said to the twin sentence {HIDDEN}",
           "as decoder.next_token_ids, if there is a twin", TRANSLATES),
    Tensor("twin_probabilities", "said vocabulary", f"probability of every word to come next there {HIDDEN}",
           "as decoder.probabilities, if there is a twin", TRANSLATES, SAID),
)


def measure(run, record):
    """One more run for either sentence. Nothing is recorded if there is no twin."""
    twin = run.given.get("twin")
    if not twin:
        return
    differs = np.array([own != other for own, other in zip(run.tokens, twin, strict=True)])     # (n,)
    for prefix, rows in (("", run.ids), ("twin_", ids(twin, run.vocabulary))):
        kept = Recorder()
        memory = encode(rows, run.weights, run.config, kept, _masks(differs, run.config))       # (n, d_model)
        blocks = range(run.config.n_blocks)
        record(f"{prefix}weights", np.stack([kept.arrays[f"encoder.{block}.self_attention.weights"] for block in blocks]))  # (block, h, n, n)
        if run.config.translates:
            said, chances = said_to(run, memory)                                    # (said,), (said, vocabulary)
            record(f"{prefix}next_token_ids", said)
            record(f"{prefix}probabilities", chances)


def _masks(differs, config):
    """A mask for each block: in the first nothing but itself looks at what differs. differs: (n,), True where the sentences do."""
    anywhere = visible(len(differs), config)
    anywhere = np.ones((len(differs),) * 2, bool) if anywhere is None else anywhere # (n, n)
    return anywhere & (differs[:, None] | ~differs), *[anywhere] * (config.n_blocks - 1)
