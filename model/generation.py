"""What a model says: the most probable word, again and again, each time after all words so far."""

from collections.abc import Callable

import numpy as np

from model.decoder import decode, predict
from model.encoder import encode
from model.functional import softmax
from model.recorder import Recorder
from model.weights import MOST_STEPS

CONTINUED = 6                             # words of a text that goes on: it comes to no end


def generate(memory, weights, config, start, end, record):
    """The ids of the words that a decoder says to memory (m, d_model), up to and with `end`; every step is recorded.

    What is recorded has the step as its first axis; what is not there yet in a step is NaN (see `tensors.py`).
    """
    def scores(said, step):
        x = decode(np.array(said), memory, weights, config, step)                   # (n, d_model)
        return predict(x[-1], weights.output)                                       # (vocabulary,)

    return _say([start], scores, MOST_STEPS, end, record)


def carry_on(ids, weights, config, record):
    """The ids of the words that come after a sentence (n,), CONTINUED of them if there are places left; recorded as `generate` does."""
    places = len(weights.positions) - len(ids) if config.positional == "learned" else CONTINUED

    def scores(said, step):
        x = encode(np.array(said), weights, config)                                 # (n, d_model)
        # Unlike @, einsum makes no copy in float64 of a table of short floats.
        return np.einsum("vd,d->v", weights.embedding, x[-1])                       # (vocabulary,)

    return _say(list(ids), scores, min(places, CONTINUED), None, record)


def _say(begun: list[int], scores: Callable, most: int, end: int | None, record) -> list[int]:
    """The most probable words after those that have begun, by `scores(said, step)`, up to `end` or so many; step is a recorder."""
    said, steps = list(begun), []
    while len(steps) < most and (not steps or said[-1] != end):
        step = Recorder()
        logits = step("decoder.logits", scores(said, step))                         # (vocabulary,)
        probabilities = step("decoder.probabilities", softmax(logits))              # (vocabulary,)
        said.append(int(step("decoder.next_token_ids", probabilities.argmax())))
        steps.append(step.arrays)
    for name in steps[0] if steps else ():
        record(name, stacked([arrays[name] for arrays in steps]))
    return said[len(begun):]


def stacked(arrays):
    """Arrays of as many axes each, one upon the other; where one is shorter than the longest there is NaN."""
    shape = np.max([array.shape for array in arrays], axis=0).astype(int)
    whole = np.full((len(arrays), *shape), np.nan)                                  # (step, ...)
    for step, array in enumerate(arrays):
        whole[(step, *map(slice, array.shape))] = array
    return whole


def translate(ids, mask, weights, config, start, end, most=MOST_STEPS):
    """As `generate`, for many sentences at once, and nothing is recorded.

    ids: (sentence, m), mask: (sentence, m), True where there is a token. Returns ids (sentence, n) without the start token,
    where nothing counts after the first `end`. most: words that are said, if none of them is `end`.
    """
    memory = encode(ids, weights, config, mask=mask[:, None])                       # (sentence, m, d_model)
    said = np.full((len(ids), 1), start)                                            # (sentence, 1)
    while said.shape[1] <= most and not (said == end).any(1).all():
        x = decode(said, memory, weights.decoder, config, memory_mask=mask[:, None])[:, -1]     # (sentence, d_model)
        following = predict(x, weights.decoder.output).argmax(-1)                   # (sentence,)
        said = np.concatenate([said, following[:, None]], 1)                        # (sentence, n + 1)
    return said[:, 1:]
