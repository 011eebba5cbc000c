"""What a hidden feature is: the words that make it fire, each put in the place of one token (Geva et al. 2021, section 3)."""

import numpy as np

from model.activations import ACTIVATIONS
from model.decoder import decode, predict
from model.encoder import embed, encode
from model.experiments.probe import moves
from model.functional import softmax
from model.lexicon import KINDS
from model.recorder import Recorder
from model.tensors import TRANSLATES, Tensor, scoped
from model.tokenizer import START
from model.wiring import path

MOST = 1000                               # words that are tried: those of the sentence only, if the vocabulary has more
HIGHEST = 6                               # words of a feature
HIGH = 0.5                                # of the highest feature of a token, what one that is found has at least
TENSORS = scoped(
    "firing.{block}",
    Tensor("feature", "token", f"for each token, of its hidden features at least {HIGH} times as high as the highest, that in which it is furthest "
           "above another token of the sentence",
           f"argmax of encoder.{{block}}.mlp.hidden - its least over token; those that fire for fewer than {HIGHEST} words come last"),
    Tensor("number", "token", "which feature of the hidden layer that is, counted from 1", "feature + 1"),
    Tensor("order", "token rank", "rows of the vocabulary that, put in the token's place, make the feature highest, the highest first",
           "order of values, falling"),
    Tensor("values", "token rank", "how high they make it", "encoder.{block}.mlp.activation[token, feature] with that word there"),
    Tensor("kinds", "kind", f"how many words of each kind are tried: {', '.join(KINDS)}, any other; none if the model does not know of what kind its "
           "words are", "count"),
    Tensor("above", "token kind", "how many of them make the feature more than 0", "count of values > 0 over all the words that are tried"),
    Tensor("kind", "token", f"which of {', '.join(KINDS)} it is, from 0, of which all words make it more than 0, and none of the others; -1 if none is",
           "above = kinds, above = 0"),
    Tensor("added", "token row d_model", "what the feature of a token adds to every token of the sentence",
           "encoder.{block}.mlp.activation[row, feature] weights.encoder.{block}.mlp.W_2[feature]"),
    Tensor("unclipped", "token row d_model", "what it would add to them without ReLU",
           "encoder.{block}.mlp.hidden[row, feature] weights.encoder.{block}.mlp.W_2[feature]"),
    Tensor("kept", "token step", "probability that each word of the translation keeps if that row of W_2 counts as 0, after the same words",
           "decoder.probabilities[step, next_token_ids] of the cut run", TRANSLATES),
    Tensor("least", "token", "the token for which that feature is lowest", "argmin of encoder.{block}.mlp.hidden[feature] over token"),
    Tensor("turned", "token step", "the same if that one's feature alone is not clipped, so that below 0 it is given the row upside down",
           "as kept; encoder.{block}.mlp.activation[least, feature] = encoder.{block}.mlp.hidden[least, feature]", TRANSLATES),
)


class Exchanged(Recorder):
    """Gives back what it holds in place of what it is called with; all else unchanged."""

    def __call__(self, name, x):
        return self.arrays.get(self.prefix + name, x)


