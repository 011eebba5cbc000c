"""The toy language: correct French by facts about French, not by its own rules; and nothing about `it` is given away."""

import copy
import pathlib
import re
import time
from collections import Counter, defaultdict

import numpy as np
import pytest
import yaml

from model.toy_language import Lexicon, generate, sentences, translate

FILE = pathlib.Path(__file__).parent.parent / "assets" / "lexicon" / "english-french.yaml"
WORDS = yaml.safe_load(FILE.read_text(encoding="utf-8"))
COUNT = 58_000
MUTE_H = {"homme", "hôtel", "horloge"}
ASPIRATED_H = {"hibou", "héros"}

# Written by hand, checked against a dictionary and a grammar, not against the code.
PAIRS = (pathlib.Path(__file__).parent / "fixtures" / "translations.txt").read_text(encoding="utf-8")

REFUSED = """
cat sleeps
the cat crosses
the black sleeps
the cat sleeps the street
an cat sleeps
a owl sings
the noir cat sleeps
the cat did not see a dog
the cat black sleeps
the animal did not cross the street because it was too hard
the dog followed the cat because it was too tired
the girl did not cross the street because it was too tired
the letter on the bed attracts the cat because it is too expensive
the cat did not crossed the street
the cat it
"""


@pytest.fixture(scope="module")
def lexicon():
    return Lexicon.from_mapping(WORDS)


@pytest.fixture(scope="module")
def sample(lexicon):
    return sentences(lexicon, 15_000, seed=1)


@pytest.fixture(scope="module")
def reasons(sample):
    """Sentences with `it` and two nouns that it could stand for."""
    return [sentence for sentence in sample if sentence.other is not None]


def elides(word):
    """By hand, of the words of our lexicon: whether an article before it loses its vowel."""
    return word[0] in "aeiouéèêœ" or word in MUTE_H


def gender(noun):
    return WORDS["nouns"][noun]["gender"]


def said_of(sentence, index):
    """The noun that the English adjective at an index describes: the next noun, or else what `it` or the predicate is about."""
    later = [word for word in sentence.english[index:] if word in WORDS["nouns"]]
    if later:
        return later[0]
    nouns = [word for word in sentence.english if word in WORDS["nouns"]]
    return sentence.english[sentence.antecedent[1]] if sentence.antecedent else nouns[0]


def translations(sentence, index):
    return [word for word, at in zip(sentence.french, sentence.alignment) if at == index]


@pytest.mark.parametrize("english, french", [pair.split("\n    ") for pair in re.split(r"\n(?=\w)", PAIRS.strip())])
def test_hand_written_pairs(lexicon, english, french):
    assert " ".join(translate(lexicon, english.split()).french) == french


def test_every_french_word_was_written_by_hand_once(lexicon):
    assert set(lexicon.french) <= set(PAIRS.split())


@pytest.mark.parametrize("english", REFUSED.strip().split("\n"))
def test_what_is_not_in_the_language_is_refused(lexicon, english):
    with pytest.raises(ValueError):
        translate(lexicon, english.split())


def test_vocabularies(lexicon, sample):
    assert 140 <= len(lexicon.english) <= 170
    assert {word for sentence in sample for word in sentence.english} == set(lexicon.english)
    assert {word for sentence in sample for word in sentence.french} == set(lexicon.french)
    assert list(lexicon.english) == sorted(lexicon.english) and list(lexicon.french) == sorted(lexicon.french)
    assert {"cat", "black", "tired", "sleeps", "cross", "crossed"} <= lexicon.content_words < set(lexicon.english)
    assert not lexicon.content_words & {"the", "it", "because", "not", "near", "be"}


@pytest.mark.slow
def test_there_are_enough_sentences_in_a_few_seconds(lexicon):
    start = time.process_time()
    drawn = sentences(lexicon, COUNT, seed=0)
    assert time.process_time() - start < 20
    assert len({sentence.english for sentence in drawn}) == COUNT


