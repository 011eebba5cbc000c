"""The words of the toy language, their French, and the classes that say which of them go together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NamedTuple

GRAMMAR = tuple("the a an it is was not does did because too very".split())
FRENCH_GRAMMAR = tuple("le la l' un une il elle ne n' pas a est était parce qu' trop très".split())
CONTRACTED = {("de", "le"): "du", ("à", "le"): "au"}


class Noun(NamedTuple):
    english: str
    french: str
    feminine: bool
    classes: frozenset[str]


class Adjective(NamedTuple):
    english: str
    french: tuple[str, ...]  # masculine, feminine; and masculine before a vowel, if that is another form
    place: str  # "before" or "after" the French noun; "" for a state, which never stands beside a noun
    classes: frozenset[str]
    predicate: bool

    def describes(self, noun: Noun) -> bool:
        """Whether it may be said of the noun."""
        return not self.classes.isdisjoint(noun.classes)

    def agreeing(self, noun: Noun) -> str:
        """Its French form in the gender of the noun."""
        return self.french[noun.feminine]


class Verb(NamedTuple):
    english: tuple[str, str, str]  # base form, present, past
    french: tuple[str, str]  # present, past participle; of `be`: present, past
    subjects: tuple[Noun, ...]
    objects: tuple[Noun, ...] = ()


class Preposition(NamedTuple):
    english: str
    french: tuple[str, ...]
    subjects: tuple[Noun, ...]
    objects: tuple[Noun, ...]
    anywhere: bool
    definite: bool


class Time(NamedTuple):
    english: str
    french: str
    past: bool


class Frame(NamedTuple):
    """Who may do what, and to whom or where."""

    verb: Verb
    preposition: Preposition | None
    subjects: tuple[Noun, ...]
    seconds: tuple[Noun, ...]


KINDS = {"verb": Verb, "noun": Noun, "adjective": Adjective}     # parts of speech that are told apart


@dataclass(frozen=True)
class Lexicon:
    """The words of the language, linked to one another by their classes. Made by `from_mapping`.

    english, french: all the words that sentences are made of, sorted: the vocabularies.
    content_words: the English nouns, adjectives, verbs and times.
    """

    nouns: tuple[Noun, ...]
    adjectives: tuple[Adjective, ...]
    states: tuple[Adjective, ...]
    verbs: tuple[Verb, ...]  # and `be`, the last
    prepositions: tuple[Preposition, ...]
    times: tuple[Time, ...]
    people: frozenset[str]  # classes that `it` never stands for
    aspirated: frozenset[str]  # French nouns before which nothing is elided
    words: Mapping[str, NamedTuple]  # English form → the word it is a form of
    beside: Mapping[tuple[str, str], tuple[Adjective, ...]]  # (English noun, "before" or "after") → adjectives that suit it
    frames: tuple[tuple[Frame, ...], ...]  # of each verb; first the one without a second noun, if it may be without
    reasons: Mapping[str, tuple[tuple[Adjective, tuple[tuple[Frame, ...], ...]], ...]]  # by side, see `_reasons`
    where: Mapping[str, tuple[Preposition, ...]]  # English noun → prepositions that may say where it is
    english: tuple[str, ...]
    french: tuple[str, ...]
    content_words: frozenset[str]

    @property
    def be(self) -> Verb:
        """The verb of `it was tired`."""
        return self.verbs[-1]

    @property
    def kinds(self) -> dict[str, list[str]]:
        """The English words of each of KINDS, every form of them."""
        words = {**self.words, **dict.fromkeys(self.be.english, self.be)}
        return {name: [word for word in self.english if isinstance(words.get(word), kind)] for name, kind in KINDS.items()}

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "Lexicon":
        """The lexicon that a mapping (read from YAML) describes; assets/lexicon/english-french.yaml explains the keys.

        Raises ValueError; its first argument is a list of (path, message), one for each problem.
        """
        problems = list(_form_problems(mapping)) or list(_word_problems(mapping))
        if problems:
            raise ValueError(problems)
        return cls(**_linked(mapping))


def _entries(mapping: Mapping[str, Any]) -> dict[str, tuple]:
    """The words of each section."""
    nouns = tuple(Noun(word, v["french"], v["gender"] == "f", frozenset(v["is"])) for word, v in mapping["nouns"].items())
    adjectives, states = (
        tuple(
            Adjective(word, tuple(v["french"]), v.get("place", ""), frozenset(v["of"]), v.get("predicate", True))
            for word, v in mapping[section].items()
        )
        for section in ("adjectives", "states")
    )
    verbs = tuple(
        Verb((word, *v["english"]), tuple(v["french"]), _members(nouns, v["subject"]), _members(nouns, v.get("object", ())))
        for word, v in mapping["verbs"].items()
    )
    prepositions = tuple(
        Preposition(
            word, tuple(v["french"].split()), _members(nouns, v["subject"]), _members(nouns, v["object"]),
            v.get("anywhere", False), v.get("definite", False),
        )
        for word, v in mapping["prepositions"].items()
    )
    times = tuple(Time(word, v["french"], v["tense"] == "past") for word, v in mapping["times"].items())
    return {
        "nouns": nouns,
        "adjectives": adjectives,
        "states": states,
        "verbs": verbs,
        "prepositions": prepositions,
        "times": times,
    }


def _linked(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a Lexicon."""
    entries = _entries(mapping)
    nouns, adjectives, states, verbs, prepositions, times = entries.values()
    verbs = (*verbs, Verb(("be", "is", "was"), ("est", "était"), nouns))
    frames = tuple(filter(None, (_frames(verb, prepositions) for verb in verbs)))
    content = {entry.english: entry for entry in (*nouns, *adjectives, *states, *times)}
    content |= {form: verb for verb in verbs[:-1] for form in verb.english}
    words = content | {preposition.english: preposition for preposition in prepositions}
    return entries | {
        "verbs": verbs,
        "frames": frames,
        "reasons": {side: _reasons(side, states, frames, mapping["people"]) for side in ("first", "second", "alone")},
        "people": frozenset(mapping["people"]),
        "aspirated": frozenset(v["french"] for v in mapping["nouns"].values() if v.get("aspirated")),
        "words": words,
        "beside": {
            (noun.english, place): tuple(a for a in adjectives if a.place == place and a.describes(noun))
            for noun in nouns for place in ("before", "after")
        },
        "where": {noun.english: tuple(p for p in prepositions if noun in p.subjects) for noun in nouns},
        "english": tuple(sorted({*GRAMMAR, *words})),
        "french": tuple(sorted({*FRENCH_GRAMMAR, *_french_forms(words.values())})),
        "content_words": frozenset(content),
    }


