"""How much of a token's position can still be read from its vector, before the first block and after every block (Alain and
Bengio 2017), and by which way it came there: along the residual path, or through the sublayers."""

from dataclasses import replace

import numpy as np

from model.encoder import embed, visible
from model.functional import attention, feed_forward, layer_norm
from model.tensors import Tensor, scoped
from model.weights import N_POSITIONS, filled, generator, named
from model.wiring import path

N_FIT, N_HELD_OUT = 60, 30                # sentences
SHRINK = 0.1                              # penalty on a reading, in mean squared lengths of the vectors that it is fitted to
AT_ONCE = 8                               # sentences: what is wide stays in the processor's cache
N_WORDS = 160                             # of untrained models, which know only those of the sentence
TENSORS = scoped(
    "probe",
    Tensor("readable", "stage", "share of the position that a straight line through each vector finds: 1 all, 0 nothing",
           "1 - mean (position - reading)^2 / variance of position, held-out sentences, at least 0; before block 0, then after each"),
    Tensor("by_residual", "stage", "the same if the position goes along the residual path only",
           "as readable; every sublayer gives what it gives without positions"),
    Tensor("by_sublayers", "stage", "the same if it goes through the sublayers only",
           "as readable; every residual path carries what it carries without positions"),
)


def measure(run, record):
    """Sentences of words drawn at random, so that no word gives its place away; the reading is fitted by ridge regression (Hoerl and
    Kennard 1970), which needs no more of them where vectors have more features than there are tokens.

    In the precision in which the weights are stored. That is float32 for most that others have trained: what is found is less than 0.01
    from what float64 would find.
    """
    rng, width = generator(run.config.seed, "probe", run.config.d_model), run.config.d_model
    weights = run.weights
    if not run.config.trained:
        weights = weights._replace(embedding=rng.normal(0, width**-0.5, (N_WORDS, width)))      # (word, d_model)
    ids = rng.integers(len(weights.embedding), size=(N_FIT + N_HELD_OUT, N_POSITIONS))          # (sentence, position)
    exact = weights.encoder[0].mlp.W_1.dtype
    weights = filled(weights, {name: np.asarray(array, exact) for name, array in named(weights)})
    shares = np.array([*map(readable, passes(ids, weights, run.config))])                       # (stage, kind)
    for name, share in zip(("readable", "by_residual", "by_sublayers"), shares.T, strict=True):
        record(name, share)                                                                     # (stage,)


def readable(ways):
    """The share of the position that is found in vectors of some kinds (kind, sentence, position, d_model). A reading worse than one guess
    for all finds nothing."""
    errors = np.stack([missed(x) for x in ways])                                                # (kind, sentence, position)
    return np.maximum(0, 1 - (errors**2).mean((1, 2)) / np.arange(N_POSITIONS).var())           # (kind,)


def passes(ids, weights, config, kinds=("", "sublayer", "add")):
    """The vectors (kind, sentence, position, d_model) that the first block reads, then what each block hands on, if all moves of a kind,
    sublayer or add, go on from a pass without positions; of no kind: as they are.

    Of a sum only what was led round the sublayer is then from that pass.
    """
    here, bare = (embed(ids, weights, replace(config, positional=kind)).astype(weights.encoder[0].mlp.W_1.dtype)
                  for kind in (config.positional, "none"))                                      # (sentence, position, d_model)
    x, (*_, last) = np.stack([here] * len(kinds)), path(config.norm)                            # (kind, sentence, position, d_model)
    yield x.copy()
    for w in weights.encoder:
        for some in range(0, len(bare), AT_ONCE):
            part = slice(some, some + AT_ONCE)
            without = moves(bare[part], w, config)
            for k, kind in enumerate(kinds):
                x[k, part] = moves(x[k, part], w, config, kind, without)[last.makes]
            bare[part] = without[last.makes]
        yield x.copy()


def moves(x, w, config, kind="", without=None):
    """What every move of a block makes of x, by its name in the block. kind: of the moves that go on from `without`, another pass."""
    apply = {
        "self_attention": lambda x: attention(x, x, w.self_attention, config.n_heads, mask=visible(x.shape[-2], config)),
        "mlp": lambda x: feed_forward(x.reshape(-1, x.shape[-1]), w.mlp, config.activation).reshape(x.shape),   # one product, not many
        "norm_1": lambda x: layer_norm(x, w.norm_1, config.epsilon),
        "norm_2": lambda x: layer_norm(x, w.norm_2, config.epsilon),
    }
    made = {"input": x}
    for move in path(config.norm):
        if move.kind == "add":
            made[move.makes] = (without if kind == "add" else made)[move.reads[0]] + made[move.reads[1]]
        else:
            made[move.makes] = without[move.makes] if move.kind == kind else apply[move.part](made[move.reads[0]])
    return made


def missed(x):
    """How far the reading is off in held-out sentences. x: (sentence, position, d_model)."""
    places = np.arange(N_POSITIONS) - (N_POSITIONS - 1) / 2                                     # (position,), from the middle
    x = x - x[:N_FIT].mean((0, 1), dtype=np.float64)                                            # (sentence, position, d_model)
    fitted = x[:N_FIT].reshape(-1, x.shape[-1])                                                 # (sample, d_model)
    penalty = SHRINK * (fitted**2).sum(-1).mean() or 1.0                                        # where all are alike nothing is found
    normal = fitted.T @ fitted + penalty * np.eye(x.shape[-1])                                  # (d_model, d_model)
    reading = np.linalg.solve(normal, fitted.T @ np.tile(places, N_FIT))                        # (d_model,)
    return places - x[N_FIT:] @ reading                                                         # (held-out sentence, position)
