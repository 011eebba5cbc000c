"""How the translator is trained: the same forward pass, differentiated by JAX.

AdamW (Loshchilov and Hutter 2019) with a warm-up and then a cosine to almost nothing. Labels are smoothed (Szegedy et al. 2016;
Vaswani et al. 2017, section 5.4), so that no word is ever as good as certain. Some heads have a guide, see `model.guides`.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, BinaryIO, NamedTuple, Self

import jax
import jax.numpy as jnp
import numpy as np
import optax

from model.checkpoint import Checkpoint, untrained
from model.config import ModelConfig
from model.decoder import decode, predict
from model.encoder import encode
from model.examples import Examples
from model.guides import GUIDES
from model.recorder import Recorder
from model.weights import Weights, filled, named

REPORT = 250                              # updates from one report to the next


class Schedule(NamedTuple):
    """How the model learns. smoothing: the share of each label that goes to all words alike."""

    steps: int = 5000
    batch: int = 128
    warm_up: int = 300
    peak: float = 4e-3
    least: float = 1e-5
    decay: float = 1e-4
    smoothing: float = 0.05


class State(NamedTuple):
    """Where a training run stands.

    step: updates done. losses: (update,) the surprise found by each, see `loss`. kept: (checkpoint, 3, block, d_model, d_model)
    W_Q, W_K and W_V of the encoder blocks at the beginning, in the middle and at the end, as far as it has come.
    """

    step: int
    weights: Weights
    optimiser: Any
    losses: np.ndarray
    kept: np.ndarray

    def save(self, file: BinaryIO) -> None:
        """Write all of it, as .npz."""
        np.savez(file, allow_pickle=False, **{str(i): np.asarray(leaf) for i, leaf in enumerate(jax.tree.leaves(self))})

    def load(self, file: BinaryIO) -> Self:
        """The state that was saved of a run that began in this one. ValueError or KeyError if it is none."""
        with np.load(file, allow_pickle=False) as stored:
            leaves = [stored[str(i)] for i in range(len(jax.tree.leaves(self)))]
        return jax.tree.unflatten(jax.tree.structure(self), [int(leaves[0]), *leaves[1:]])


def begin(config: ModelConfig, vocabulary: Sequence[str], output_vocabulary: Sequence[str], schedule: Schedule) -> State:
    """A training run in which nothing is learned yet; config.seed draws the weights."""
    drawn = untrained(config, vocabulary, output_vocabulary)
    weights = filled(drawn, {name: np.asarray(array, np.float32) for name, array in named(drawn)})
    return State(0, weights, _optimiser(schedule).init(weights), np.zeros(0, np.float32), _matrices(weights)[None])


def train(state: State, examples: Examples, config: ModelConfig, schedule: Schedule) -> Iterator[State]:
    """Goes on from a state; yields where it stands after every REPORT updates, and at the end.

    The same state, examples, config and schedule give the same weights on the same machine, whether or not it was interrupted:
    which examples an update learns from depends on config.seed and the number of the update alone.
    """
    weights, optimiser, losses, kept = state.weights, state.optimiser, [], state.kept
    for step in range(state.step, schedule.steps):
        which = np.random.default_rng([config.seed, step]).integers(0, len(examples.length), schedule.batch)
        weights, optimiser, found = _update(weights, optimiser, examples[which], step, config, schedule)
        losses.append(found)
        if step + 1 in (schedule.steps // 2, schedule.steps):
            kept = np.concatenate([kept, _matrices(weights)[None]])
        if (step + 1) % REPORT == 0 or step + 1 == schedule.steps:
            state = State(step + 1, weights, optimiser, np.append(state.losses, np.array(losses, np.float32)), kept)
            losses = []
            yield state


def finished(state: State, config: ModelConfig, vocabulary: Sequence[str], output_vocabulary: Sequence[str],
             schedule: Schedule) -> Checkpoint:
    """The checkpoint of a run that is over."""
    letters = {f"training.W_{letter}": state.kept[:, i] for i, letter in enumerate("QKV")}  # (checkpoint, block, input, output)
    steps = np.array([0, schedule.steps // 2, schedule.steps])                              # (checkpoint,)
    weights = filled(state.weights, {name: np.asarray(array, np.float64) for name, array in named(state.weights)})
    training = {"training.loss": state.losses, "training.steps": steps} | letters
    return Checkpoint(config, tuple(vocabulary), tuple(output_vocabulary), weights, training, {})


def loss(weights: Weights, examples: Examples, config: ModelConfig, schedule: Schedule, step: int | None = None) -> tuple:
    """What is made small, and how surprised the translator is by the right word, on average and before any smoothing.

    step: how many updates were done before; guides grow once the warm-up is over, and have their full weight if it is None.
    """
    found = jax.vmap(partial(terms, config=config), (None, 0))(weights, examples)
    sums, counts = ({name: jnp.sum(values[i]) for name, values in found.items()} for i in (0, 1))
    means = {name: sums[name] / jnp.maximum(counts[name], 1) for name in sums}
    smoothed = (1 - schedule.smoothing) * means["surprise"] + schedule.smoothing * means["any"]
    guides = sum(guide.weight * means[guide.name] for guide in GUIDES)
    growth = 1 if step is None else jnp.clip((step - schedule.warm_up) / 500, 0, 1)
    return smoothed + growth * guides, means["surprise"]


def terms(weights: Weights, example: Examples, config: ModelConfig) -> dict:
    """Of one example, each as a sum and of how many words: how surprised the model is by the right word, how surprised it would
    be by any, and how far astray each guided head is. The decoder reads the right words, whatever it would have said itself."""
    record, there = Recorder(), example.there[None]
    memory = encode(example.source, weights, config, record, there, jnp)                            # (m, d_model)
    x = decode(example.said[:-1], memory, weights.decoder, config, record, there, jnp)              # (n, d_model)
    surprise = -jax.nn.log_softmax(predict(x, weights.decoder.output))                              # (n, vocabulary)
    row = jnp.arange(len(surprise))                                                                 # (n,)
    counts = row < example.length                                                                   # (n,)
    found = {"surprise": (surprise[row, example.said[1:]], counts), "any": (surprise.mean(-1), counts)}
    for guide in GUIDES:
        to = getattr(example, guide.name)                                                           # (query,)
        share = record.arrays[guide.tensor(config)][guide.head, jnp.arange(len(to)), to]            # (query,)
        found[guide.name] = astray(share, guide.share), to >= 0
    return {name: ((values * counts).sum(), counts.sum()) for name, (values, counts) in found.items()}


def astray(share, wanted):
    """Cross-entropy of a share of attention against the wanted one: least where they agree, and without end at 0 and at 1."""
    return -(wanted * jnp.log(share + 1e-6) + (1 - wanted) * jnp.log(1 - share + 1e-6))


@partial(jax.jit, static_argnames=("config", "schedule"))
def _update(weights, optimiser, examples, step, config, schedule):
    (_, surprise), gradient = jax.value_and_grad(loss, has_aux=True)(weights, examples, config, schedule, step)
    change, optimiser = _optimiser(schedule).update(gradient, optimiser, weights)
    return optax.apply_updates(weights, change), optimiser, surprise


def _optimiser(schedule: Schedule) -> optax.GradientTransformation:
    warm_up = min(schedule.warm_up, schedule.steps // 2)
    rate = optax.warmup_cosine_decay_schedule(0, schedule.peak, warm_up, schedule.steps, schedule.least)
    return optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(rate, weight_decay=schedule.decay))


def _matrices(weights: Weights) -> np.ndarray:
    attention = [block.self_attention for block in weights.encoder]
    return np.array([[getattr(w, f"W_{letter}") for w in attention] for letter in "QKV"], np.float32)