def test_the_same_seed_gives_the_same_sentences(lexicon, sample):
    assert sentences(lexicon, 300, seed=1) == sample[:300]
    assert sentences(lexicon, 300, seed=2) != sample[:300]


def test_sentences_are_lower_case_words_of_the_right_number(sample):
    assert {len(sentence.english) for sentence in sample} == set(range(3, 17))
    assert all(word == word.lower() and re.fullmatch(r"[\w']+", word) for s in sample for word in s.english + s.french)


def test_an_english_sentence_has_one_translation(lexicon, sample):
    assert all(translate(lexicon, sentence.english) == sentence for sentence in sample)


def test_alignments_are_in_range_and_leave_no_content_word_out(lexicon, sample):
    for sentence in sample:
        assert len(sentence.alignment) == len(sentence.french)
        assert all(0 <= index < len(sentence.english) for index in sentence.alignment)
        content = {index for index, word in enumerate(sentence.english) if word in lexicon.content_words}
        assert content <= set(sentence.alignment)


def test_nouns_and_verbs_are_aligned_with_their_dictionary_forms(sample):
    verbs = {form: (base, tense) for base, verb in WORDS["verbs"].items() for tense, form in enumerate(verb["english"])}
    for sentence in sample:
        for index, word in enumerate(sentence.english):
            if word in WORDS["nouns"]:
                assert translations(sentence, index) == [WORDS["nouns"][word]["french"]]
            elif word in verbs:
                base, past = verbs[word]
                assert translations(sentence, index) == ["a"] * past + [WORDS["verbs"][base]["french"][past]]
            elif word in WORDS["verbs"]:
                past = sentence.english[index - 2] == "did"
                assert translations(sentence, index) == [WORDS["verbs"][word]["french"][past]]


def test_elision_before_every_vowel_and_nowhere_else(sample):
    seen = Counter()
    for sentence in sample:
        for word, following in zip(sentence.french, sentence.french[1:]):
            if word in ("l'", "n'", "d'", "qu'"):
                assert elides(following), sentence
            elif word in ("le", "la", "ne", "de", "que"):
                assert not elides(following), sentence
            seen[word, following] += following in ASPIRATED_H | MUTE_H
    assert seen["le", "hibou"] and seen["le", "héros"] and seen["l'", "homme"] and seen["l'", "horloge"]


def test_contractions(sample):
    text = [" ".join(sentence.french) for sentence in sample]
    assert not any(re.search(r"\b(de|à) les?\b", french) for french in text)
    for form in ("près du ", "près de la ", "près de l' ", "près d' un ", "près d' une ", " au ", " à la ", " à l' "):
        assert any(form in french for french in text), form


def test_adjectives_agree_with_their_noun_and_stand_on_the_right_side(sample):
    adjectives = WORDS["adjectives"] | WORDS["states"]
    for sentence in sample:
        for index, word in enumerate(sentence.english):
            if word not in adjectives:
                continue
            noun = said_of(sentence, index)
            masculine, feminine, *before_vowel = adjectives[word]["french"]
            french = WORDS["nouns"][noun]["french"]
            place, at = sentence.alignment.index(index), sentence.french.index(french)
            beside = abs(place - at) == 1
            expected = feminine if gender(noun) == "f" else masculine
            if before_vowel and beside and gender(noun) == "m" and elides(french):
                expected = before_vowel[0]
            assert translations(sentence, index) == [expected], sentence
            if beside:
                assert (place < at) == (adjectives[word]["place"] == "before"), sentence


def test_articles_agree(sample):
    for sentence in sample:
        for index, word in enumerate(sentence.english):
            if word not in ("the", "a", "an"):
                continue
            feminine = gender(said_of(sentence, index)) == "f"
            allowed = {"une" if feminine else "un"} if word != "the" else {"la" if feminine else "le", "l'"}
            assert set(translations(sentence, index)) <= allowed, sentence
            if word != "the":
                assert (word == "an") == (sentence.english[index + 1][0] in "aeiou")


