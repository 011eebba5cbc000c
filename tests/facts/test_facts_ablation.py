"""What the ablation says is so: the head is cut, the word flips, the nouns have those genders, and the rings stand where words change."""

from functools import cache, partial

import numpy as np
import pytest

from measuring import CHECKPOINT, TIRED, WIDE
from model.encoder import block, embed, encode
from model.examples import is_held_out
from model.experiments import Run
from model.experiments.nouns import pronouns
from model.recorder import Recorder
from model.tokenizer import ids
from model.toy_language import sentences as drawn
from model.weights import without_head
from scenes.base.room import PEN
from scenes.parts.label import Label
from scenes.parts.shapes import RING, Block, room_of
from studio.check.sight import see, walk
from studio.plan import staging
from studio.read import assets
from studio.read.spec import load
from studio.training import read_lexicon


@cache
def played(*overrides):
    """The scene that has been played, and the shapes at the end of each of its steps; before `again` says what its habit is, as `flip`."""
    seen = {}

    def look(stage, moment):
        shapes = see(stage).shapes
        if moment.step == "again" and "elle" in strings(shapes) and not any("sentences" in said for said in strings(shapes)):
            seen["flip"] = shapes
        if moment.ends:
            seen[moment.step] = shapes
    return walk(partial(staging.build, load("ablation", overrides)), look, [0.0]), seen


def strings(shapes):
    return [shape.string for shape in shapes if isinstance(shape, Label)]


def test_the_word_flips_and_both_have_their_probabilities():
    stage, seen = played()
    trace, said = stage.staging.trace, [*map(strings, (seen["cut"], seen["flip"]))]
    place = int(float(trace["ablation.place"]))
    il, elle = (trace.output_vocabulary.index(word) for word in ("il", "elle"))
    before, after = (trace[f"{name}.probabilities"].values[place] for name in ("decoder", "ablation"))
    assert "il" in said[0] and "elle" not in said[0] and f"{before[il]:.2f}" in said[0]
    assert {"il", "elle", f"{after[il]:.2f}", f"{after[elle]:.2f}", "e"} <= {*said[1]} and after[elle] > 0.5 > before[elle]
    assert stage.caption("again") == stage.staging.words["steps"]["again"]["habit"]
    assert played("twin=")[0].wording("again") == "answer"


def test_elle_is_said_to_every_sentence_without_the_head_and_to_half_of_them_with_it():
    """The whole model says the pronoun that has the gender of the noun that the adjective suits."""
    stage, seen = played()
    trace = stage.staging.trace
    sentences, (whole, cut) = trace["habit.sentences"].values.astype(int), trace["habit.said"].values
    assert {"192 sentences like it: other nouns, “tired” or “wide”", "96", "0", "192"} <= {*strings(seen["again"])} and not cut.min() < 1
    assert len({*map(tuple, sentences)}) == 192
    for own in (stage.tokens, stage.twin):
        assert (sentences == ids(own, CHECKPOINT.vocabulary)).all(1).sum() == 1
    lexicon = read_lexicon(assets.LEXICON)
    nouns = [[lexicon.words[trace.vocabulary[row]] for row in sentence[[1, 6]]] for sentence in sentences]
    found = [pair[trace.vocabulary[sentence[-1]] == "wide"] for pair, sentence in zip(nouns, sentences)]
    assert [noun.feminine for noun in found] == whole.astype(bool).tolist() and whole.sum() == 96


def test_elle_is_the_habit_in_sentences_of_the_language_that_it_has_never_seen():
    stage, _ = played()
    here = Run((), (), stage.staging.trace.config, CHECKPOINT.weights, CHECKPOINT, CHECKPOINT.vocabulary, {}, {})
    held_out = [each.english for each in drawn(read_lexicon(assets.LEXICON), 4_000, 5) if each.antecedent and is_held_out(each)]
    with_it, without = [], []
    for length in {*map(len, held_out)}:
        rows = np.array([ids(english, CHECKPOINT.vocabulary) for english in held_out if len(english) == length])
        with_it += [*pronouns(here, rows, CHECKPOINT.weights)]
        without += [*pronouns(here, rows, without_head(CHECKPOINT.weights, here.config, *stage._cut))]
    known = ~np.isnan(with_it)
    assert known.mean() > 0.99 and known.sum() > 150 and 0.4 < np.array(with_it)[known].mean() < 0.6 and (np.array(without)[known] == 1).all()


