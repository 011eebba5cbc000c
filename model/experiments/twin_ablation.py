"""What the translator says to another sentence of as many tokens without the head that `ablation` cuts."""

from model.encoder import encode
from model.experiments.ablation import cut_weights, said_to
from model.tensors import SAID, TRANSLATES, Tensor, scoped
from model.tokenizer import ids

TENSORS = scoped(
    "twin_ablation",
    Tensor("next_token_ids", "said", "the output vocabulary's row of every word that is said to the twin sentence without the head",
           "as ablation.next_token_ids, if there is a twin", TRANSLATES),
    Tensor("probabilities", "said vocabulary", "probability of every word to come next there, without the head",
           "as ablation.probabilities, if there is a twin", TRANSLATES, SAID),
)


def measure(run, record):
    """One more run of the whole model. Nothing is recorded without a twin, without a cut or without a decoder."""
    twin, cut = (run.given.get(name) for name in ("twin", "intervention"))
    if run.config.translates and twin and cut:
        rows, chances = said_to(run, encode(ids(twin, run.vocabulary), cut_weights(run, cut), run.config))  # (said,), (said, vocabulary)
        record("next_token_ids", rows)
        record("probabilities", chances)