def test_negation(sample):
    """`ne … pas` where there is `not`; and no `un` right after it, where French would have `de`."""
    for sentence in sample:
        assert ("not" in sentence.english) == ("pas" in sentence.french) == bool({"ne", "n'"} & set(sentence.french))
        if "pas" in sentence.french and sentence.english[sentence.english.index("not") - 1] in ("did", "does"):
            after = sentence.french[sentence.french.index("pas") + 1 :]
            assert not {"un", "une"} & set(after[: 1 + ("a" in sentence.french)]), sentence


def test_the_pronoun_has_the_gender_of_its_noun(sample):
    for sentence in sample:
        if not sentence.antecedent:
            continue
        it, noun = sentence.antecedent
        assert sentence.english[it] == "it"
        assert translations(sentence, it) == ["elle" if gender(sentence.english[noun]) == "f" else "il"]


def test_the_state_tells_the_noun(sample, reasons):
    assert all((sentence.antecedent is not None) == ("it" in sentence.english) for sentence in sample)
    for sentence in reasons:
        fitting = set(WORDS["states"][sentence.english[-1]]["of"])
        nouns = [index for index, word in enumerate(sentence.english) if word in WORDS["nouns"]]
        described = [index for index in nouns if fitting & set(WORDS["nouns"][sentence.english[index]]["is"])]
        assert described == [sentence.antecedent[1]]
        assert sentence.other in nouns and sentence.other not in described
        assert "person" not in WORDS["nouns"][sentence.english[described[0]]]["is"]


def test_articles_and_adjectives_of_a_noun_phrase_know_their_noun(sample):
    """In English they stand before it, and nothing but adjectives stands between; a predicate is of no noun phrase."""
    for sentence in sample:
        words, expected = sentence.english, []
        for index, word in enumerate(words):
            rest = next((k for k in range(index + 1, len(words)) if words[k] not in WORDS["adjectives"]), None)
            if (word in ("the", "a", "an") or word in WORDS["adjectives"]) and rest and words[rest] in WORDS["nouns"]:
                expected.append((index, rest))
        assert list(sentence.modifies) == expected, sentence


def majority(sentences, clue):
    """How often one finds the noun by always naming the index that is most frequent with a clue."""
    indices = defaultdict(Counter)
    for sentence in sentences:
        indices[clue(sentence)][sentence.antecedent[1]] += 1
    return sum(max(counter.values()) for counter in indices.values()) / len(sentences)


def test_position_does_not_give_the_noun_away(sample, reasons):
    assert 0.4 < len(reasons) / len(sample) < 0.6
    first = [sentence.antecedent[1] < sentence.other for sentence in reasons]
    assert abs(np.mean(first) - 0.5) < 0.02
    assert majority(reasons, lambda s: None) < 0.3
    assert majority(reasons, lambda s: (len(s.english), s.antecedent[0])) < 0.6
    assert majority(reasons, lambda s: tuple(sorted((s.antecedent[1], s.other)))) < 0.6


def test_no_state_gives_the_position_away(reasons):
    order = defaultdict(list)
    for sentence in reasons:
        order[sentence.english[-1]].append(sentence.antecedent[1] < sentence.other)
    assert order.keys() == WORDS["states"].keys()
    assert all(0.4 < np.mean(first) < 0.6 for first in order.values())


def test_the_genders_of_the_two_nouns_are_independent(reasons):
    pairs = Counter((gender(s.english[s.antecedent[1]]), gender(s.english[s.other])) for s in reasons)
    assert all(0.22 < count / len(reasons) < 0.28 for count in pairs.values()) and len(pairs) == 4


def some_words(**keep):
    return {"classes": WORDS["classes"], "people": WORDS["people"]} | {
        section: {word: WORDS[section][word] for word in words.split()} for section, words in keep.items()
    }


