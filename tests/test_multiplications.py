"""Narrow heads cost what one wide one does: multiplications are counted as they are done."""

import numpy as np
import pytest

import model
from model import ModelConfig
from model.experiments import find
from model.functional import attention
from model.weights import random_weights

SENTENCE = model.tokenise("the animal did not cross the street because it was too tired")


class Counted(np.ndarray):
    """An array that counts the multiplications of its matrix products."""

    done = 0

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        plain = [np.asarray(x) for x in inputs]
        result = getattr(ufunc, method)(*plain, **options)
        if ufunc is np.matmul:
            Counted.done += result.size * plain[0].shape[-1]
        return result.view(Counted) if isinstance(result, np.ndarray) else result


def multiplied(x: np.ndarray, w, n_heads: int) -> int:
    """How many multiplications the matrix products of attention take, by counting them as they are done."""
    Counted.done = 0
    attention(x.view(Counted), x.view(Counted), w, n_heads)
    return Counted.done


@pytest.mark.parametrize("n_heads", [1, 2, 8])
def test_narrow_heads_multiply_as_often_as_one_wide_one(n_heads):
    config = ModelConfig(d_model=16, n_heads=n_heads, n_blocks=1)
    t = model.run(SENTENCE, config, None, [find("multiplications")])
    x, w = t["encoder.0.self_attention.input"].values, random_weights(config, t.vocabulary).encoder[0].self_attention
    narrow, wide = t["multiplications.narrow"].values, t["multiplications.wide"].values
    assert t["multiplications.narrow_total"].values == narrow.sum() == multiplied(x, w, n_heads)
    assert t["multiplications.wide_total"].values == wide.sum() == multiplied(x, w, 1)
    assert (t["multiplications.narrow_sums"].values == wide).all() and narrow.shape == (n_heads, 4)
    assert (t["multiplications.narrow_heads"].values * n_heads == wide.sum()).all()
    assert t["multiplications.uncut_total"].values == n_heads * wide.sum()
