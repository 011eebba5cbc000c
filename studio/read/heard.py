"""What is heard: sound files, who speaks, and what is said instead of captions, checked."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from scenes.base.spec import Voice
from scenes.base.words import letters
from studio.errors import count, quoted
from studio.read.draft import Draft
from studio.read.folders import shown
from studio.read.keys import COMMAND, NOBODY, VOICES
from studio.read.pronunciation import PHONEMES, Pronunciation, ideographs, pronunciation
from studio.read.text import folded, named, wrong_with
from studio.read.words import code, languages

MAX_SAID = 600                            # Latin letters: about 40 seconds
PROGRAM = f"narrator: {{{COMMAND}: [PROGRAM, …]}}"


class Heard(Draft):
    """A draft of a scene that may be heard as well."""

    def voice(self, known: Sequence[str]) -> dict[str, Voice]:
        """The sound files of the user's own, by step, which lasts at least as long."""
        if not self.keys.voice:
            return {}
        from studio.read import sound  # reads with av, which few need this early

        found = {}
        for step, file in self.keys.voice.items():
            path = f"voice.{step}"
            if step not in known:
                self._unknown_step(path, step, known, self._place(path).key)
            try:
                found[step] = Voice(path=file, held=sound.seconds(Path(file)))
            except ValueError as error:
                hint = "name a sound file, such as a WAV"
                self._wrong(path, f"{shown(Path(file))} {error}", "sound", hint)
        return found

    def narration(self, known: Sequence[str]) -> dict[str, Any]:
        """Who speaks, what is said instead of captions in the language of the scene, and how."""
        who, command = self._narrator()
        said, own = self._say(known), self._pronounce()
        how = pronunciation(self.keys.language, own)
        texts = {f"say.{step}": text for step, text in said.items()}
        if who:
            texts |= {f"captions.{step}": text for step, text in self.captions(known).items() if step not in said}
        for path, text in texts.items():
            self._check_spoken(f"{path}.{code(self.keys.language)}", text, how)
        return {"narrator": who, "command": command, "say": said, "pronounce": own}

    def _narrator(self) -> tuple[str, tuple[str, ...]]:
        """The name of the narrator, if there is one, and the program that it is."""
        said, language, names = self.keys.narrator, code(self.keys.language), (NOBODY, *VOICES)
        who, command = next(iter(said.items()), ("", []))
        if len(said) != 1 or not (command and command[0] if who == COMMAND else who in names and not command):
            if self._sound("narrator"):
                message = f"must be a name, or a program with its arguments, not {quoted(self.layer.values['narrator'])}"
                self._wrong("narrator", message, "unknown-narrator", f"write one of {', '.join(names)}, or {PROGRAM}")
        elif language not in VOICES.get(who, (language,)):
            message = f"{who} does not speak '{language}', and none of our voices does yet"
            self._wrong("narrator", message, "no-voice", f"leave it out, or name a program that does: {PROGRAM}")
        return ("" if who == NOBODY else who), tuple(command)

    def _say(self, known: Sequence[str]) -> dict[str, str]:
        """What is said instead of captions, by step, in the language of the scene."""
        for step, said in self.keys.say.items():
            if step not in known:
                self._unknown_step(f"say.{step}", step, known, self._place(f"say.{step}").key)
            for name, text in said.items():
                path = f"say.{step}.{name}"
                if name not in (*languages(), code(self.keys.language)):
                    self._unknown_language(path, name, self._place(path).key)
                if problem := wrong_with(folded(text), self._place(path).value, path):
                    self.problems.append(problem)
        language = code(self.keys.language)
        return {step: folded(said[language]) for step, said in self.keys.say.items() if language in said}

    def _pronounce(self) -> dict[str, str]:
        """How things are said in the language of the scene, over its table."""
        for name, table in self.keys.pronounce.items():
            if name not in (*languages(), code(self.keys.language)):
                self._unknown_language(f"pronounce.{name}", name, self._place(f"pronounce.{name}").key)
            plain = pronunciation(name, {})
            for word, how in table.items():
                path = f"pronounce.{name}.{word}"
                if not word.strip() or letters(how) > MAX_SAID or not how.strip():
                    self._wrong(f"pronounce.{name}", f"{quoted(word)} is said as {quoted(how)}", "empty", "write a few letters for each")
                elif not PHONEMES.fullmatch(how):
                    self._check_spoken(path, how, plain)
        return dict(self.keys.pronounce.get(code(self.keys.language), {}))

    def _check_spoken(self, path: str, text: str, how: Pronunciation) -> None:
        for message, kind, hint in unsayable(text, how, code(self.keys.language)):
            self._wrong(path, message, kind, hint)


def unsayable(text: str, how: Pronunciation, language: str) -> Iterator[tuple[str, str, str]]:
    """Why a voice of a language cannot say a text, if so: the message, its kind, and what to do."""
    if letters(text) > MAX_SAID:
        yield f"has {letters(text)} characters", "too-long", f"at most {MAX_SAID} can be said in a step"
    elif ideographs(lost := how.unspeakable(text)):
        yield f"{quoted(lost)} cannot be said by a voice that speaks '{language}'", "no-voice", f"write it in '{language}'"
    elif lost:
        others = f", nor for {count(len(lost) - 1, 'other')}" if len(lost) > 1 else ""
        hint = f"say how, pronounce: {{{language}: {{'{lost[0]}': …}}}}, or what is said instead, say:"
        yield f"there is no spoken form in '{language}' for {named(lost[0])}{others}", "no-spoken-form", hint
