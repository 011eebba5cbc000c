"""What the ablation says is so: the head is cut, the word flips, the nouns have those genders, and the rings stand where words change."""

from functools import cache, partial

import numpy as np
import pytest

from measuring import CHECKPOINT
from model.encoder import encode
from model.recorder import Recorder
from model.tokenizer import ids
from model.weights import without_head
from scenes.base.room import PEN
from scenes.parts.label import Label
from scenes.parts.shapes import RING, Block, room_of
from studio.check.sight import see, walk
from studio.plan import staging
from studio.read.spec import load


@cache
def played(*overrides):
    """The scene that has been played, and the shapes at the end of each of its steps."""
    seen = {}
    stage = walk(partial(staging.build, load("ablation", overrides)), lambda stage, moment: seen.setdefault(
        moment.step, see(stage).shapes) if moment.ends else None)
    return stage, seen


def strings(shapes):
    return [shape.string for shape in shapes if isinstance(shape, Label)]


def test_the_word_flips_and_both_have_their_probabilities():
    stage, seen = played()
    trace, said = stage.staging.trace, [*map(strings, (seen["cut"], seen["again"]))]
    place = int(float(trace["ablation.place"]))
    il, elle = (trace.output_vocabulary.index(word) for word in ("il", "elle"))
    before, after = (trace[f"{name}.probabilities"].values[place] for name in ("decoder", "ablation"))
    assert "il" in said[0] and "elle" not in said[0] and f"{before[il]:.2f}" in said[0]
    assert {"il", "elle", f"{after[il]:.2f}", f"{after[elle]:.2f}", "e"} <= {*said[1]} and after[elle] > 0.5 > before[elle]
    assert stage.caption("again") == stage.staging.words["steps"]["again"]["alike"]
    twin = trace["twin_ablation.probabilities"].values[place]
    assert {"with “wide”, too: “elle”", f"{twin[elle]:.2f}"} <= {*said[1]} and twin.argmax() == elle
    assert played("twin=")[0].wording("again") == "answer"


def test_the_genders_are_those_of_the_nouns_that_the_head_finds():
    stage, seen = played()
    block, head = stage._cut
    found = [tokens[int(stage.staging.trace[f"{scope}.{block}.self_attention.weights"].values[head, stage.focus].argmax())]
             for scope, tokens in (("encoder", stage.tokens), ("twin.encoder", stage.spec.twin))]
    assert found == ["animal", "street"]                  # whose genders `test_facts_overview` looks up
    assert "he: “animal” is masculine in French" in strings(seen["cut"])
    assert not any("street" in said for said in strings(seen["again"]) if said != "street")      # nothing shows what `elle` stands for there
    assert "“fatiguée” agrees with “elle”" in strings(seen["again"])


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
    panels = stage.table.panels
    assert [[card.word.string for card in panel.cards] for panel in panels] == [["il", "elle"], ["il", "il"], ["elle", "elle"]]
    looked = [[card.word.string for card in panel.looks] for panel in panels[:2]]
    assert looked == [["animal", "street"], ["animal", "animal"]]
    looks = [[trace[f"{scope}encoder.1.self_attention.weights"].values[0, stage.focus].max() for scope in ("", "twin.")],
             [trace[f"{scope}ablation.looks"].values[0, 2, stage.focus].max() for scope in ("", "twin_")]]
    assert np.allclose([[float(card.chance.source) for card in panel.looks] for panel in panels[:2]], looks)
    whole = [trace[f"{name}.probabilities"].values[place].max() for name in ("decoder", "twin_translation")]
    without = [[trace[f"{name}.chances"].values[b, h, place] for name in ("ablation", "twin_ablation")] for b, h in ((0, 2), (1, 0))]
    assert np.allclose([[float(card.chance.source) for card in panel.cards] for panel in panels], [whole, *without])
    assert np.allclose(without[1], [trace[f"{name}.probabilities"].values[place].max() for name in ("ablation", "twin_ablation")])
    assert [[label.string for label in panel.verdict] for panel in panels] == [["≠ two answers"], ["= one answer"], ["= one answer"]]
    assert [len(panel.ways) for panel in panels] == [2, 2, 0] and stage._brought[0] == "wide"
    brought = trace["twin.encoder.0.self_attention.weights"].values[2, stage.focus]
    assert stage.twin[brought.argmax()] == "wide" and f"{brought.max():.2f}" == "1.00"
    assert [" ".join(line.string for why in panel.why for line in why) for panel in panels] == [
        "head 3 of block 1 brings “it” the word “wide”: 1.00", "“it” is not told of “wide”: it looks at “animal” in both", "no noun is found: its habit"]
    assert [name.word.string for name in stage.table.names] == ["tired", "wide"]


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
    assert {"0.00", "0.76", "0.95", "0.08"} <= {*strings(seen["again"])}
    assert [card.word.string for card in stage.table.panels[-1].cards] == ["elle", "elle"]


def test_the_head_of_the_map_says_what_the_whole_model_gives_the_word():
    stage, seen = played()
    whole = float(stage.staging.trace["decoder.probabilities"].values[int(float(stage.staging.trace["ablation.place"]))].max())
    assert f"{whole:.2f}" in strings(seen["every_head"]) and strings(seen["every_head"]).count("il") == 1 + 7 + 1     # whole, cuts, twin


def test_without_a_twin_the_answer_is_of_the_one_sentence():
    stage, _ = played("twin=")
    assert stage.wording("answer") == "alone" and not len(stage.table.names)
    assert [len(panel.cards) for panel in stage.table.panels] == [1, 1] and not any(len(panel.verdict) for panel in stage.table.panels)


@pytest.mark.parametrize("overrides", [("intervene.head=2",), ("sentence=the black cat sleeps", "twin=the white cat runs", "focus=cat")])
def test_that_it_takes_both_is_said_only_where_it_does(overrides):
    stage, _ = played(*overrides)
    assert stage.wording("answer") == "caption" and len(stage.table.panels) == 2 and not any(len(panel.why) for panel in stage.table.panels)


def test_a_head_that_looks_everywhere_alike_says_so():
    stage, _ = played("intervene.to=uniform")
    assert stage.wording("cut") == "uniform"
    assert stage._cut_name == "head 1 of block 2 looks everywhere alike" and "without" not in stage._cut_name


@pytest.mark.parametrize(("override", "wording"), [("focus=it", "taught"), ("focus=street", "caption"), ("intervene.head=2", "caption")])
def test_that_the_head_was_taught_is_said_of_the_one_that_was(override, wording):
    assert staging.build(load("ablation", [override])).wording("cut") == wording
