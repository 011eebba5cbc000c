"""The toy language: English sentences drawn at random, each with its one French translation, by rule from a lexicon.

French is first written down in full (`le animal ne a pas`, `près de le chien`), each word with the index of the English word
it translates; elision and contraction come at the end (`l' animal n' a pas`, `près du chien`).
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from model.lexicon import CONTRACTED, Adjective, Frame, Lexicon, Noun, Preposition, Time, Verb

__all__ = ["Lexicon", "Sentence", "generate", "sentences", "translate"]

SHORTEST, LONGEST = 3, 16  # English tokens
VOWELS = "aàâæeéèêëhiîïoôœuùûü"
ELIDED = {"le": "l'", "la": "l'", "ne": "n'", "de": "d'", "que": "qu'"}
MAY_RECUR = {"the", "a", "an", "is", "was"}
DEGREES = {"too": "trop", "very": "très"}


class Sentence(NamedTuple):
    """A sentence and its translation, as tokens.

    alignment: for each French token the index of the English token it translates, -1 if there is none.
    antecedent: the index of `it` and the index of the noun it stands for.
    other: the index of the other noun, of subject and object, that it might have stood for.
    modifies: the index of each article and adjective of a noun phrase, with that of its noun.
    """

    english: tuple[str, ...]
    french: tuple[str, ...]
    alignment: tuple[int, ...]
    antecedent: tuple[int, int] | None = None
    other: int | None = None
    modifies: tuple[tuple[int, int], ...] = ()


class Act(NamedTuple):
    """Who does what, and to whom or where."""

    verb: Verb
    subject: Noun
    preposition: Preposition | None = None
    second: Noun | None = None


class Phrase(NamedTuple):
    """A piece of a sentence: English words, and French ones with the index of the English word that each translates.

    modifies: as of a sentence.
    """

    english: tuple[str, ...] = ()
    french: tuple[tuple[str, int], ...] = ()
    modifies: tuple[tuple[int, int], ...] = ()


NOTHING = Phrase()


def sentences(lexicon: Lexicon, count: int, seed: int) -> list[Sentence]:
    """`count` sentences with different English; the same ones in the same order for a seed.

    Raises ValueError if the language does not seem to have so many: 2,000 draws on end bring nothing new.
    """
    rng = np.random.default_rng(seed)
    found: dict[tuple[str, ...], Sentence] = {}
    stale = 0
    while len(found) < count:
        sentence = generate(lexicon, rng)
        stale = stale + 1 if sentence.english in found else 0
        if stale == 2_000:
            raise ValueError(f"{count} different sentences are too many: this lexicon seems to have {len(found)}")
        found.setdefault(sentence.english, sentence)
    return list(found.values())


def generate(lexicon: Lexicon, rng: np.random.Generator) -> Sentence:
    """One sentence of 3 to 16 English tokens. Raises ValueError if the lexicon is too poor to make one."""
    for _ in range(1_000):
        draw = rng.random()
        kind = _because if draw < 0.5 else _statement if draw < 0.9 else _description
        sentence = kind(lexicon, rng)
        if sentence and SHORTEST <= len(sentence.english) <= LONGEST and _each_once(sentence.english):
            return sentence
    raise ValueError("this lexicon has too few words that go together to make a sentence")


def _each_once(english: Sequence[str]) -> bool:
    words = [word for word in english if word not in MAY_RECUR]
    return len(set(words)) == len(words)


def _statement(lexicon: Lexicon, rng: np.random.Generator) -> Sentence:
    """`yesterday the small cat did not see the red car`."""
    frames = choose(rng, lexicon.frames)
    frame = frames[0] if rng.random() < 0.2 else choose(rng, frames)
    return _finished(lexicon, _clause(lexicon, rng, _act(rng, frame), past=rng.random() < 0.5))


def _description(lexicon: Lexicon, rng: np.random.Generator) -> Sentence | None:
    """`the old house was very dark`, `the cat is not black`."""
    noun = choose(rng, lexicon.nouns)
    fitting = [word for word in lexicon.adjectives + lexicon.states if word.predicate and word.describes(noun)]
    if not fitting:
        return None
    predicate = choose(rng, fitting)
    # a noun with an adjective is in a state, and nothing else: or there would be `the black cat is white`
    subject = _some(lexicon, rng, noun, adjectives=not predicate.place)
    degree = "" if predicate.place else choose(rng, ("", *DEGREES))
    group = verb_group(lexicon.be, rng.random() < 0.5, rng.random() < 0.3)
    return _finished(lexicon, join(subject, group, _quality(noun, degree, predicate)))


def _because(lexicon: Lexicon, rng: np.random.Generator) -> Sentence | None:
    """`the animal did not cross the street because it was too tired`: the state goes with one of the nouns alone.

    Where the noun that `it` stands for is, and the state, are drawn before all else: so neither
    the place of a noun nor the state alone gives it away. Sometimes there is no second noun.
    """
    side = "alone" if rng.random() < 0.06 else "first" if rng.random() < 0.5 else "second"
    if not lexicon.reasons[side]:
        return None
    state, verbs = choose(rng, lexicon.reasons[side])
    past = rng.random() < 0.7
    for _ in range(100):
        act = _act(rng, choose(rng, choose(rng, verbs)))
        noun, other = (act.second, act.subject) if side == "second" else (act.subject, act.second)
        clause = _clause(lexicon, rng, act, past)
        degree = "too" if rng.random() < (0.8 if "not" in clause.english else 0.4) else "very"
        reason = (BECAUSE, pronoun(noun), verb_group(lexicon.be, past, negative=False), _quality(noun, degree, state))
        sentence = join(clause, *reason)
        if _referent(lexicon, sentence.english) == noun:
            return _finished(lexicon, sentence, (noun, other))
    return None


def _referent(lexicon: Lexicon, english: Sequence[str]) -> Noun | None:
    """The one noun that the state at the end is said of, if there is only one."""
    *words, state = (lexicon.words.get(word) for word in english)
    described = [word for word in words if isinstance(word, Noun) and state.describes(word)]
    return described[0] if len(described) == 1 and lexicon.people.isdisjoint(described[0].classes) else None


def _act(rng: np.random.Generator, frame: Frame) -> Act:
    """Nouns for a frame."""
    second = choose(rng, frame.seconds) if frame.seconds else None
    return Act(frame.verb, choose(rng, frame.subjects), frame.preposition, second)


def _clause(lexicon: Lexicon, rng: np.random.Generator, act: Act, past: bool) -> Phrase:
    """A main clause. A time or a place may open it, a place may follow its subject or its object."""
    negative = rng.random() < 0.4
    slot = choose(rng, ("time", "opening", "subject", "closing", None, None, None))
    extra = _time(lexicon, rng, past) if slot == "time" else _place(lexicon, rng, act, slot) if slot else NOTHING
    # French says `pas de chat` for `not a cat`: so what is not done is done to a definite object
    definite = act.preposition.definite if act.preposition else negative
    return join(
        extra if slot in ("time", "opening") else NOTHING,
        _some(lexicon, rng, act.subject),
        extra if slot == "subject" else NOTHING,
        verb_group(act.verb, past, negative),
        word(act.preposition.english, *act.preposition.french) if act.preposition else NOTHING,
        _some(lexicon, rng, act.second, definite) if act.second else NOTHING,
        extra if slot == "closing" else NOTHING,
    )


def _time(lexicon: Lexicon, rng: np.random.Generator, past: bool) -> Phrase:
    times = [time for time in lexicon.times if time.past == past]
    return word(*choose(rng, times)[:2]) if times else NOTHING


def _place(lexicon: Lexicon, rng: np.random.Generator, act: Act, slot: str) -> Phrase:
    """Where the subject is, at a noun that has no class in common with the second one; nothing if it does not come off."""
    fitting = [preposition for preposition in lexicon.where[act.subject.english] if preposition.anywhere or slot == "subject"]
    if not fitting or (slot == "closing" and not act.verb.objects):
        return NOTHING
    preposition = choose(rng, fitting)
    noun = choose(rng, preposition.objects)
    if act.second and not noun.classes.isdisjoint(act.second.classes):
        return NOTHING
    return join(word(preposition.english, *preposition.french), _some(lexicon, rng, noun, preposition.definite))


def _some(lexicon: Lexicon, rng: np.random.Generator, noun: Noun, definite: bool = False, adjectives: bool = True) -> Phrase:
    """A noun phrase with an article and adjectives that suit the noun, or none."""
    definite = definite or rng.random() < 0.75
    beside = [lexicon.beside[noun.english, place] for place in ("before", "after")]
    drawn = [choose(rng, choice) for choice in beside if adjectives and choice and rng.random() < 0.25]
    return noun_phrase(lexicon, noun, definite, drawn)


def noun_phrase(lexicon: Lexicon, noun: Noun, definite: bool, adjectives: Sequence[Adjective]) -> Phrase:
    """Article, adjectives and noun: in English `the old black cat`, in French `le vieux chat noir`."""
    english = [adjective.english for adjective in adjectives] + [noun.english]
    article = "the" if definite else "an" if english[0][0] in "aeiou" else "a"
    liaison = not noun.feminine and _vowel(noun.french, lexicon.aspirated)
    before, after = [], []
    for index, adjective in enumerate(adjectives, 1):
        if adjective.place == "before":
            before.append((adjective.french[-1] if liaison and len(adjective.french) == 3 else adjective.agreeing(noun), index))
        else:
            after.append((adjective.agreeing(noun), index))
    french = (("le", "la") if definite else ("un", "une"))[noun.feminine]
    modifies = tuple((index, len(english)) for index in range(len(english)))
    return Phrase((article, *english), ((french, 0), *before, (noun.french, len(english)), *after), modifies)


def verb_group(verb: Verb, past: bool, negative: bool) -> Phrase:
    """The verb in its tense: `crossed`, `a traversé`; `did not cross`, `ne a pas traversé`; `is not`, `ne est pas`."""
    base, finite = verb.english[0], verb.english[1 + past]
    if base == "be":
        form = verb.french[past]
        return Phrase((finite, "not"), (("ne", 1), (form, 0), ("pas", 1))) if negative else word(finite, form)
    present, participle = verb.french
    if not negative:
        return word(finite, "a", participle) if past else word(finite, present)
    if past:
        return Phrase(("did", "not", base), (("ne", 1), ("a", 0), ("pas", 1), (participle, 2)))
    return Phrase(("does", "not", base), (("ne", 1), (present, 2), ("pas", 1)))


def pronoun(noun: Noun) -> Phrase:
    """`it`, in the gender of the French noun that it stands for."""
    return word("it", "elle" if noun.feminine else "il")


def _quality(noun: Noun, degree: str, adjective: Adjective) -> Phrase:
    """`too tired`, `black`."""
    return join(word(degree, DEGREES[degree]) if degree else NOTHING, word(adjective.english, adjective.agreeing(noun)))


def word(english: str, *french: str) -> Phrase:
    """One English word and the French ones that translate it."""
    return Phrase((english,), tuple((form, 0) for form in french))


BECAUSE = word("because", "parce", "que")


def join(*phrases: Phrase) -> Phrase:
    """The phrases, one after the other."""
    english: list[str] = []
    french: list[tuple[str, int]] = []
    modifies: list[tuple[int, int]] = []
    for phrase in phrases:
        french += [(form, len(english) + index) for form, index in phrase.french]
        modifies += [(len(english) + index, len(english) + noun) for index, noun in phrase.modifies]
        english += phrase.english
    return Phrase(tuple(english), tuple(french), tuple(modifies))


def _finished(lexicon: Lexicon, phrase: Phrase, candidates: tuple[Noun, Noun | None] | None = None) -> Sentence:
    """The sentence, its French spelt. candidates: the noun that `it` stands for, and the other one."""
    english, (french, alignment) = phrase.english, zip(*spelt(phrase.french, lexicon.aspirated))
    if not candidates:
        return Sentence(english, french, alignment, modifies=phrase.modifies)
    antecedent, other = (english.index(noun.english) if noun else None for noun in candidates)
    return Sentence(english, french, alignment, (english.index("it"), antecedent), other, phrase.modifies)


def spelt(french: Sequence[tuple[str, int]], aspirated: frozenset[str]) -> list[tuple[str, int]]:
    """Elision before a vowel or a mute h (`la école`: `l' école`), then contraction (`de le chien`: `du chien`)."""
    reverse: list[tuple[str, int]] = []
    following = ""
    for full, index in reversed(french):
        form = ELIDED[full] if full in ELIDED and _vowel(following, aspirated) else full
        if reverse and (form, reverse[-1][0]) in CONTRACTED:
            form = CONTRACTED[form, reverse.pop()[0]]
        reverse.append((form, index))
        following = full
    return reverse[::-1]


def _vowel(french: str, aspirated: frozenset[str]) -> bool:
    """Whether an article is elided before the word."""
    return french != "" and french[0] in VOWELS and french not in aspirated


def choose(rng: np.random.Generator, options: Sequence) -> Any:
    """One of the options, each as likely."""
    return options[int(rng.random() * len(options))]


# The way back: the words of a sentence are cut into pieces, each named by a letter, and a pattern checks their order.

LETTERS = {"the": "d", "a": "i", "an": "i", "it": "I", "is": "B", "was": "B", "not": "!", "does": "x", "did": "x", "because": "R"}
PIECE = re.compile("[di]j*n|x![VW]|B!?|.")  # noun phrase, verb group, any other word
PLACE = "P[Nn]"
ORDER = re.compile(
    f"(T|{PLACE})?(?P<subject>[Nn])({PLACE})?(?P<act>V[Nn]|vN|[WwBb]P[Nn]|[Ww])({PLACE})?(RIBDs)?|(?P<described>[Nn])[Bb](D?s|j)"
)


def translate(lexicon: Lexicon, english: Sequence[str]) -> Sentence:
    """The sentence with these English words and its translation. Whether the words make sense together is not asked.

    Raises ValueError if the grammar of the language has no such sentence, or if it leaves open what `it` stands for.
    """
    letters = "".join(_letter(lexicon, token) for token in english)
    pieces = [tuple(english[slice(*piece.span())]) for piece in PIECE.finditer(letters)]
    names = "".join(_name(piece.group()) for piece in PIECE.finditer(letters))
    order = ORDER.fullmatch(names)
    if not order:
        raise ValueError(f"not a sentence of the toy language: {' '.join(english)}")
    subject = pieces[order.start("described" if order["described"] else "subject")][-1]
    second = pieces[order.end("act") - 1][-1] if order["act"] and order["act"][-1] in "Nn" else None
    said_of = _referent(lexicon, english) if "I" in names else lexicon.words[subject]
    if said_of is None:
        raise ValueError(f"`{english[-1]}` does not tell which noun `it` stands for: {' '.join(english)}")
    phrase = join(*(_rebuilt(lexicon, name, piece, said_of) for name, piece in zip(names, pieces)))
    if phrase.english != tuple(english):
        raise ValueError(f"`{' '.join(english)}` should be `{' '.join(phrase.english)}`")
    other = next((noun for noun in (subject, second) if noun != said_of.english), None)
    return _finished(lexicon, phrase, (said_of, lexicon.words.get(other)) if "I" in names else None)


def _letter(lexicon: Lexicon, token: str) -> str:
    """What a word is: article, adjective (j), state (s), noun, Preposition, Time, Degree, Verb with an object or Without …"""
    entry = lexicon.words.get(token)
    if isinstance(entry, Adjective):
        return "j" if entry.place else "s"
    if isinstance(entry, Verb):
        return "V" if entry.objects else "W"
    kinds = {Noun: "n", Preposition: "P", Time: "T"}
    return kinds[type(entry)] if entry else "D" if token in DEGREES else LETTERS.get(token, "?")


def _name(letters: str) -> str:
    """The letter of a piece: N and n for a definite and an indefinite noun phrase, small for a negated verb."""
    if letters[-1] == "n":
        return "N" if letters[0] == "d" else "n"
    return letters.strip("x!").lower() if "!" in letters else letters


def _rebuilt(lexicon: Lexicon, name: str, piece: tuple[str, ...], said_of: Noun) -> Phrase:
    """The piece with its French. said_of: the noun that `it` and a predicate agree with."""
    first, last = (lexicon.words.get(token) for token in (piece[0], piece[-1]))
    if name in "Nn":
        return noun_phrase(lexicon, last, name == "N", [lexicon.words[token] for token in piece[1:-1]])
    if name in "VvWwBb":
        verb = last or lexicon.be
        return verb_group(verb, piece[0] in ("did", verb.english[2]), name.islower())
    if name in "js":
        return _quality(said_of, "", last)
    if name in "PT":
        return word(first.english, *(first.french if name == "P" else (first.french,)))
    return {"R": BECAUSE, "I": pronoun(said_of)}.get(name) or word(piece[0], DEGREES[piece[0]])
