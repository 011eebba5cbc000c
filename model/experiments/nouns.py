"""Which nouns `it` may stand for in a sentence and in its twin, and what the value of each tells: whether `il` or `elle` is said.

Every word is put in the place of the one that `it` looks at most in the head that was taught to find its noun. All that draw its look
there are nouns to that head, and one number of their values may tell the pronouns apart.
"""

from typing import NamedTuple

import numpy as np

from model.experiments.firing import in_place, passed, words_tried
from model.experiments.told import MOST_OF_IT, Cut, best_cut
from model.generation import translate
from model.guides import ANTECEDENT
from model.recorder import Recorder
from model.tensors import TRANSLATES, Tensor, scoped
from model.tokenizer import END, START, ids

IT, PRONOUNS = "it", ("il", "elle")
TENSORS = scoped(
    "nouns",
    Tensor("words", "noun", "rows of the vocabulary that draw the look of `it`, in the sentence and then in its twin, if there is one",
           "where self_attention.weights[it, looked] > 0.5 with that word there, and the sentence's own", TRANSLATES),
    Tensor("twin", "noun", "which of the two sentences each is put in", "0, the sentence, or 1, its twin", TRANSLATES),
    Tensor("said", "noun", "which pronoun is said with that word there", "0, il, or 1, elle", TRANSLATES),
    Tensor("feature", "", "the feature of the value by which a single cut tells the pronouns best", "argmax of right over all features", TRANSLATES),
    Tensor("numbers", "noun", "that feature of the value of each", "self_attention.value[looked, feature] with that word there", TRANSLATES),
    Tensor("cut", "", "where that cut is", "halfway between two of numbers", TRANSLATES),
    Tensor("above", "", "which pronoun is told above the cut", "0 or 1, so that more is right", TRANSLATES),
    Tensor("right", "", "of how many of the nouns the cut tells the pronoun", "sum((numbers > cut) = (said = above))", TRANSLATES),
)


class Nouns(NamedTuple):
    """A sentence, ids (n,), the `place` that `it` looks at most, and `words` (noun,) that draw its look there, with their `values` (noun, d_k)."""

    sentence: np.ndarray
    place: int
    words: np.ndarray
    values: np.ndarray


def measure(run, record):
    """For the sentence and its twin one pass with every word in that place. Nothing is recorded where not both have an `it` in one place."""
    both = found(run)
    if not both:
        return
    sentences = [in_place(run._replace(ids=each.sentence), each.place, each.words) for each in both]
    said = pronouns(run, np.concatenate(sentences), run.weights)                    # (noun,)
    known, twin = said == said, np.repeat([0, 1], [len(each.words) for each in both])
    record("words", np.concatenate([each.words for each in both])[known])
    record("twin", twin[known])
    record("said", said[known])
    values = np.concatenate([each.values for each in both])[known]                  # (noun, d_k)
    cut = best_cut(values, said[known]) if len({*said[known]}) > 1 else Cut(0, np.nan, np.nan, np.nan)
    record("feature", np.array(cut.feature))
    record("numbers", values[:, cut.feature])
    record("cut", np.array(cut.at))
    record("above", np.array(cut.above))
    record("right", np.array(cut.right))


def found(run):
    """The nouns of the sentence and of its twin; none where not both have an `it` in one place, or without a translator that says both pronouns."""
    twin = tuple(run.given.get("twin") or ())
    places = [k for k, pair in enumerate(zip(run.tokens, twin)) if pair == (IT, IT)]
    if not places or not run.config.translates or not {*PRONOUNS} <= {*run.checkpoint.output_vocabulary}:
        return []
    return [_nouns(run._replace(ids=rows), places[0]) for rows in (run.ids, np.array(ids(twin, run.vocabulary)))]


def _nouns(run, query):
    """Those of one sentence, in which `it` is the token `query`. No word that stands elsewhere in it is tried."""
    block, head, tried = ANTECEDENT.block % run.config.n_blocks, ANTECEDENT.head, words_tried(run)
    looks = passed(run, run.ids[None], Recorder())[f"encoder.{block}.self_attention.weights"][0, head, query]   # (n,)
    place = int(looks.argmax())
    tried = np.array([word for word in tried if word not in np.delete(run.ids, place)])                         # (word,)
    arrays = passed(run, in_place(run, place, tried), Recorder())
    weights, values = (arrays[f"encoder.{block}.self_attention.{name}"][:, head] for name in ("weights", "value"))
    drawn = (weights[:, query, place] > MOST_OF_IT) | (tried == run.ids[place])                                 # (word,)
    return Nouns(run.ids, place, tried[drawn], values[drawn, place])


def pronouns(run, sentences, weights):
    """Which of PRONOUNS is said first to each sentence (sentence, n); NaN if none is."""
    known = run.checkpoint.output_vocabulary
    end, forms = known.index(END), np.array([known.index(word) for word in PRONOUNS])
    said = translate(sentences, np.ones_like(sentences, bool), weights, run.config, known.index(START), end)    # (sentence, step)
    is_one = (said[..., None] == forms) & ~(said == end).cumsum(1).astype(bool)[..., None]                      # (sentence, step, form)
    first = is_one.any(-1).argmax(1)                                                                            # (sentence,)
    which = np.take_along_axis(is_one, first[:, None, None], 1)[:, 0]                                           # (sentence, form)
    return np.where(which.any(-1), which.argmax(-1), np.nan)