def test_the_genders_are_those_of_the_nouns_that_the_head_finds():
    stage, seen = played()
    block, head = stage._cut
    found = [tokens[int(stage.staging.trace[f"{scope}.{block}.self_attention.weights"].values[head, stage.focus].argmax())]
             for scope, tokens in (("encoder", stage.tokens), ("twin.encoder", stage.spec.twin))]
    assert found == ["animal", "street"]                  # whose genders `test_facts_overview` looks up
    assert "he: “animal” is masculine in French" in strings(seen["cut"])
    assert not any("street" in said for said in strings(seen["flip"]) if said != "street")       # nothing shows what `elle` stands for there
    assert "“fatiguée” agrees with “elle”" in strings(seen["flip"])


def test_the_weight_of_the_arc_is_shown_until_the_whole_output_is_zero():
    stages = []
    stage = walk(partial(staging.build, load("ablation")), lambda stage, moment: stages.append(
        strings(see(stage).shapes)) if moment.step == "cut" else None, [0.0])
    block, head = stage._cut
    weights = stage.staging.trace[f"encoder.{block}.self_attention.weights"].values[head, stage.focus]
    weight, zero = f"{weights.max():.2f}", f"block {block + 1}, head {head + 1}: output = 0"
    assert weights.max() > 0.7 and any(weight in said and zero not in said for said in stages)
    assert zero in stages[-1] and weight not in stages[-1] and "before" in stages[-1]


def test_this_cut_alone_changes_the_translation():
    stage, _ = played()
    trace = stage.staging.trace
    changed = np.argwhere(trace["ablation.changed_words"].values > 0)
    assert changed.tolist() == [[*stage._cut]] and stage.wording("every_head") == "one_in_each"
    assert played("twin=")[0].wording("every_head") == "needed" and played("intervene.head=2")[0].wording("every_head") == "caption"


def test_rings_stand_where_the_word_changes_and_nowhere_else():
    stage, seen = played()
    rings = [room_of(shape).centre for shape in seen["every_head"]
             if isinstance(shape, Block) and np.isclose(shape.get_stroke_width(), RING * PEN)]
    cards = [(map_, b, h, card) for map_, shown in enumerate(stage.maps) for b, row in enumerate(shown.cards) for h, card in enumerate(row)]
    ringed = [(map_, b, h) for map_, b, h, card in cards if any(np.allclose(room_of(card.box).centre, centre) for centre in rings)]
    assert ringed == [(0, 1, 0), (1, 0, 2)] and len(rings) == 2 and len(cards) == 16
    trace, place = stage.staging.trace, int(float(stage.staging.trace["ablation.place"]))
    for map_, b, h, card in cards:
        scope, whole = (("ablation", "il"), ("twin_ablation", "elle"))[map_]
        said, chance = (trace[f"{scope}.{name}"].values[b, h, place] for name in ("translations", "chances"))
        assert card.word.string == trace.output_vocabulary[int(said)] and float(card.chance.source) == chance
        assert (card.word.string != whole) == ((map_, b, h) in ringed)


def test_a_cut_that_changes_nothing_says_so():
    stage, _ = played("sentence=the black cat sleeps", "focus=black")
    assert stage.caption("again") == stage.staging.words["steps"]["again"]["same"]


def test_the_answer_takes_both_the_head_that_brings_the_word_and_the_one_that_finds_the_noun():
    """Sentence and twin: where the head looks and what is said, then both without the one that brings the word, and what is without itself."""
    stage, _ = played()
    trace, place = stage.staging.trace, int(float(stage.staging.trace["ablation.place"]))
    assert (stage._bringer, stage._cut, stage.wording("answer")) == ((0, 2), (1, 0), "by_wide")
    tired, wide, told_nothing, no_noun = lines = stage._lines()
    assert [[getattr(link, "word", link) for link in line.links] for line in lines] == [
        ["tired", "animal", "il"], ["wide", "street", "elle"], ["cut", "animal", "il"], [None, "cut", "elle"]]
    assert [line.name for line in lines] == ["tired", "wide", "tired, wide", "tired, wide"]
    for scope, translation, line in (("", "decoder", tired), ("twin.", "twin_translation", wide)):
        looks = [trace[f"{scope}encoder.{b}.self_attention.weights"].values[h, stage.focus].max() for b, h in (stage._bringer, stage._cut)]
        numbers = [*looks, trace[f"{translation}.probabilities"].values[place].max()]
        assert [float(link.value) for link in line.links[1:]] == numbers[1:] and (line is tired or float(line.links[0].value) == numbers[0])
    assert tired.links[0].note == "not needed" and [len(line.ways) for line in stage.chains.lines] == [1, 2, 1, 0]
    for scope, tokens in (("", stage.tokens), ("twin_", stage.twin)):
        assert tokens[trace[f"{scope}ablation.looks"].values[0, 2, stage.focus].argmax()] == told_nothing.links[1].word
        said = [trace.output_vocabulary[int(trace[f"{scope}ablation.translations"].values[b, h, place])] for b, h in ((0, 2), (1, 0))]
        assert said == [line.links[-1].word for line in (told_nothing, no_noun)]
    heads = [" ".join(label.string for label in head) for head in stage.chains.heads]
    assert heads == ["head 3 of block 1 brings “it”", "head 1 of block 2 finds", "decoder says"]
    assert len(stage.chains.lines) == 4 and [len(line.cards) for line in stage.chains.lines] == [3, 3, 3, 2]