def test_the_storyboard_can_be_drawn():
    few = some_words(
        nouns="animal cat street", adjectives="black", states="tired wide", verbs="sleep cross",
        prepositions="near", times="today",
    )
    rng, small = np.random.default_rng(0), Lexicon.from_mapping(few)
    drawn = {" ".join(generate(small, rng).english) for _ in range(10_000)}
    assert "the black cat sleeps" in drawn
    assert "the animal did not cross the street because it was too tired" in drawn
    assert "the animal did not cross the street because it was too wide" in drawn


def test_a_small_language_says_that_it_is_small():
    small = Lexicon.from_mapping(some_words(
        nouns="cat street", adjectives="black", states="tired", verbs="sleep", prepositions="near", times="yesterday"
    ))
    assert len(sentences(small, 100, seed=0)) == 100
    with pytest.raises(ValueError, match="too many"):
        sentences(small, 100_000, seed=0)


def broken(change):
    words = copy.deepcopy(WORDS)
    change(words)
    with pytest.raises(ValueError) as error:
        Lexicon.from_mapping(words)
    return error.value.args[0]


@pytest.mark.parametrize("change, path, message", [
    (lambda w: w["nouns"]["cat"].update(gender="x"), "nouns.cat.gender", "must be m or f"),
    (lambda w: w["nouns"]["cat"].pop("french"), "nouns.cat.french", "is missing"),
    (lambda w: w["nouns"]["cat"].update(gendre="m"), "nouns.cat.gendre", "did you mean 'gender'?"),
    (lambda w: w["nouns"]["cat"].update({"is": "animal"}), "nouns.cat.is", "must be a list"),
    (lambda w: w["nouns"].update({"Cat": w["nouns"]["cat"]}), "nouns.Cat", "lower case"),
    (lambda w: w["nouns"].update({True: w["nouns"]["cat"]}), "nouns.True", "quotes"),
    (lambda w: w["nouns"].update(tired=w["nouns"]["cat"]), "states.tired", "'tired' has a role already, in nouns.tired"),
    (lambda w: w["nouns"].update(very=w["nouns"]["cat"]), "nouns.very", "the grammar"),
    (lambda w: w["verbs"]["see"].update(english=["sees", "cross"]), "verbs.see", "'cross' has a role already"),
    (lambda w: w["verbs"]["see"].update(french=["voit"]), "verbs.see.french", "two words"),
    (lambda w: w["verbs"]["see"].update(object=["anmal"]), "verbs.see.object", "did you mean 'animal'?"),
    (lambda w: w["adjectives"]["old"].update(place="left"), "adjectives.old.place", "before or after"),
    (lambda w: w["prepositions"]["near"].update(french="tout près de"), "prepositions.near.french", "one word or two"),
    (lambda w: w["times"]["today"].update(tense="now"), "times.today.tense", "past or present"),
    (lambda w: w["times"].update(today=None), "times.today", "must be a mapping"),
    (lambda w: w.update(states={}), "states", "at least one word"),
    (lambda w: w.pop("times"), "times", "is missing"),
    (lambda w: w.update(noun={}), "noun", "did you mean 'nouns'?"),
    (lambda w: w.update(people=["persons"]), "people", "did you mean 'person'?"),
    (lambda w: w.update(classes="animal"), "classes", "must be a list"),
    (lambda w: w["classes"].append("ghost") or w["verbs"]["see"].update(object=["ghost"]), "verbs.see.object", "no noun is in"),
])
def test_errors_of_a_lexicon_are_located(change, path, message):
    [(where, what)] = broken(change)
    assert where == path and message in what


def test_all_errors_are_told_at_once():
    def change(words):
        words["nouns"]["cat"]["gender"] = "x"
        words["nouns"]["dog"]["gender"] = "y"
        del words["verbs"]["see"]["subject"]

    assert [path for path, _ in broken(change)] == ["nouns.cat.gender", "nouns.dog.gender", "verbs.see.subject"]
    with pytest.raises(ValueError):
        Lexicon.from_mapping(["cat"])
