"""What a token is told by the one that it looks at most, and not by that one's key (Vaswani et al. 2017, section 3.2.1): which of two forms a
word of the translation has.

Every word is put in the place of the one that a token looks at most, or every word of its kind, if the model knows that. All that draw
its look there have keys that fit its query; the translation shows what of their values has reached the token's z.
"""

from typing import NamedTuple

import numpy as np

from model.experiments.firing import in_place, kinds_of, passed, words_tried
from model.generation import stacked, translate
from model.lexicon import KINDS
from model.recorder import Recorder
from model.tensors import TRANSLATES, Tensor, scoped
from model.tokenizer import END, START

MOST_OF_IT = 0.5                          # weight above which a word has drawn the look
SIDES = ("key", "z")
TENSORS = scoped(
    "told",
    Tensor("looked", "block head query", "which token each looks at most: in its place other words are put",
           "argmax of self_attention.weights over key", TRANSLATES),
    Tensor("kind", "block head query", f"which of {', '.join(KINDS)} that one is, from 0; -1 if it is none, or the model does not know",
           "argmax of being one over kind", TRANSLATES),
    Tensor("words", "block head query found", "rows of the vocabulary that draw the look there, of that kind if it is known; NaN after the last",
           "where self_attention.weights[query, looked] > 0.5 with that word there, and the token's own", TRANSLATES),
    Tensor("forms", "block head query form", "the output vocabulary's rows of the two words that one place of the translation has by turns",
           "the two most frequent over the found words, at the place where the second is the most frequent", TRANSLATES),
    Tensor("said", "block head query found", "which of the two forms each word brings about", "0, the first of forms, or 1", TRANSLATES),
    Tensor("count", "block head query", "how many words that is", "number of words", TRANSLATES),
    Tensor("left_out", "block head query", "other such words, which bring about neither form, or a translation of another length",
           "count", TRANSLATES),
    Tensor("features", "block head query side", "the feature of the found word's key, and that of the token's z, by which a single cut tells the "
           "forms best", "argmax of right over all features", TRANSLATES),
    Tensor("numbers", "block head query side found", "that feature of every found word's key, and of the token's z",
           "self_attention.key[looked] and self_attention.heads[query] with that word there, [features]", TRANSLATES),
    Tensor("cuts", "block head query side", "where that cut is", "halfway between two of numbers", TRANSLATES),
    Tensor("above", "block head query side", "which form is told above the cut", "0 or 1, so that more is right", TRANSLATES),
    Tensor("guess", "block head query", "of how many of the found words the more frequent form is right, said of all of them",
           "most of the counts of said", TRANSLATES),
    Tensor("right", "block head query side", "of how many of the found words the cut tells the form", "sum((numbers > cuts) = (said = above))",
           TRANSLATES),
)


class Place(NamedTuple):
    """A token's place and every word put there: `words` (word), which of them is its `own` (word), which are `alike` (word), of
    the same `kind`, -1 and all if it is not known, the `weights` (block, h, query, word) that each gets there, its `key` (block, h, word, d_k), the `z` (block, h, query, word, d_k) that it makes, and `said` (word, step), the
    translation, -1 where that is of another length or the look is not drawn."""

    words: np.ndarray
    own: np.ndarray
    kind: int
    alike: np.ndarray
    weights: np.ndarray
    key: np.ndarray
    z: np.ndarray
    said: np.ndarray


def measure(run, record):
    """For each place that is looked at most one pass with every word there, and the translations of those that draw the look. Nothing is
    recorded without a translator."""
    if not run.config.translates:
        return
    looked = record("looked", run.of_all_blocks("self_attention.weights").argmax(-1))           # (block, h, n)
    places = {token: _place(run, token, looked == token) for token in np.unique(looked)}
    told = [_told(places[token], *where) for where, token in np.ndenumerate(looked)]
    for name in told[0]:
        found = stacked([np.asarray(of_one[name]) for of_one in told])          # (block h n, ...)
        record(name, found.reshape(*looked.shape, *found.shape[1:]))


