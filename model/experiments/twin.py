"""The same encoder reads another sentence of as many tokens: what one word changes in all the others."""

from model.encoder import encode
from model.tensors import ENCODER, WORDS
from model.tokenizer import ids

ITS_WORDS = WORDS | dict.fromkeys(("token", "query", "key"), "twin")
TENSORS = tuple(
    tensor._replace(name=f"twin.{tensor.name}", meaning=f"{tensor.meaning}; in the twin sentence", formula=f"as {tensor.name}",
                    words=ITS_WORDS)
    for tensor in ENCODER
)


def measure(run, record):
    """One more forward pass. Nothing is recorded if there is no twin."""
    if twin := run.given.get("twin"):
        encode(ids(twin, run.vocabulary), run.weights, run.config, record)      # (n, d_model)
