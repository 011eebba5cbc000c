"""The translator's trace with experiments, and what their tests compare."""

import numpy as np

import model
from model import Intervention
from model.experiments import find
from studio.read import assets

TIRED = model.tokenise("the animal did not cross the street because it was too tired")
WIDE = (*TIRED[:-1], "wide")
CHECKPOINT = assets.checkpoint("translator")


def close(a, b, tolerance=1e-12) -> bool:
    """Whether all numbers agree."""
    return np.allclose(a, b, rtol=0, atol=tolerance)


def run(*experiments: str, tokens=TIRED, twin=WIDE, intervention=Intervention(1, 0)) -> model.Trace:
    """The trace of the translator with these experiments."""
    given = {"twin": twin, "intervention": intervention}
    return model.run(tokens, CHECKPOINT.config, CHECKPOINT, [*map(find, experiments)], given)
