"""How good a translator is, by the forward pass that the films show: numpy's, word by word, on sentences it has never seen."""

import numpy as np

from model.checkpoint import Checkpoint
from model.decoder import decode
from model.encoder import encode
from model.examples import Examples
from model.generation import translate
from model.guides import ANTECEDENT, GUIDES
from model.recorder import Recorder
from model.tokenizer import END, START
from model.weights import Weights, without_head

BATCH = 250


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


def guided(checkpoint: Checkpoint, examples: Examples) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Of each guide, by its name, which token its head looks at most, and how much of its attention goes to the one that it is
    drawn to: (sentence, query) both, and without meaning where it is drawn to none. The decoder reads the right words."""
    parts = [_looks(checkpoint, part) for part in _batches(examples)]
    return {guide.name: tuple(map(np.concatenate, zip(*(part[guide.name] for part in parts)))) for guide in GUIDES}


def figures(checkpoint: Checkpoint, examples: Examples, feminine: np.ndarray) -> dict[str, float | int]:
    """All that the model card says.

    Of each guide: the number of tokens that are drawn to one (_words), the share of these that look at it most (_most) and with at
    least half of their attention (_half), and the attention that it gets on average (_mean). feminine: (vocabulary,) 1 for a
    feminine noun, 0 for a masculine one.
    """
    found = {"held_out": len(examples.length), "exact": _mean(exact(said(checkpoint, examples), examples))}
    for name, (most, share) in guided(checkpoint, examples).items():
        to = getattr(examples, name)                                                # (sentence, query)
        most, share = (most == to)[to >= 0], share[to >= 0]                         # (word,)
        found |= {f"{name}_words": len(share), f"{name}_most": _mean(most), f"{name}_half": _mean(share >= 0.5),
                  f"{name}_mean": _mean(share)}
    because = examples[examples.other >= 0]
    noun, row = because.antecedent.max(1), np.arange(len(because.other))            # (sentence,)
    genders = feminine[because.source[row, noun]], feminine[because.source[row, because.other]]
    return found | _causes(checkpoint, because[genders[0] != genders[1]])


def _causes(checkpoint: Checkpoint, examples: Examples) -> dict[str, float | int]:
    """What the guided pronoun's head does for `il` and `elle`: all examples have two nouns that differ in gender."""
    config, known = checkpoint.config, checkpoint.output_vocabulary
    cut = without_head(checkpoint.weights, config, ANTECEDENT.block % config.n_blocks, ANTECEDENT.head)
    pronouns = np.array([known.index("il"), known.index("elle")])
    right = examples.said[np.arange(len(examples.other)), examples.pronoun + 1] == pronouns[1]      # (sentence,) elle?
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


def _looks(checkpoint: Checkpoint, examples: Examples) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    record, there, found = Recorder(), examples.there[:, None], {}
    memory = encode(examples.source, checkpoint.weights, checkpoint.config, record, there)
    decode(examples.said[:, :-1], memory, checkpoint.weights.decoder, checkpoint.config, record, there)
    for guide in GUIDES:
        look, to = record.arrays[guide.tensor(checkpoint.config)][:, guide.head], getattr(examples, guide.name)
        found[guide.name] = look.argmax(-1), np.take_along_axis(look, to[..., None], -1)[..., 0]    # (sentence, query) both
    return found


def _batches(examples: Examples):
    """At least one, so that what is made of them has its shape even if there are no examples."""
    return (examples[start : start + BATCH] for start in range(0, max(1, len(examples.length)), BATCH))