def _members(nouns: Sequence[Noun], classes: Iterable[str]) -> tuple[Noun, ...]:
    return tuple(noun for noun in nouns if not noun.classes.isdisjoint(classes))


def _frames(verb: Verb, prepositions: Sequence[Preposition]) -> tuple[Frame, ...]:
    if verb.objects:
        return (Frame(verb, None, verb.subjects, verb.objects),)
    alone = () if verb.english[0] == "be" else (Frame(verb, None, verb.subjects, ()),)
    somewhere = (Frame(verb, p, tuple(noun for noun in verb.subjects if noun in p.subjects), p.objects) for p in prepositions)
    return (*alone, *(frame for frame in somewhere if frame.subjects))


def _reasons(side: str, states: Sequence[Adjective], frames: Sequence[Sequence[Frame]], people: Sequence[str]) -> tuple:
    """The states, each with the frames of each verb where it tells what `it` stands for.

    side: the noun that `it` stands for: the first of two, the second, or one that is alone.
    """
    reasons = []
    for state in states:
        cut = (tuple(filter(None, (_decided(frame, state, side, people) for frame in verb))) for verb in frames)
        verbs = tuple(filter(None, cut))
        reasons += [(state, verbs)] if verbs else []
    return tuple(reasons)


def _decided(frame: Frame, state: Adjective, side: str, people: Sequence[str]) -> Frame | None:
    """The frame, cut down to nouns that the state is said of on one side and is not on the other; None if there are none."""
    def said(nouns):
        return tuple(noun for noun in nouns if state.describes(noun) and noun.classes.isdisjoint(people))

    def unsaid(nouns):
        return tuple(noun for noun in nouns if not state.describes(noun))

    subjects, seconds = (unsaid, said) if side == "second" else (said, unsaid)
    cut = frame._replace(subjects=subjects(frame.subjects), seconds=seconds(frame.seconds))
    complete = cut.subjects and (not frame.seconds if side == "alone" else cut.seconds)
    return cut if complete else None


def _french_forms(words: Iterable[NamedTuple]) -> Iterator[str]:
    for word in words:
        forms = (word.french,) if isinstance(word.french, str) else word.french
        yield from forms
        yield from (short for (long, _), short in CONTRACTED.items() if long in forms)
        if "de" in forms:
            yield "d'"


# What may stand in a lexicon.


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and value != "" and value == value.lower() and not any(map(str.isspace, value))


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and value != [] and all(map(_is_word, value))