def test_told_nothing_of_either_adjective_the_head_takes_the_animal():
    """What the caption says of the cut is so, too, if the first block shows the adjective to no other token."""
    config, (first, second), hidden = CHECKPOINT.config, CHECKPOINT.weights.encoder, np.ones((len(TIRED),) * 2, bool)
    hidden[:-1, -1] = False
    for sentence in (TIRED, WIDE):
        assert sentence[-1] in ("tired", "wide") and sentence.index("it") == 8
        x = block(embed(ids(sentence, CHECKPOINT.vocabulary), CHECKPOINT.weights, config), first, config, mask=hidden)
        block(x, second, config, record := Recorder())
        assert sentence[record.arrays["self_attention.weights"][0, 8].argmax()] == "animal"


def test_the_next_head_looks_at_the_street_because_of_the_one_before():
    """Without the head that brings “wide” to “it”, the one that finds the noun looks at the animal there, too."""
    stage, _ = played()
    trace, (block, head), record = stage.staging.trace, stage._cut, Recorder()
    cut = without_head(CHECKPOINT.weights, trace.config, *stage._bringer)
    encode(ids(stage.twin, CHECKPOINT.vocabulary), cut, trace.config, record)
    for arrays, noun in ((record.arrays["encoder.1.self_attention.weights"], "animal"),
                         (trace["twin.encoder.1.self_attention.weights"].values, "street")):
        assert stage.twin[arrays[head, stage.focus].argmax()] == noun and block == 1
    assert np.allclose(trace["twin_ablation.looks"].values[stage._bringer], record.arrays["encoder.1.self_attention.weights"][head])


def test_without_the_head_elle_is_said_to_either_sentence_and_so_by_default():
    stage, seen = played()
    assert {"0.00", "0.76", "0.95", "0.08"} <= {*strings(seen["flip"])}
    assert [stage._said(scope)[0] for scope in ("ablation.", "twin_ablation.")] == ["elle", "elle"] == [stage._habit] * 2
    assert strings(seen["every_head"]).count("its habit") == 2


def test_the_head_of_the_map_says_what_the_whole_model_gives_the_word():
    stage, seen = played()
    whole = float(stage.staging.trace["decoder.probabilities"].values[int(float(stage.staging.trace["ablation.place"]))].max())
    assert f"{whole:.2f}" in strings(seen["every_head"]) and strings(seen["every_head"]).count("il") == 1 + 7 + 1     # whole, cuts, twin


def test_without_a_twin_the_answer_is_of_the_one_sentence():
    stage, _ = played("twin=")
    assert stage.wording("answer") == "alone" and [line.name for line in stage._lines()] == ["", ""]
    assert [[getattr(link, "word", link) for link in line.links] for line in stage._lines()] == [["animal", "il"], ["cut", "elle"]]


@pytest.mark.parametrize("overrides", [("intervene.head=2",), ("sentence=the black cat sleeps", "twin=the white cat runs", "focus=cat")])
def test_that_it_takes_both_is_said_only_where_it_does(overrides):
    stage, _ = played(*overrides)
    assert stage.wording("answer") == "caption" and all(len(line.links) == 2 for line in stage._lines()) and stage._habit == ""


def test_a_head_that_looks_everywhere_alike_says_so():
    stage, _ = played("intervene.to=uniform")
    assert stage.wording("cut") == "uniform"
    assert stage._cut_name == "head 1 of block 2 looks everywhere alike" and "without" not in stage._cut_name


@pytest.mark.parametrize(("override", "wording"), [("focus=it", "taught"), ("focus=street", "caption"), ("intervene.head=2", "caption")])
def test_that_the_head_was_taught_is_said_of_the_one_that_was(override, wording):
    assert staging.build(load("ablation", [override])).wording("cut") == wording