def _place(run, token, looking):
    """What every word makes of a place. looking: (block, h, query), True where that is the one looked at most."""
    words, blocks = words_tried(run), range(run.config.n_blocks)
    sentences = in_place(run, token, words)                                         # (word, n)
    arrays = passed(run, sentences, Recorder())
    weights, key, z = (np.stack([arrays[f"encoder.{block}.self_attention.{name}"] for block in blocks]) for name in ("weights", "key", "heads"))
    weights = np.moveaxis(weights[..., token], 1, -1)                               # (block, h, query, word)
    key, z = key[..., token, :].swapaxes(1, 2), np.moveaxis(z, 1, 3)                # (block, h, word, d_k), (block, h, query, word, d_k)
    own = words == run.ids[token]                                                   # (word,)
    kinds = kinds_of(run, words)[:-1]                                               # (kind, word)
    kind = int(kinds[:, own].argmax()) if kinds[:, own].any() else -1
    alike = kinds[kind] > 0 if kind >= 0 else np.ones(len(words), bool)             # (word,)
    drawn = own | (((weights > MOST_OF_IT) & looking[..., None]).any((0, 1, 2)) & alike)            # (word,)
    said = np.full((len(words), len(run.arrays["decoder.next_token_ids"])), -1)     # (word, step)
    said[drawn] = _translations(run, sentences[drawn])
    return Place(words, own, kind, alike, weights, key, z, said)


def _translations(run, sentences):
    """The translations (word, step) of sentences (word, n), -1 where they are not as long as that of the run."""
    known, length = run.checkpoint.output_vocabulary, len(run.arrays["decoder.next_token_ids"])
    end = known.index(END)
    said = translate(sentences, np.ones_like(sentences, bool), run.weights, run.config, known.index(START), end, length)
    said = np.pad(said, ((0, 0), (0, length)), constant_values=-1)[:, :length]      # (word, step)
    fits = (said[:, -1] == end) & ((said == end).sum(1) == 1)                       # (word,)
    return np.where(fits[:, None], said, -1)


def _told(place, block, head, query):
    """All tensors but `looked` of one token in one head. What there is not, as of a translation that never changes, is NaN."""
    found = place.own | ((place.weights[block, head, query] > MOST_OF_IT) & place.alike)            # (word,)
    forms, said = _forms(place.said[found])                                         # (form,), (found,)
    known = said >= 0
    left_out = len(said) - known.sum() if known.any() else 0
    if known.any():
        found[found], said = known, said[known]
    words, vectors = place.words[found], (place.key[block, head, found], place.z[block, head, query, found])       # (found,), (found, d_k) each
    cuts = [best_cut(side, said) for side in vectors] if known.any() else [Cut(0, np.nan, np.nan, np.nan)] * len(SIDES)
    features, at, above, right = (np.array(of_both) for of_both in zip(*cuts, strict=True))                        # (side,) each
    return {
        "kind": place.kind, "words": words, "forms": forms, "count": len(words), "left_out": left_out,
        "said": said if known.any() else np.full(len(words), np.nan), "features": features,
        "numbers": np.stack([side[:, feature] for side, feature in zip(vectors, features, strict=True)]),
        "cuts": at, "above": above, "right": right, "guess": np.bincount(said).max() if known.any() else np.nan,
    }


def _forms(said):
    """The two forms (form,), NaN if there are none, and which of them each word brings about (found,), -1 if neither. said: (found, step)."""
    counts = [np.unique(column[column >= 0], return_counts=True) for column in said.T]
    seconds = [np.sort(count)[-2] if len(count) > 1 else 0 for _, count in counts]
    if not max(seconds, default=0):
        return np.full(2, np.nan), np.full(len(said), -1)
    step = len(seconds) - 1 - np.argmax(seconds[::-1])
    rows, count = counts[step]
    forms = np.sort(rows[np.argsort(-count, kind="stable")[:2]])
    return forms, np.select([said[:, step] == form for form in forms], [0, 1], -1)


class Cut(NamedTuple):
    """A cut along one feature: where it is `at`, the form told `above` it, 0 or 1, and how many words that is `right` of."""

    feature: int
    at: float
    above: int
    right: int


def best_cut(numbers, second):
    """The cut along one feature that best tells which words are of the second form.

    numbers: (found, d_k). second: (found,), 0 or 1, both of which occur.
    """
    ordered = np.sort(numbers, 0)
    cuts = (ordered[1:] + ordered[:-1]) / 2                                         # (cut, d_k)
    right = ((numbers > cuts[:, None]) == (second == 1)[:, None]).sum(1)            # (cut, d_k)
    best = np.maximum(right, len(second) - right)
    cut, feature = np.unravel_index(best.argmax(), best.shape)
    return Cut(feature, cuts[cut, feature], int(2 * right[cut, feature] >= len(second)), best[cut, feature])
