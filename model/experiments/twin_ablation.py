"""What the translator says to another sentence of as many tokens without the head that `ablation` cuts, and without each of the others."""

from model.encoder import encode
from model.experiments.ablation import cut_weights, every_cut, said_to, said_to_each
from model.experiments.twin import ITS_WORDS
from model.tensors import SAID, TRANSLATES, Tensor, scoped
from model.tokenizer import ids

TENSORS = scoped(
    "twin_ablation",
    Tensor("next_token_ids", "said", "the output vocabulary's row of every word that is said to the twin sentence without the head",
           "as ablation.next_token_ids, if there is a twin", TRANSLATES),
    Tensor("probabilities", "said vocabulary", "probability of every word to come next there, without the head",
           "as ablation.probabilities, if there is a twin", TRANSLATES, SAID),
    Tensor("looks", "block head query key", "how much each token looks at each other there in the chosen head if one head is cut",
           "as ablation.looks, if there is a twin", TRANSLATES, words=ITS_WORDS, shares=True),
    Tensor("translations", "block head word", "the output vocabulary's row of every word that is said to the twin sentence if one head is "
           "cut; NaN after the end", "as ablation.translations, if there is a twin", TRANSLATES),
    Tensor("chances", "block head word", "probability of every word that is said there if one head is cut; NaN after the end",
           "as ablation.chances, if there is a twin", TRANSLATES),
)


def measure(run, record):
    """One more run of the whole model, and one for every head. Nothing is recorded without a twin, without a cut or without a decoder."""
    twin, cut = (run.given.get(name) for name in ("twin", "intervention"))
    if run.config.translates and twin and cut:
        tokens = ids(twin, run.vocabulary)                                          # (n,)
        rows, chances = said_to(run, encode(tokens, cut_weights(run, cut), run.config))     # (said,), (said, vocabulary)
        record("next_token_ids", rows)
        record("probabilities", chances)
        every, looks = every_cut(run, tokens)
        record("looks", looks)                                                      # (block, head, n, n)
        for name, said in zip(("translations", "chances"), said_to_each(run, every), strict=True):
            record(name, said)                                                      # (block, head, word)
