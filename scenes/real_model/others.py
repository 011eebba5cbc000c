"""Other sentences than the one that is shown: a pair that differs in one word, and one in which two words agree at a distance."""

import numpy as np

from model.encoder import encode
from model.recorder import Recorder
from model.tensors import Tensor, scoped
from model.tokenizer import ids, place

SENTENCES = ("before", "after", "far")
TENSORS = scoped(
    "others",
    *(tensor for key in SENTENCES for tensor in (
        Tensor(f"{key}.token_ids", "token", f"row of each token of the sentence `{key}` in the embedding table", "the ids of its tokens",
               words={}),
        Tensor(f"{key}.weights", "block head query key", f"the weights of all heads in the sentence `{key}`",
               "as encoder.block.self_attention.weights", words={}, shares=True))),
    Tensor("differs", "", "the first place at which the pair differs", "first where before.token_ids is not after.token_ids"),
    Tensor("asks", "", "the place of the word that looks in the sentence `far`", "where `asks` is in it"),
    Tensor("asked", "", "the place of the word that it looks at", "where `asked` is in it"),
    Tensor("heads", "", "how many heads there are", "n_blocks n_heads"),
    Tensor("block", "", "the block of the head that looks most from asks to asked, from 0", "argmax of far.weights[:, :, asks, asked]"),
    Tensor("head", "", "that head, from 0", "argmax of far.weights[:, :, asks, asked]"),
)


def measure(run, record):
    """Three more forward passes. Nothing is recorded of a model that cannot read any sentence.

    ValueError if the pair is not of as many tokens, or does not differ, or if a word is not in the sentence.
    """
    if run.config.spelling == "words":
        return
    said, every = {}, {}
    for key in SENTENCES:
        said[key] = run.checkpoint.tokenizer(run.given[key])
        rows, recorder = record(f"{key}.token_ids", ids(said[key], run.vocabulary)), Recorder()     # (n,)
        encode(rows, run.weights, run.config, recorder)                             # (n, d_model)
        of_blocks = [recorder.arrays[f"encoder.{block}.self_attention.weights"] for block in range(run.config.n_blocks)]
        every[key] = record(f"{key}.weights", np.stack(of_blocks))                  # (block, head, n, n)
    record("differs", np.array(_differs(said["before"], said["after"])))            # ()
    asks, asked = (int(record(key, _place(key, run, said["far"]))) for key in ("asks", "asked"))
    found = every["far"][:, :, asks, asked]                                         # (block, head)
    record("heads", np.array(found.size))                                           # ()
    for name, where in zip(("block", "head"), np.unravel_index(found.argmax(), found.shape)):
        record(name, np.array(where))                                               # ()


def _differs(before, after):
    places = [i for i, pair in enumerate(zip(before, after)) if len({*pair}) > 1]
    if len(before) != len(after) or not places:
        raise ValueError(f"after: must be of {len(before)} tokens, as 'before' is, and differ from it; it has {len(after)}")
    return places[0]


def _place(key, run, tokens):
    found = place(run.given[key], tokens, run.checkpoint.tokenizer)
    if found is None:
        raise ValueError(f"{key}: {run.given[key]!r} is not in the sentence of 'far'")
    return np.array(found)