def measure(run, record):
    """For every token one forward pass of all the words in its place, the other tokens as they are."""
    tried, tokens = words_tried(run), np.arange(len(run.ids))                       # (word,), (n,)
    kinds = kinds_of(run, tried)                                                    # (kind, word)
    passes = [activations(run, token, tried) for token in tokens]
    for number, values in enumerate(map(np.stack, zip(*passes, strict=True))):      # (n, word, d_ff)
        name = f"encoder.{number}.mlp.activation"
        order = (-values).argsort(1, kind="stable")[:, :HIGHEST]                    # (n, rank, d_ff)
        fires = values > 0                                                          # (n, word, d_ff)
        values = np.take_along_axis(values, order, 1)                               # (n, rank, d_ff)
        own, hidden = run.arrays[name], run.arrays[f"encoder.{number}.mlp.hidden"]  # (n, d_ff)
        high = (own >= HIGH * own.max(-1, keepdims=True)) & (values[:, -1] > 0)     # (n, d_ff)
        feature = np.where(high, hidden - hidden.min(0), own - own.max() - 1).argmax(-1)            # (n,)
        into = record.scope(str(number))
        into("feature", feature)
        into("number", feature + 1)
        into("order", tried[order[tokens, :, feature]])
        into("values", values[tokens, :, feature])
        into("kinds", kinds.sum(1))
        above = into("above", fires[tokens, :, feature] @ kinds.T)                  # (n, kind)
        into("kind", np.array([kind_of(found[:-1], kinds.sum(1)[:-1]) for found in above]))
        least = into("least", hidden[:, feature].argmin(0))                         # (n,)
        if run.config.translates:
            cells, is_it = [(at, each) for at, each in zip(least, feature)], np.arange(own.shape[1]) == feature[:, None]    # (n, d_ff)
            into("kept", np.stack([kept_with(run, name, np.where(each, 0, own)) for each in is_it]))                        # (n, step)
            into("turned", np.stack([kept_with(run, name, exchanged(own, hidden, cell)) for cell in cells]))                # (n, step)
        row = run.arrays[f"weights.encoder.{number}.mlp.W_2"][feature, None]                        # (n, 1, d_model)
        into("added", own.T[feature, :, None] * row + 0.0)                          # (n, n, d_model), no -0
        into("unclipped", hidden.T[feature, :, None] * row)                         # (n, n, d_model)


def activations(run, token, words):
    """The hidden features (word, d_ff) of a token in every block, with each of these words in its place; in the precision in which the
    weights are stored."""
    config, (*_, last) = run.config, path(run.config.norm)
    (read,) = next(move.reads for move in path(config.norm) if move.part == "mlp")
    x = embed(in_place(run, token, words), run.weights, config).astype(run.weights.encoder[0].mlp.W_1.dtype)    # (word, n, d_model)
    found = []
    for w in run.weights.encoder:
        made = moves(x, w, config)
        hidden = made[read][:, token] @ w.mlp.W_1 + w.mlp.b_1                       # (word, d_ff)
        found.append(ACTIVATIONS[config.activation](hidden))
        x = made[last.makes]                                                        # (word, n, d_model)
    return found


def words_tried(run):
    """The words that are put in a token's place: rows of the vocabulary (word,)."""
    return np.arange(len(run.vocabulary)) if len(run.vocabulary) <= MOST else np.unique(run.ids)


def kinds_of(run, words):
    """Which of the words (word,) are of each kind, and which of none: (kind, word), nothing but False if the model does not know."""
    known = run.checkpoint.facts.get("kinds", {}) if run.checkpoint else {}
    of = np.array([[run.vocabulary[word] in known.get(kind, ()) for word in words] for kind in KINDS])
    return np.vstack([of, ~of.any(0) & bool(known)]).astype(int)


def kind_of(above, kinds):
    """The kind of which all words are above 0, and none of the others; -1 if there is none. above, kinds: how many are and there are (kind,)."""
    (found,) = np.nonzero((kinds > 0) & (above == kinds))
    return found[0] if len(found) and above.sum() == above[found[0]] else -1


def kept_with(run, name, tensor):
    """The probability (step,) that the words of the translation keep if an array is in the place of a tensor of the encoder's pass."""
    own = run.arrays["decoder.next_token_ids"].astype(int)                          # (step,)
    memory = encode(run.ids, run.weights, run.config, Exchanged({name: tensor}))    # (n, d_model)
    given = np.append(run.checkpoint.output_vocabulary.index(START), own[:-1])      # (step,)
    outputs = decode(given, memory, run.weights.decoder, run.config)                # (step, d_model)
    return softmax(predict(outputs, run.weights.decoder.output))[np.arange(len(own)), own]


def exchanged(array, other, cell):
    """An array with one of its cells from another."""
    array = array.copy()
    array[cell] = other[cell]
    return array


def in_place(run, token, words):
    """The sentence with each of these words in a token's place: ids (word, n)."""
    return np.where(np.arange(len(run.ids)) == token, words[:, None], run.ids)


def passed(run, sentences, recorder):
    """What a recorder keeps (word, n, ...) of the encoder's pass of some sentences (word, n)."""
    encode(sentences, run.weights, run.config, recorder)
    return recorder.arrays
