"""What the loss means: how surprised the model is by the right word, ln(1 / p) (Shannon 1948, section 6), and of how many equally
likely words that would be the surprise (the perplexity, Jelinek et al. 1977)."""

import numpy as np

from model.tensors import TRANSLATES, Tensor, scoped

N_SAMPLES, LAST = 200, 100                # of the curve; updates
TENSORS = scoped(
    "surprise",
    Tensor("probabilities", "sample", "probabilities that the right word may be given", f"1/{N_SAMPLES} to 1 in equal steps"),
    Tensor("losses", "sample", "how surprised a model is that gave the right word so much", "ln(1 / probabilities)"),
    Tensor("words", "", "how many words the translator can say", "count of rows of weights.decoder.embedding", TRANSLATES),
    Tensor("no_idea", "", "loss of a model that gives every word the same", "ln words", TRANSLATES),
    Tensor("perplexities", "update", "among how many equally likely words the translator as good as guessed",
           "exp(training.loss)", TRANSLATES),
    Tensor("first", "", "loss before anything was learned", "training.loss[0]", TRANSLATES),
    Tensor("last", "", "loss when training was over", f"mean of the last {LAST} of training.loss", TRANSLATES),
    Tensor("last_perplexity", "", "the words it as good as guessed among then", "exp(last)", TRANSLATES),
)


def measure(run, record):
    """The curve for any model, and what it says of the training of this one."""
    chances = record("probabilities", np.arange(1, N_SAMPLES + 1) / N_SAMPLES)      # (sample,)
    record("losses", np.log(1 / chances))                                           # (sample,)
    if run.checkpoint and run.config.translates:
        loss = run.checkpoint.training["training.loss"].astype(float)               # (update,)
        words = record("words", np.array(len(run.checkpoint.output_vocabulary)))    # ()
        record("no_idea", np.log(words))                                            # ()
        record("perplexities", np.exp(loss))                                        # (update,)
        record("first", loss[0])                                                    # ()
        record("last_perplexity", np.exp(record("last", loss[-LAST:].mean())))      # ()
