"""How good a translator is, by the forward pass that the films show: numpy's, word by word, on sentences it has never seen."""

import numpy as np

from model.checkpoint import Checkpoint
from model.decoder import decode
from model.encoder import encode
from model.examples import Examples
from model.generation import translate
from model.tokenizer import END, START
from model.recorder import Recorder
from model.weights import Weights, without_head

BATCH = 250
GUIDED_HEAD = 0                           # of the last block, in the encoder and in the decoder


def said(checkpoint: Checkpoint, examples: Examples, weights: Weights | None = None) -> np.ndarray:
    """The translations (sentence, n), as many tokens as are to be said. weights: others than the checkpoint's own."""
    known, n = checkpoint.output_vocabulary, examples.said.shape[1] - 1
    order, parts = examples.there.sum(1).argsort(kind="stable"), []  # sentences of one length end at about the same time
    for part in _batches(examples[order]):
        m = part.there.any(0).sum()
        ids = translate(part.source[:, :m], part.there[:, :m], weights or checkpoint.weights, checkpoint.config,
                        known.index(START), known.index(END))                       # (sentence, any)
        room = max(0, n - ids.shape[1])
        parts.append(np.pad(ids, ((0, 0), (0, room)), constant_values=known.index(END))[:, :n])
    return np.concatenate(parts)[order.argsort()]                                   # (sentence, n)


def exact(ids: np.ndarray, examples: Examples) -> np.ndarray:
    """Whether each translation (sentence, n) is right from its first word to its end token: (sentence,)."""
    counts = np.arange(ids.shape[1]) < examples.length[:, None]                     # (sentence, n)
    return ((ids == examples.said[:, 1:]) | ~counts).all(1)                         # (sentence,)


def antecedent_share(checkpoint: Checkpoint, examples: Examples) -> np.ndarray:
    """How much of the guided encoder head's attention goes from `it` to the noun it stands for: (sentence,)."""
    name, rows = f"encoder.{checkpoint.config.n_blocks - 1}.self_attention.weights", []
    for part in _batches(examples):
        look = _recorded(checkpoint, part)[name][:, GUIDED_HEAD]                    # (sentence, query, key)
        rows.append(look[np.arange(len(look)), part.it, part.noun])
    return np.concatenate(rows)


def aligned_share(checkpoint: Checkpoint, examples: Examples) -> tuple[np.ndarray, np.ndarray]:
    """Of the guided cross-attention head, when each word is about to be said: what it looks at most, and how much of its
    attention goes to the word that is translated; (sentence, n) both, and without meaning where no word is aligned."""
    name, most, share = f"decoder.{checkpoint.config.n_blocks - 1}.cross_attention.weights", [], []
    for part in _batches(examples):
        look = _recorded(checkpoint, part)[name][:, GUIDED_HEAD]                    # (sentence, n, m)
        most.append(look.argmax(-1))
        share.append(np.take_along_axis(look, part.aligned[..., None], -1)[..., 0])
    return np.concatenate(most), np.concatenate(share)


def figures(checkpoint: Checkpoint, examples: Examples, content: np.ndarray, feminine: np.ndarray) -> dict[str, float | int]:
    """All that the model card says.

    content: (vocabulary,) whether an English word is a noun, an adjective, a verb or a time. feminine: (vocabulary,) 1 for a
    feminine noun, 0 for a masculine one.
    """
    ids = said(checkpoint, examples)
    because = examples[(examples.it >= 0) & (examples.other >= 0)]
    share = antecedent_share(checkpoint, because)
    row = np.arange(len(because.it))
    genders = feminine[because.source[row, because.noun]], feminine[because.source[row, because.other]]
    most, mass = aligned_share(checkpoint, examples)
    words = (examples.aligned >= 0) & content[np.take_along_axis(examples.source, examples.aligned, 1)]
    return {
        "held_out": len(ids), "exact": _mean(exact(ids, examples)),
        "because": len(share), "antecedent_half": _mean(share >= 0.5), "antecedent_mean": _mean(share),
        "content_words": int(words.sum()), "aligned": _mean((most == examples.aligned)[words]),
        "aligned_mean": _mean(mass[words]),
    } | _causes(checkpoint, because[genders[0] != genders[1]])


def _causes(checkpoint: Checkpoint, examples: Examples) -> dict[str, float | int]:
    """What the guided encoder head does for `il` and `elle`: all examples have two nouns that differ in gender."""
    config, known = checkpoint.config, checkpoint.output_vocabulary
    cut = without_head(checkpoint.weights, config, config.n_blocks - 1, GUIDED_HEAD)
    pronouns = np.array([known.index("il"), known.index("elle")])
    right = examples.said[np.arange(len(examples.it)), examples.pronoun + 1] == pronouns[1]         # (sentence,) elle?
    whole, without = ((said(checkpoint, examples, w)[..., None] == pronouns).any(1) for w in (None, cut))   # (sentence, 2)
    return {
        "two_genders": len(right), "pronoun": _mean(_is(whole, right)), "pronoun_cut": _mean(_is(without, right)),
        "changed": _mean(_is(whole, True) & _is(without, False) | _is(whole, False) & _is(without, True)),
    }


def _is(pronouns: np.ndarray, elle: np.ndarray | bool) -> np.ndarray:
    """Whether a translation says the one pronoun, and not the other. pronouns: (sentence, 2), whether it says `il`, `elle`."""
    return (pronouns[:, 1] == elle) & (pronouns[:, 0] != elle)                      # (sentence,)


def _mean(values: np.ndarray) -> float:
    """0 if there are none."""
    return float(values.mean()) if values.size else 0.0


def _recorded(checkpoint: Checkpoint, examples: Examples) -> dict[str, np.ndarray]:
    """Every tensor of a pass in which the decoder reads the right words."""
    record, there = Recorder(), examples.there[:, None]
    memory = encode(examples.source, checkpoint.weights, checkpoint.config, record, there)
    decode(examples.said[:, :-1], memory, checkpoint.weights.decoder, checkpoint.config, record, there)
    return record.arrays


def _batches(examples: Examples):
    """At least one, so that what is made of them has its shape even if there are no examples."""
    return (examples[start : start + BATCH] for start in range(0, max(1, len(examples.length)), BATCH))
