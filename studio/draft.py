"""A scene YAML being checked: what no type can say, because it takes the sentence, the model or the scene to know."""

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import scenes
from model import ModelConfig, tokenise
from studio import assets, keys
from studio.errors import Problem, count, did_you_mean, quoted
from studio.fonts import load_fonts
from studio.yaml_file import Layer, Place

MAX_TOKENS, MAX_WORD, MAX_CAPTION = 16, 40, 200
CJK_HINT = "install the Chinese fonts: pip install 'animformer[zh]'"
SUGGESTED = re.compile(r"did you mean '(.*)'\?")


class Draft:
    """What a scene YAML says so far, and the problems found so far.

    Every method gives one checked value of the spec; if it is wrong it notes a problem and gives a stand-in, so that all the
    others can still be checked. What depends on something wrong is not held against the user.
    """

    def __init__(self, layer: Layer, path: Path):
        self.layer, self.path = layer, path
        self.keys, found = keys.validate(layer)
        self.problems = [*layer.problems, *found]
        self.faulty = {name for problem in self.problems for name in _doubtful(problem, layer)}

    def scene(self) -> type | None:
        """The class that draws it."""
        said = self.keys.scene
        name = self.path.stem if said is None else said
        if name in scenes.names():
            return scenes.find(name)
        if said is not None:
            self._wrong("scene", f"there is no scene {quoted(name)}", "unknown-scene", did_you_mean(name, scenes.names()))
        elif self._sound("scene"):
            hint = f"write 'scene: NAME' with one of {', '.join(scenes.names())}"
            self._wrong("scene", f"there is no scene of the file's name, {quoted(name)}", "unknown-scene", hint)
        return None

    def tokens(self) -> tuple[str, ...]:
        """The tokens of the sentence."""
        if not self._sound("sentence", "tokens"):
            return ()
        if self.keys.tokens is None:
            path, tokens = "sentence", tokenise(keys.DEFAULT_SENTENCE if self.keys.sentence is None else self.keys.sentence)
        else:
            path, tokens = "tokens", tuple(self.keys.tokens)
            if self.keys.sentence is not None:
                self._wrong("tokens", "there is a sentence already", "both", "give the sentence or the tokens, not both")
        if not tokens:
            self._wrong(path, "is empty", "empty", f"write 1 to {MAX_TOKENS} words")
        if len(tokens) > MAX_TOKENS:
            self._wrong(path, f"has {len(tokens)} words", "too-long", f"at most {MAX_TOKENS} can be shown")
        for number, token in enumerate(tokens[:MAX_TOKENS]):
            self._check_word(f"tokens.{number}" if path == "tokens" else path, number + 1, token)
        return tokens

    def focus(self, tokens: Sequence[str]) -> int:
        """Place of the token that is followed, from 0."""
        said = self.keys.focus
        if said is None or not self._sound("focus", "sentence", "tokens"):
            return len(tokens) - 1
        if said in tokens:
            return tokens.index(said)
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", said):
            hint = did_you_mean(said, dict.fromkeys(tokens), "the words are")
            self._wrong("focus", f"{quoted(said)} is not in the sentence", "unknown-word", hint)
        elif not 0 <= int(said) < len(tokens):
            has = f"{count(len(tokens), 'word')} (0 to {len(tokens) - 1})"
            self._wrong("focus", f"{said} is out of range: the sentence has {has}", "out-of-range")
        else:
            return int(said)
        return 0

    def model(self) -> ModelConfig:
        """The configuration of the model."""
        try:
            return ModelConfig(**self.keys.model.model_dump())
        except ValueError as error:
            if self._sound("model"):
                where = self._said_last("model.d_model", "model.n_heads")
                for line in str(error).splitlines():
                    field, _, message = line.partition(": ")
                    self._wrong(f"model.{field}", message, "out-of-range", where=where)
            return ModelConfig()

    def block(self) -> int:
        """The block that is shown, from 0."""
        block, n_blocks = self.keys.block, self.keys.model.n_blocks
        if not 1 <= block <= n_blocks and self._sound("model.n_blocks"):
            self._wrong("block", f"{block} is out of range: the model has {_numbered(n_blocks, 'block')}", "out-of-range")
        return block - 1

    def head(self) -> int:
        """The head that is shown, from 0."""
        head, n_heads = self.keys.head, self.keys.model.n_heads
        if not 1 <= head <= n_heads and self._sound("model.n_heads"):
            has = f"block {self.keys.block} has {_numbered(n_heads, 'head')}"
            self._wrong("head", f"{head} is out of range: {has}", "out-of-range")
        return head - 1

    def steps(self, scene: type) -> tuple[str, ...]:
        """The steps that play, in their order."""
        known, said = scene.step_names(), self.keys.steps
        if said is None:
            return known
        if not said:
            self._wrong("steps", "is empty", "empty", f"the steps are: {', '.join(known)}")
        for number, step in enumerate(said):
            if step not in known:
                self._unknown_step(f"steps.{number}", step, known)
            elif step in said[:number]:
                self._wrong(f"steps.{number}", f"{quoted(step)} is there already", "duplicate-step")
        return tuple(said)

    def captions(self, scene: type) -> dict[str, str]:
        """The user's own captions, by step, in the language of the scene."""
        for step, texts in self.keys.captions.items():
            if step not in scene.step_names():
                self._unknown_step(f"captions.{step}", step, scene.step_names(), self._place(f"captions.{step}").key)
            for language, text in texts.items():
                path = f"captions.{step}.{language}"
                if language not in assets.languages():
                    self._unknown_language(path, language, self._place(path).key)
                if not text.strip():
                    self._wrong(path, "is empty", "empty")
                if len(text) > MAX_CAPTION:
                    self._wrong(path, f"has {len(text)} characters", "too-long", f"at most {MAX_CAPTION} can be shown")
                self._check_glyphs(path, " ".join(text.split()))
        own = {step: texts.get(self.keys.language) for step, texts in self.keys.captions.items()}
        return {step: " ".join(text.split()) for step, text in own.items() if text}

    def language(self) -> str:
        """The language of the scene."""
        if self.keys.language not in assets.languages():
            self._unknown_language("language", self.keys.language)
        return self.keys.language

    def theme(self) -> str:
        """The name of the theme, or the path of its file."""
        theme = self.keys.theme
        if assets.is_path(theme):
            if not os.path.isfile(theme):  # unlike Path.is_file, takes any name
                self._wrong("theme", f"there is no file {assets.shown(Path(theme))}", "no-file")
        elif theme not in assets.themes():
            hint = did_you_mean(theme, assets.themes(), "name a file ending in .yaml, or one of")
            self._wrong("theme", f"there is no theme {quoted(theme)}", "unknown-theme", hint)
        return theme

    def _check_word(self, path: str, number: int, word: str) -> None:
        if not word.strip():
            self._wrong(path, f"word {number} is empty", "empty")
        elif len(word) > MAX_WORD:
            self._wrong(path, f"word {number}, {quoted(word)}, has {len(word)} letters", "too-long",
                        f"at most {MAX_WORD} can be shown")
        self._check_glyphs(path, word)

    def _check_glyphs(self, path: str, text: str) -> None:
        if missing := load_fonts().missing(text):
            first = missing[0]
            name = unicodedata.name(first, "a control or private character")
            others = f", nor for {count(len(missing) - 1, 'other')}," if missing[1:] else ""
            message = f"the fonts have no glyph for U+{ord(first):04X} ({name}){others} in {quoted(text)}"
            self._wrong(path, message, "no-glyph", CJK_HINT if name.startswith("CJK") else "write it in letters")

    def _unknown_step(self, path: str, step: str, known: Sequence[str], where: str = "") -> None:
        self._wrong(path, f"there is no step {quoted(step)}", "unknown-step", did_you_mean(step, known, "the steps are"), where)

    def _unknown_language(self, path: str, language: str, where: str = "") -> None:
        hint = did_you_mean(language, assets.languages())
        self._wrong(path, f"there is no language {quoted(language)}", "unknown-language", hint, where)

    def _sound(self, *paths: str) -> bool:
        return not any(f"{name}.".startswith(f"{path}.") for path in paths for name in self.faulty)

    def _wrong(self, path: str, message: str, kind: str, hint: str = "", where: str = "") -> None:
        self.faulty.add(path)
        self.problems.append(Problem(message, where or self._place(path).value, path, kind, hint))

    def _place(self, path: str) -> Place:
        """Where a key stands, or what holds it, or the file."""
        said = (self.layer.places.get(parts) for parts in _ancestry(path))
        return next(filter(None, said), Place(*[assets.shown(self.path)] * 2))

    def _said_last(self, *paths: str) -> str:
        """Which of these keys was said last: where it stands."""
        wanted = {next(_ancestry(path)) for path in paths}
        return [place.value for parts, place in self.layer.places.items() if parts in wanted][-1]


def _ancestry(path: str) -> Iterator[tuple]:
    """The path of a key, then that of what holds it, and so on."""
    parts = tuple(int(part) if part.isdecimal() else part for part in path.split("."))
    return (parts[:end] for end in range(len(parts), 0, -1))


def _doubtful(problem: Problem, layer: Layer) -> Iterator[str]:
    """The keys a problem casts doubt on: its own, and the one that was perhaps meant, if that is not there."""
    yield problem.path
    if problem.kind == "unknown-key" and (suggestion := SUGGESTED.match(problem.hint)):
        meant = ".".join([*problem.path.split(".")[:-1], suggestion[1]])
        if next(_ancestry(meant)) not in layer.places:
            yield meant


def _numbered(number: int, noun: str) -> str:
    return f"{count(number, noun)} ({f'1 to {number}' if number > 1 else 'only 1'})"
