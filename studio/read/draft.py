"""A scene YAML being checked: what no type can say, because it takes the sentence, the model or the scene to know."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from model import Checkpoint, Intervention, ModelConfig, heads, run, tokenise
from model.table import holds
from model.tokenizer import Tokenizer, entry, place
from scenes.base.type import Fonts
from studio.errors import Problem, UserError, count, did_you_mean, quoted
from studio.read import assets, folders, keys, words
from studio.read.folders import SceneFolder, shown
from studio.read.keys import ModelKeys, SceneKeys
from studio.read.sentences import last, other_words, pieces, split
from studio.read.text import MAX_CAPTION, MAX_TITLE, wrong_with
from studio.read.words import CODE, code, in_language, is_path, languages
from studio.read.yaml_file import Layer, Place, ancestry

MAX_TOKENS, MAX_WORD = 16, 40
SUGGESTED = re.compile(r"did you mean '(.*)'\?")


class Draft:
    """What a scene YAML says so far, and the problems found so far.

    Every method gives one checked value of the spec; if it is wrong it notes a problem and gives a stand-in, so that all the
    others can still be checked. What depends on something wrong is not held against the user.
    """

    def __init__(self, layer: Layer, path: Path):
        self.layer, self.path, self.problems, self.faulty = layer, path, list(layer.problems), set()
        self.checkpoint: Checkpoint | None = None
        self.folder = self._folder()
        self.keys, found = keys.validate(layer, self._keys_of_the_scene())
        self.problems += found
        self.faulty |= {name for problem in self.problems for name in _doubtful(problem, layer)}

    def _folder(self) -> SceneFolder | None:
        """The folder of the scene that draws it: the one that `scene` names, or what the YAML stands in or is called after."""
        said = self.layer.values.get("scene")
        if said is None and folders.is_scene(self.path.parent) and self.path.name == folders.YAML:
            return folders.folder(str(self.path.parent.absolute()))
        name = self.path.stem if said is None else said
        if name in folders.ours() or isinstance(said, str) and folders.is_scene(Path(said)):
            return folders.folder(name)
        if said is None and ("scene",) not in self.layer.places:
            hint = f"write 'scene: NAME' with one of {', '.join(folders.ours())}, or the path of a scene's folder"
            self._wrong("scene", f"there is no scene of the file's name, {quoted(name)}", "unknown-scene", hint)
        elif isinstance(said, str):
            hint = did_you_mean(Path(said).name, folders.ours(), "name the folder of a scene or one of")
            self._wrong("scene", f"there is no scene {quoted(said)}", "unknown-scene", hint)
        return None

    def _keys_of_the_scene(self) -> type[SceneKeys]:
        """The keys that a YAML of this scene may have."""
        try:
            return keys.model_of(self.folder.facts.own_keys if self.folder else {})
        except UserError as error:
            self._note("scene", error)
        except ValueError as error:
            message = f"own_keys: {error}"
            self.problems.append(Problem(message, shown(self.folder.path / folders.CODE), kind="python"))
        self.folder = None
        return SceneKeys

    def tokens(self) -> tuple[str, ...]:
        """The tokens of the sentence."""
        if not self._sound("sentence", "tokens"):
            return ()
        if self.keys.tokens is None:
            said = keys.DEFAULT_SENTENCE if self.keys.sentence is None else self.keys.sentence
            path, tokens = "sentence", split(said, self._tokenizer)
        else:
            path, tokens = "tokens", tuple(" ".join(token.split()) for token in self.keys.tokens)
            if self.keys.sentence is not None:
                self._wrong("tokens", "there is a sentence already", "both", "give the sentence or the tokens, not both")
        if not tokens:
            self._wrong(path, "is empty", "empty", f"write 1 to {MAX_TOKENS} words")
        if len(tokens) > MAX_TOKENS:
            self._too_long(path, tokens)
        for number, piece in enumerate(pieces(tokens[:MAX_TOKENS], self._tokenizer)):
            self._check_word(f"tokens.{number}" if path == "tokens" else path, number + 1, piece.text)
        return tokens

    def _too_long(self, path: str, tokens: Sequence[str]) -> None:
        message, hint = f"has {len(tokens)} words", f"at most {MAX_TOKENS} can be shown"
        if self._tokenizer:
            message = f"has {len(tokens)} tokens: {' '.join(piece.text for piece in pieces(tokens, self._tokenizer))}"
        elif path == "sentence" and len(tokenise(self.keys.sentence)) == 1:
            hint += "; put spaces between the words, else each ideograph is one"
        self._wrong(path, message, "too-long", hint)

    @property
    def _tokenizer(self) -> Tokenizer | None:
        """What makes tokens of a sentence, if these are not its words."""
        return self.checkpoint and self.checkpoint.tokenizer

    def twin(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """The tokens of the other sentence, or none."""
        said = self.keys.twin
        if not said or not self._sound("twin", "sentence", "tokens"):
            return ()
        twin = split(said, self._tokenizer)
        for number, piece in enumerate(pieces(twin[:MAX_TOKENS], self._tokenizer)):
            self._check_word("twin", number + 1, piece.text)
        if len(twin) != len(tokens):
            noun = "token" if self._tokenizer else "word"
            message = f"has {count(len(twin), noun)} and the sentence {len(tokens)}"
            self._wrong("twin", message, "length", f"write a sentence of as many {noun}s")
        return twin

    def focus(self, tokens: Sequence[str]) -> int:
        """Place of the token that is followed, from 0."""
        found = self._token("focus", self.keys.focus, tokens)
        return last(tokens, self._tokenizer) if found is None else found

    def toward(self, tokens: Sequence[str]) -> int | None:
        """Place of the token that a head is to look at, from 0, if there is one."""
        return self._token("toward", self.keys.toward, tokens)

    def _token(self, path: str, said: str | None, tokens: Sequence[str]) -> int | None:
        if said is None or not self._sound(path, "sentence", "tokens"):
            return None
        if (found := place(said, tokens, self._tokenizer)) is not None:
            return found
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", said):
            hint = did_you_mean(said, dict.fromkeys(piece.text for piece in pieces(tokens, self._tokenizer)), "the words are")
            self._wrong(path, f"{quoted(said)} is not in the sentence", "unknown-word", hint)
        elif not 0 <= int(said) < len(tokens):
            has = f"{count(len(tokens), 'word')} (0 to {len(tokens) - 1})"
            self._wrong(path, f"{said} is out of range: the sentence has {has}", "out-of-range")
        else:
            return int(said)
        return None

    def model(self) -> ModelConfig:
        """The configuration of the model; trained weights bring their own."""
        weights = self.keys.model.weights
        if weights != assets.RANDOM and self._sound("model.weights"):
            return self._trained(weights)
        try:
            return ModelConfig(**self.keys.model.model_dump())
        except ValueError as error:
            if self._sound("model"):
                where = self._said_last("model.d_model", "model.n_heads")
                for line in str(error).splitlines():
                    field, _, message = line.partition(": ")
                    self._wrong(f"model.{field}", message, "out-of-range", where=where)
            return ModelConfig()

    def check_vocabulary(self, tokens: Sequence[str], twin: Sequence[str]) -> None:
        """Notes the words that the trained weights do not know."""
        if self.checkpoint is None or not self._sound("sentence", "tokens"):
            return
        for said, path in ((tokens, "sentence" if self.keys.tokens is None else "tokens"), (twin, "twin")):
            self._check_known(said, path, self.checkpoint.vocabulary)

    def _check_known(self, tokens: Sequence[str], path: str, known: Sequence[str]) -> None:
        unknown = [token for token in dict.fromkeys(tokens) if entry(token, known) is None]
        if unknown:
            path = f"tokens.{tokens.index(unknown[0])}" if path == "tokens" else path
            which = ", ".join(map(quoted, unknown)) + (" is" if len(unknown) == 1 else " are")
            message = f"{which} not in the vocabulary of the weights '{self.keys.model.weights}'"
            self._wrong(path, message, "unknown-word", other_words(unknown, known, self._tokenizer))

    def intervention(self, model: ModelConfig) -> Intervention:
        """What is done to one head."""
        said, made = self.keys.intervene, self._made(model)
        numbers = {"block": (said.block or made.n_blocks, made.n_blocks), "head": (said.head, made.n_heads)}
        for key, (number, there_are) in numbers.items():
            if not 1 <= number <= there_are and self._sound("model", "intervene"):
                has = f"the model has {_numbered(there_are, key)}{' in each block' * (key == 'head')}"
                self._wrong(f"intervene.{key}", f"{number} is out of range: {has}", "out-of-range")
        return Intervention(numbers["block"][0] - 1, numbers["head"][0] - 1, said.to)

    def block(self, model: ModelConfig) -> int:
        """The block that is shown, from 0."""
        block, n_blocks = self.keys.block, self._made(model).n_blocks
        if not 1 <= block <= n_blocks and self._sound("model.n_blocks", "model.weights"):
            self._wrong("block", f"{block} is out of range: the model has {_numbered(n_blocks, 'block')}", "out-of-range")
        return block - 1

    def head(self, model: ModelConfig) -> int:
        """The head that is shown, from 0."""
        head, n_heads = 1 if self.keys.head is None else self.keys.head, self._made(model).n_heads
        if not 1 <= head <= n_heads and self._sound("model.n_heads", "model.weights"):
            has = f"block {self.keys.block} has {_numbered(n_heads, 'head')}"
            self._wrong("head", f"{head} is out of range: {has}", "out-of-range")
        return head - 1

    def strongest(self, model: ModelConfig, tokens: Sequence[str], query: int, key: int | None) -> dict[str, int]:
        """The block and the head in which one token looks at another most, and of how many, if they are to be found."""
        if self.keys.head is not None:
            return {}
        if key is None and self._sound("toward"):
            self._wrong("head", "auto takes a word to look for", "missing", "write 'toward: WORD', and 'focus: WORD' for what looks")
        if self.problems:
            return {}
        block, head = heads.strongest(run(tokens, model, self.checkpoint), query, key)
        return {"block": block, "head": head, "compared": model.n_blocks * model.n_heads}

    def steps(self, known: tuple[str, ...], needs: Mapping[str, str], model: ModelConfig) -> tuple[str, ...]:
        """The steps that play, in their order; known: those of the scene; needs: the settings that some of them need of the model."""
        said, wanting = self.keys.steps, {step: need for step, need in needs.items() if not holds(need, model)}
        if said is None:
            return tuple(step for step in known if step not in wanting)
        if not said:
            self._wrong("steps", "is empty", "empty", f"the steps are: {', '.join(known)}")
        for number, step in enumerate(said):
            if step not in known:
                self._unknown_step(f"steps.{number}", step, known)
            elif step in said[:number]:
                self._wrong(f"steps.{number}", f"{quoted(step)} is there already", "duplicate-step")
            elif step in wanting:
                hint = f"the steps for this model are: {', '.join(other for other in known if other not in wanting)}"
                self._wrong(f"steps.{number}", f"{quoted(step)} is for models with {wanting[step]}", "step-needs", hint)
        return tuple(said)

    def captions(self, known: Sequence[str]) -> dict[str, str]:
        """The user's own captions, by step, in the language of the scene."""
        for step, said in self.keys.captions.items():
            if step not in known:
                self._unknown_step(f"captions.{step}", step, known, self._place(f"captions.{step}").key)
            for name, text in said.items():
                path, drawn = f"captions.{step}.{name}", name == code(self.keys.language)
                if name not in languages() and not drawn:
                    self._unknown_language(path, name, self._place(path).key)
                self._check(path, " ".join(text.split()), MAX_CAPTION, drawn)
        language = code(self.keys.language)
        own = {step: " ".join(said.get(language, "").split()) for step, said in self.keys.captions.items()}
        return {step: text for step, text in own.items() if text}

    def look(self) -> dict[str, Any]:
        """The keys that say how the scene is shown, the question in its language."""
        said = self.keys.question
        for name in said:
            if name not in ("", *languages(), code(self.keys.language)):
                self._unknown_language(f"question.{name}", name, self._place(f"question.{name}").key)
        question = " ".join(in_language(said, self.keys.language).split()) if said else ""
        if question:
            self._check("question", question, MAX_TITLE)
        return keys.look(self.keys) | {"question": question}

    def language(self) -> str:
        """The name of the language, or the path of its file."""
        language = self.keys.language
        if not is_path(language) and language not in languages():
            self._unknown_language("language", language)
        elif is_path(language) and not os.path.isfile(language):
            self._wrong("language", f"there is no file {shown(Path(language))}", "no-file")
        elif is_path(language) and not (CODE.fullmatch(code(language)) and words.alpha3(code(language))):
            message, hint = f"{quoted(code(language))} is no language", "call the file after its language, as in de.yaml"
            self._wrong("language", message, "unknown-language", hint)
        else:
            self._check_words(language)
        return language

    def theme(self) -> str:
        """The name of the theme, or the path of its file."""
        theme = self.keys.theme
        if is_path(theme):
            if not os.path.isfile(theme):  # unlike Path.is_file, takes any name
                self._wrong("theme", f"there is no file {shown(Path(theme))}", "no-file")
        elif theme not in assets.themes():
            hint = did_you_mean(theme, assets.themes(), "name a file ending in .yaml, or one of")
            self._wrong("theme", f"there is no theme {quoted(theme)}", "unknown-theme", hint)
        return theme

    @cached_property
    def _fonts(self) -> Fonts | None:
        """The fonts of the theme, if that is sound."""
        if not os.path.isfile(assets.theme_file(self.keys.theme)):
            return None
        try:
            return assets.theme(self.keys.theme, self.keys.language).fonts
        except UserError as error:
            self._note("theme", error)
            return None

    def _note(self, path: str, error: UserError) -> None:
        """What is wrong with the file that a key names."""
        self.faulty.add(path)
        self.problems += error.problems

    def _trained(self, weights: str) -> ModelConfig:
        try:
            self.checkpoint = assets.checkpoint(weights)
        except UserError as error:
            for problem in error.problems:
                self._wrong("model.weights", problem.message, problem.kind, problem.hint)
            return ModelConfig()
        for key in sorted(self.keys.model.model_fields_set - {"weights"}, key=list(ModelKeys.model_fields).index):
            message, hint = "trained weights come with their own", "leave it out, or set model.weights to random"
            self._wrong(f"model.{key}", message, "not-with-weights", hint, self._place(f"model.{key}").key)
        return self.checkpoint.config

    def _made(self, model: ModelConfig) -> ModelConfig | ModelKeys:
        """What says the size of the model: the keys, even if they are no sound config."""
        return model if model.trained else self.keys.model

    def _check_word(self, path: str, number: int, word: str) -> None:
        if not word.strip():
            return self._wrong(path, f"word {number} is empty", "empty")
        if len(word) > MAX_WORD:
            self._wrong(path, f"word {number}, {quoted(word)}, has {len(word)} letters", "too-long",
                        f"at most {MAX_WORD} can be shown")
        return self._check(path, word)

    def _check(self, path: str, text: str, most: int = 0, drawn: bool = True, where: str = "") -> None:
        """Notes what is wrong with a text that is to be seen; drawn: in the picture, not only in subtitles."""
        if problem := wrong_with(text, where or self._place(path).value, path, most, self._fonts if drawn else None):
            self.faulty.add(path)
            self.problems.append(problem)

    def _check_words(self, language: str) -> None:
        """All words that the scene may say: each that cannot be drawn if it is in the user's file, all in one if it is in ours."""
        if not self.folder:
            return
        try:
            common, own = words.layers(language, self.folder)
        except UserError as error:
            return self._note("language", error)
        together = []
        for layer, ours in ((common, not is_path(language)), (own, not is_path(language) and self.folder.ours)):
            said = words.texts(layer)
            if ours:
                together += said.values()
            else:
                for path, text in said.items():
                    most = MAX_TITLE if path[-1] == "title" else MAX_CAPTION
                    self._check(layer.path(path), text, most, where=layer.places[path].value)
        if together:
            self._check("language", " ".join(together))

    def _unknown_step(self, path: str, step: str, known: Sequence[str], where: str = "") -> None:
        self._wrong(path, f"there is no step {quoted(step)}", "unknown-step", did_you_mean(step, known, "the steps are"), where)

    def _unknown_language(self, path: str, language: str, where: str = "") -> None:
        hint = did_you_mean(language, languages())
        self._wrong(path, f"there is no language {quoted(language)}", "unknown-language", hint, where)

    def _sound(self, *paths: str) -> bool:
        return not any(f"{name}.".startswith(f"{path}.") for path in paths for name in self.faulty)

    def _wrong(self, path: str, message: str, kind: str, hint: str = "", where: str = "") -> None:
        self.faulty.add(path)
        self.problems.append(Problem(message, where or self._place(path).value, path, kind, hint))

    def _place(self, path: str) -> Place:
        """Where a key stands, or what holds it, or the file."""
        return self.layer.place(path, shown(self.path))

    def _said_last(self, *paths: str) -> str:
        """Which of these keys was said last: where it stands."""
        wanted = {next(ancestry(path)) for path in paths}
        return [place.value for parts, place in self.layer.places.items() if parts in wanted][-1]


def _doubtful(problem: Problem, layer: Layer) -> Iterator[str]:
    """The keys a problem casts doubt on: its own, and the one that was perhaps meant, if that is not there."""
    yield problem.path
    if problem.kind == "unknown-key" and (suggestion := SUGGESTED.match(problem.hint)):
        meant = ".".join([*problem.path.split(".")[:-1], suggestion[1]])
        if next(ancestry(meant)) not in layer.places:
            yield meant


def _numbered(number: int, noun: str) -> str:
    return f"{count(number, noun)} ({f'1 to {number}' if number > 1 else 'only 1'})"
