"""Any two things a user may change, together: every scene, over all pairs of sentence, model, language and theme."""

from functools import partial

import pytest
from allpairspy import AllPairs
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from studio.check.lint import lint
from studio.plan import staging
from studio.read import folders
from studio.read.assets import themes
from studio.read.spec import load, ready
from studio.read.words import languages

SENTENCES = {
    "1": "a", "1 long": "electroencephalogram", "2": "cats sleep", "4": "the black cat sleeps", "repeated": "no no no no no no",
    "8": "a b cc dd eee fff gggg hhhh", "12": "the animal did not cross the street because it was too tired",
    "16": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen",
    "16 long": " ".join(["electroencephalogram"] * 16),
}
CHOICES = {
    "sentence": list(SENTENCES), "model.n_heads": [1, 2, 4, 8], "model.d_model": [4, 16, 64, 512], "model.n_blocks": [1, 2, 3, 6],
    "model.norm": ["post", "pre"], "decimals": [0, 1, 2, 4], "language": languages(), "theme": themes(),
}


def possible(row: list) -> bool:
    """Whether the heads divide the model."""
    return len(row) < 3 or row[2] % row[1] == 0


MATRIX = [dict(zip(CHOICES, row, strict=True)) for row in AllPairs(list(CHOICES.values()), filter_func=possible)]


def findings(scene: str, values: dict) -> list[str]:
    """What looks wrong; focus, block and head are the last ones."""
    sentence = SENTENCES.get(values["sentence"], values["sentence"])
    said = {**values, "model.weights": "random", "sentence": sentence, "focus": len(sentence.split()) - 1,
            "block": values["model.n_blocks"], "head": values["model.n_heads"]}
    build = partial(staging.build, load(scene, [f"{key}={value}" for key, value in said.items()]))
    return [str(finding) for finding in lint(scene, build, moments=())]


@pytest.mark.slow
@pytest.mark.parametrize("values", MATRIX, ids=lambda values: ", ".join(map(str, values.values())))
@pytest.mark.parametrize("scene", ready(folders.ours()))
def test_all_pairs(scene, values):
    assert findings(scene, values) == []


WORD = st.text(st.characters(codec="latin-1", categories=["L", "N", "P", "S"]), min_size=1, max_size=20)


# No shrinking: an example takes seconds, and a finding says what is wrong with it.
@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(words=st.lists(WORD, min_size=1, max_size=16), heads=st.sampled_from([1, 2, 4]), size=st.sampled_from([4, 8, 32]))
@pytest.mark.slow
@pytest.mark.parametrize("scene", ready(folders.ours()))
def test_any_words(scene, words, heads, size):
    values = {"sentence": " ".join(words), "model.n_heads": heads, "model.d_model": size, "model.n_blocks": 1}
    assert findings(scene, values) == []
