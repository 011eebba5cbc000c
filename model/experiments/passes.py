"""How often each half of the machine runs: once over what is there, once for every word that is not there yet."""

import numpy as np

from model.decoder import decode, predict
from model.functional import softmax
from model.tensors import TRANSLATES, Tensor, scoped
from model.tokenizer import START

TENSORS = scoped(
    "passes",
    Tensor("encoder", "token", "forward passes of the encoder until each token is understood", "1"),
    Tensor("generation", "step", "forward passes of the decoder until each word is said", "step + 1", TRANSLATES),
    Tensor("training", "step", "forward passes of the decoder until each word is judged, if all are given to it", "1", TRANSLATES),
    Tensor("generation_probabilities", "step", "probability of each word that is said, in the pass that says it",
           "decoder.probabilities[step, next_token_ids]", TRANSLATES),
    Tensor("training_probabilities", "step", "the same, all found in one masked pass over all the words",
           "softmax(output weights.output.W + weights.output.b)[token, next_token_ids], output: of the pass", TRANSLATES),
    Tensor("difference", "", "how far the one pass is from the many, over the whole vocabulary",
           "max |softmax(output weights.output.W + weights.output.b) - decoder.probabilities|", TRANSLATES),
)


def measure(run, record):
    """The passes as they are counted, and one more of the decoder: over the start token and all it has said but the last token.

    This is teacher forcing, with the model's own words as the teacher's. No token looks ahead, so the one pass finds at every
    place what generation has found there.
    """
    record("encoder", np.ones(len(run.tokens)))                                     # (n,)
    if run.config.translates:
        _decoder(run, record)


def _decoder(run, record):
    said = run.arrays["decoder.next_token_ids"].astype(int)                         # (step,)
    steps, start = np.arange(len(said)), run.checkpoint.output_vocabulary.index(START)
    record("generation", steps + 1)                                                 # (step,)
    record("training", np.ones(len(said)))                                          # (step,)
    given = np.append(start, said[:-1])                                             # (step,)
    output = decode(given, run.arrays["encoder.output"], run.weights.decoder, run.config)   # (step, d_model)
    at_once = softmax(predict(output, run.weights.decoder.output))                  # (step, vocabulary)
    one_by_one = run.arrays["decoder.probabilities"]                                # (step, vocabulary)
    record("generation_probabilities", one_by_one[steps, said])                     # (step,)
    record("training_probabilities", at_once[steps, said])                          # (step,)
    record("difference", np.abs(at_once - one_by_one).max())                        # ()
