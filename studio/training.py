"""Training a translator from a lexicon, so that it can be interrupted, and the model card that says what came of it."""

import io
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from model import Checkpoint, ModelConfig, evaluate, guides
from model.examples import examples, is_held_out, vocabularies
from model.toy_language import Lexicon, Sentence, sentences
from studio import model_card
from studio.console import progress
from studio.errors import Problem, UserError
from studio.read import assets, yaml_file
from studio.read.folders import shown
from studio.read.text import composed
from studio.store import files
from studio.store.digest import digest_of

FILES = ("weights.npz", "card.md")
STATE = "training.npz"                    # what an interrupted run leaves, to go on from
N_SENTENCES, LEAST_SENTENCES, MOST_TESTED = 65_000, 1_000, 5_000


def train(lexicon: Path | None, output: Path, steps: int | None, seed: int) -> dict[str, Any]:
    """Trains a translator and writes its weights and its card into the folder `output`. Returns its figures.

    lexicon: a YAML file, or None for the bundled one. Raises UserError if the lexicon is not sound, the folder cannot be
    written to, or the packages for training are missing.
    """
    learner = _learner()
    path = lexicon or assets.LEXICON
    words = read_lexicon(path)
    files.check_writable(output, [output / name for name in FILES])
    drawn = draw(words, seed, str(path))
    schedule = learner.Schedule() if steps is None else learner.Schedule(steps=steps)
    known = vocabularies(words)
    learned = [sentence for sentence in drawn if not is_held_out(sentence)]
    start, config = time.monotonic(), ModelConfig(weights=output.name or "weights", seed=seed, output="decoder")
    state = learner.begin(config, *known, schedule)
    state = _run(learner, state, examples(learned, *known), config, schedule, output, _fingerprint(learned, config, schedule))
    checkpoint = learner.finished(state, config, *known, schedule)
    figures = measure(checkpoint, words, [sentence for sentence in drawn if is_held_out(sentence)][:MOST_TESTED])
    facts = {"lexicon": path.name, "kinds": words.kinds, "sentences": len(learned), "schedule": schedule._asdict(),
             "guided": guides.facts(config), "minutes": round((time.monotonic() - start) / 60, 1), "figures": figures}
    _write(replace(checkpoint, facts=facts), output)
    return figures


def read_lexicon(path: Path) -> Lexicon:
    """The lexicon in a YAML file. UserError with all that is wrong in it."""
    layer = yaml_file.read(path, shown(path))
    problems = list(layer.problems)
    try:
        lexicon = Lexicon.from_mapping(_with_booleans(layer.values))
    except ValueError as error:
        for where, message in error.args[0]:
            place = layer.place(where, shown(path))
            problems.append(Problem(message, place.key if message.startswith("unknown key") else place.value, where, "lexicon"))
    if problems:
        raise UserError(problems)
    return lexicon


def draw(lexicon: Lexicon, seed: int, name: str) -> list[Sentence]:
    """Sentences to learn from and to be tested on: fewer if the language has no more. UserError if these are too few."""
    count = N_SENTENCES
    while count >= LEAST_SENTENCES:
        try:
            return sentences(lexicon, count, seed)
        except ValueError:
            count //= 2
    message, hint = f"its words make fewer than {LEAST_SENTENCES} sentences", "add words, or classes that go together"
    raise UserError([Problem(message, name, kind="lexicon", hint=hint)])


def measure(checkpoint: Checkpoint, lexicon: Lexicon, held_out: list[Sentence]) -> dict[str, float | int]:
    """The figures of the model card, on sentences that the model has never seen."""
    feminine = {noun.english: noun.feminine for noun in lexicon.nouns}
    genders = np.array([feminine.get(word, False) for word in checkpoint.vocabulary])               # (vocabulary,)
    found = examples(held_out, checkpoint.vocabulary, checkpoint.output_vocabulary)
    return evaluate.figures(checkpoint, found, genders)


def said(figures: Mapping[str, float | int]) -> str:
    """The figures, for people."""
    return "\n".join(model_card.lines(figures))


def _learner():
    try:
        from model import train
    except ModuleNotFoundError as error:
        message, hint = f"training needs the package {error.name}", "install the extra [train]: .venv/bin/pip install -e '.[train]'"
        raise UserError([Problem(message, "animformer train", kind="missing", hint=hint)]) from error
    return train


def _run(learner, state, learned, config: ModelConfig, schedule, output: Path, fingerprint: str):
    """Trains to the end, from where an earlier run of the same was interrupted if there is one."""
    saved = output / STATE
    if saved.is_file():
        state = _resumed(state, saved, fingerprint)
    reports = -(-(schedule.steps - state.step) // learner.REPORT)
    with progress(reports, "training", "report") as report:
        for state in learner.train(state, learned, config, schedule):
            stream = io.BytesIO(fingerprint.encode())
            stream.seek(0, io.SEEK_END)
            state.save(stream)
            files.write(saved, stream.getvalue())
            report(f"update {state.step}: loss {state.losses[-learner.REPORT:].mean():.4f}")
    return state


def _resumed(state, saved: Path, fingerprint: str):
    """The saved state; the given one if the saved one is of another run."""
    data = saved.read_bytes()
    if not data.startswith(fingerprint.encode()):
        return state
    try:
        return state.load(io.BytesIO(data[len(fingerprint):]))
    except (ValueError, KeyError, EOFError):
        return state


def _fingerprint(learned: list[Sentence], config: ModelConfig, schedule) -> str:
    """Tells apart runs that would not come to the same weights."""
    return digest_of([learned, config.seed, schedule, guides.GUIDES])


def _write(checkpoint: Checkpoint, output: Path) -> None:
    stream = io.BytesIO()
    checkpoint.save(stream)
    files.write(output / "weights.npz", stream.getvalue())
    files.write(output / "card.md", model_card.text(checkpoint).encode())
    (output / STATE).unlink(missing_ok=True)


def _with_booleans(values: Any) -> Any:
    """The same with `true` and `false` for what they say: a YAML file is read as texts. All others are composed."""
    if isinstance(values, dict):
        return {key: _with_booleans(value) for key, value in values.items()}
    if isinstance(values, list):
        return [_with_booleans(value) for value in values]
    return {"true": True, "false": False}.get(values, composed(values))
