"""How what is written is said: a table for each language, `assets/voice/LANGUAGE.yaml`, and what the user adds to it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property

from scenes.base.words import is_wide
from studio.read import yaml_file
from studio.read.folders import ROOT, shown
from studio.read.words import code

TABLES = ROOT / "assets/voice"
LETTER = "[A-Za-zÀ-ÖØ-öø-ÿ]"
PHONEMES = re.compile(r"/([^/]+)/")
SENTENCES = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][”’\"')]))\s+(?![a-z])|(?:(?<=[。！？])|(?<=[。！？][”’」』）]))(?![”’」』）])")


@dataclass(frozen=True)
class Pronunciation:
    """What voices of a language say as it stands, a class of characters, and how the rest is said, by what is written.

    Without a language of ours `plain` is empty: its voice is trusted with all there is.
    """

    plain: str
    words: Mapping[str, str]

    def spoken(self, text: str, phonemes: bool = False) -> str:
        """A text as it is said: of what the table has the longest first, whole words only, each place once.

        What is in slashes in the table are phonemes, for a voice that takes them (`[softmax](/sˈɔftmæks/)`); others are given the word.
        """
        def said(found: re.Match) -> str:
            how = self.words[found[0]]
            return how if not PHONEMES.fullmatch(how) else f"[{found[0]}]({how})" if phonemes else found[0]

        return " ".join((self._known.sub(said, text) if self.words else text).split())

    def unspeakable(self, text: str) -> str:
        """The characters that have no spoken form, each once."""
        left = re.sub(self.plain, "", self._known.sub("", text) if self.words else text) if self.plain else ""
        return "".join(dict.fromkeys(left))

    @cached_property
    def _known(self) -> re.Pattern:
        longest = sorted(self.words, key=lambda word: (-len(word), word))
        return re.compile("|".join(_whole(word) for word in longest))


def pronunciation(language: str, own: Mapping[str, str]) -> Pronunciation:
    """How things are said in a language: its table, if there is one, under what the user says."""
    table = _table(code(language))
    return replace(table, words={**table.words, **own})


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [sentence.strip() for sentence in SENTENCES.split(text) if sentence.strip()]


def ideographs(text: str) -> bool:
    """Whether something in a text is written in ideographs."""
    return any(is_wide(character) and character.isalpha() for character in text)


@cache
def _table(language: str) -> Pronunciation:
    path = TABLES / f"{language}.yaml"
    if not path.is_file():
        return Pronunciation("", {})
    values = yaml_file.sound(path, shown(path)).values
    return Pronunciation(values["plain"], values["words"])


def _whole(word: str) -> str:
    """A pattern for a word, where it is not a part of another."""
    before, after = (f"(?<!{LETTER})" * word[0].isalpha(), f"(?!{LETTER})" * word[-1].isalpha())
    return before + re.escape(word) + after