WORD = (_is_word, "must be one word in lower case")
WORDS = (
    lambda value: isinstance(value, str) and len(value.split()) in (1, 2) and all(map(_is_word, value.split())),
    "must be one word or two in lower case",
)
PAIR = (lambda value: _is_list(value) and len(value) == 2, "must be a list of two words in lower case")
FORMS = (lambda value: _is_list(value) and len(value) in (2, 3), "must be a list of two or three words in lower case")
CLASSES = (_is_list, "must be a list of classes")
GENDER = (lambda value: value in ("m", "f"), "must be m or f")
PLACE = (lambda value: value in ("before", "after"), "must be before or after")
TENSE = (lambda value: value in ("past", "present"), "must be past or present")
FLAG = (lambda value: isinstance(value, bool), "must be true or false")
LISTS = ("classes", "people")
SECTIONS = {  # the keys of every word; one that ends in ? may be left out
    "nouns": {"french": WORD, "gender": GENDER, "is": CLASSES, "aspirated?": FLAG},
    "adjectives": {"french": FORMS, "place": PLACE, "of": CLASSES, "predicate?": FLAG},
    "states": {"french": PAIR, "of": CLASSES},
    "verbs": {"english": PAIR, "french": PAIR, "subject": CLASSES, "object?": CLASSES},
    "prepositions": {"french": WORDS, "subject": CLASSES, "object": CLASSES, "anywhere?": FLAG, "definite?": FLAG},
    "times": {"french": WORD, "tense": TENSE},
}


def _form_problems(mapping: Any) -> Iterator[tuple[str, str]]:
    """Sections and keys that are unknown, missing, or hold something else than they should."""
    if not isinstance(mapping, Mapping):
        yield "", "must be a mapping with the sections " + ", ".join([*LISTS, *SECTIONS])
        return
    yield from _key_problems("", mapping, [*LISTS, *SECTIONS])
    yield from ((name, CLASSES[1]) for name in LISTS if name in mapping and not _is_list(mapping[name]))
    for section, keys in SECTIONS.items():
        entries = mapping.get(section, {})
        if not isinstance(entries, Mapping) or section in mapping and not entries:
            yield section, "must be a mapping with at least one word"
            continue
        for word, entry in entries.items():
            if not _is_word(word):
                hint = "" if isinstance(word, str) else "; put it in quotes, YAML takes it for something else"
                yield f"{section}.{word}", WORD[1] + hint
            yield from _entry_problems(f"{section}.{word}", entry, keys)


def _entry_problems(path: str, entry: Any, keys: Mapping[str, tuple]) -> Iterator[tuple[str, str]]:
    if not isinstance(entry, Mapping):
        yield path, "must be a mapping with the keys " + ", ".join(key for key in keys if not key.endswith("?"))
        return
    yield from _key_problems(path + ".", entry, list(keys))
    for key, (is_right, message) in keys.items():
        name = key.rstrip("?")
        if name in entry and not is_right(entry[name]):
            yield f"{path}.{name}", message


def _key_problems(path: str, mapping: Mapping, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    known = [key.rstrip("?") for key in keys]
    for key in mapping:
        if key not in known:
            yield f"{path}{key}", "unknown key" + (_near(key, known) or "; known are " + ", ".join(known))
    yield from ((path + key, "is missing") for key in keys if not key.endswith("?") and key not in mapping)


def _word_problems(mapping: Mapping) -> Iterator[tuple[str, str]]:
    """English words with two roles, and classes that are not declared or hold no noun."""
    roles = dict.fromkeys((*GRAMMAR, "be"), "the grammar")
    inhabited = {name for noun in mapping["nouns"].values() for name in noun["is"]}
    used = [("people", mapping["people"])]
    for section in SECTIONS:
        for word, entry in mapping[section].items():
            path = f"{section}.{word}"
            for form in (word, *entry.get("english", ())):
                if form in roles:
                    yield path, f"'{form}' has a role already, in {roles[form]}"
                roles.setdefault(form, path)
            used += [(f"{path}.{key}", entry[key]) for key in ("is", "of", "subject", "object") if key in entry]
    for path, names in used:
        unknown = [name for name in names if name not in mapping["classes"]]
        yield from ((path, f"'{name}' is not among the classes" + _near(name, mapping["classes"])) for name in unknown)
        if not unknown and path != "people" and inhabited.isdisjoint(names):
            yield path, "no noun is in any of these classes"


def _near(word: Any, known: Iterable[str]) -> str:
    near = get_close_matches(str(word), sorted(known), 1)
    return f"; did you mean '{near[0]}'?" if near else ""
