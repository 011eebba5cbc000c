"""What the decoder's scene says is so: what is ringed is what is to be guessed, what crosses goes backwards, and who was taught is named."""

from functools import partial

import numpy as np
import pytest

from measuring import CHECKPOINT
from model.decoder import decode
from model.recorder import Recorder
from model.tokenizer import END
from model.toy_language import translate
from scenes.base.room import PEN
from scenes.parts.bars import SignedBar
from scenes.parts.heat_map import Cell
from scenes.parts.label import Label
from scenes.parts.shapes import RING, Block, room_of
from studio.check.sight import see, walk
from studio.plan import staging
from studio.read import assets
from studio.read.spec import load
from studio.training import read_lexicon


def shown(step, *overrides):
    """The scene, and its shapes at the end of a step."""
    seen = {}
    stage = walk(partial(staging.build, load("decoder", overrides)), lambda stage, moment: seen.setdefault(
        moment.step, see(stage).shapes) if moment.ends else None)
    return stage, seen[step]


def strings(shapes):
    return [shape.string for shape in shapes if isinstance(shape, Label)]


def test_what_the_example_has_to_guess_is_ringed_beside_its_row_and_where_the_mask_hides_it_there():
    stage, shapes = shown("mask")
    cells = [shape for shape in shapes if isinstance(shape, Cell) and np.isneginf(float(shape.source))]
    rings = [room_of(shape) for shape in shapes if isinstance(shape, Block) and np.isclose(shape.get_stroke_width(), RING * PEN)]
    (hidden,) = (cell.source for cell in cells if any(np.allclose(room.centre, cell.get_center()) for room in rings))
    query, key = hidden.index[2:]
    assert key == query + 1 and stage.queries[key] == stage.said[query] == "dort" and stage.queries[query] == "noir"
    (word,) = (shape for shape in shapes if isinstance(shape, Label) and any(np.allclose(room.centre, shape.get_center()) for room in rings))
    assert word.string == "dort" and len(rings) == 2
    assert {*stage.said, "in training the answer is known, “le chat noir dort”: all its words are learned at once",
            "→ “noir” could copy the answer, “dort”", "→ “noir” has to guess “dort”"} <= {*strings(shapes)}
    scores = stage.staging.trace["decoder.1.self_attention.scaled_scores"].values[-1, 0, query]
    weight = np.exp(scores[key]) / np.exp(scores).sum()
    assert weight > 0.5 and {f"{scores[key]:.2f}", f"{weight:.2f}", "−∞", "0.00"} <= {*strings(shapes)}


def test_a_score_of_a_later_word_is_seen_in_the_example_only():
    seen = set()
    stage = walk(partial(staging.build, load("decoder")), lambda stage, moment: seen.update(
        shape.source.index[-2:] for shape in see(stage).shapes if isinstance(shape, Cell) and "scaled_scores" in shape.source.name), [0.5])
    assert {(query, key) for query, key in seen if key > query} == {(stage.queries.index("noir"), stage.queries.index("dort"))}


def test_the_query_after_a_word_finds_what_is_said_next():
    stage, shapes = shown("cross_attention")
    looks = stage.staging.trace["decoder.1.cross_attention.weights"].values[-1, 0]
    assert stage.tokens[int(looks[stage.queries.index("chat")].argmax())] == "black"
    assert "French says “chat noir”: so after “chat” the query finds “black”" in strings(shapes)
    assert any("taught" in said for said in strings(shapes)) and "taught" in stage.caption("cross_attention")


def test_nothing_was_taught_of_the_end_token_and_all_else_that_is_due_is_found():
    """“For <end> it was taught nothing”: what the head was taught names no word for it; and it finds the word of every other."""
    stage, shapes = shown("cross_attention")
    assert "block 2, head 1: taught to look at what is translated next; for “<end>” it was taught nothing" in strings(shapes)
    said = translate(read_lexicon(assets.LEXICON), tuple(map(str, stage.tokens)))
    looks = stage.staging.trace["decoder.1.cross_attention.weights"].values[-1, 0].argmax(-1).tolist()
    assert stage.said == (*said.french, END) and looks[:-1] == [*said.alignment]


def test_without_its_own_words_the_decoder_does_not_know_what_to_ask_for():
    """“So that it knows”: with the masked attention's output 0 in both blocks, the same head finds another word at most places."""
    stage, _ = shown("block")
    trace, blocks = stage.staging.trace, CHECKPOINT.weights.decoder.blocks
    deaf = [block._replace(self_attention=block.self_attention._replace(W_O=0 * block.self_attention.W_O, b_O=0 * block.self_attention.b_O))
            for block in blocks]
    rows, kept = np.array([CHECKPOINT.output_vocabulary.index(word) for word in trace.read_tokens]), Recorder()
    decode(rows, trace["encoder.output"].values, CHECKPOINT.weights.decoder._replace(blocks=tuple(deaf)), CHECKPOINT.config, kept)
    known = trace["decoder.1.cross_attention.weights"].values[-1, 0].argmax(-1)
    found = kept.arrays["decoder.1.cross_attention.weights"][0].argmax(-1)
    assert (known != found)[:-1].tolist() == [True, False, True, False]


@pytest.mark.parametrize(("overrides", "taught", "crossed"), [(["head=2"], False, None), (["sentence=the cat sleeps", "focus=cat"], True, False)])
def test_other_heads_were_not_taught_and_other_sentences_need_not_cross(overrides, taught, crossed):
    stage, shapes = shown("cross_attention", *overrides)
    assert any("taught" in said for said in strings(shapes)) == taught
    assert ("taught" in stage.caption("cross_attention")) <= taught
    if crossed is not None:
        assert ("order" in stage.caption("cross_attention")) == crossed == any("French says" in said for said in strings(shapes))


def test_the_score_beside_the_highest_bar_is_that_of_the_word_that_is_said():
    stage, shapes = shown("next_word")
    logits = stage.staging.trace["decoder.logits"].values[stage._followed()]
    vector, best, w = stage.staging.trace["decoder.output"].values[2, 2], logits.argmax(), stage.staging.trace.arrays
    cells = [cell for cell in shapes if isinstance(cell, Cell) and cell.source.name == "weights.output.W"]
    assert {cell.source.index for cell in cells} == {*np.ndindex(w["weights.output.W"].shape)}      # all of the matrix is there
    picked, below = np.array([cell.get_center()[:2] for cell in cells if cell.source.index[1] == best]).reshape(2, len(vector), 2)
    (bar,) = (bar for bar in shapes if isinstance(bar, SignedBar) and bar.source.index[-1] == best)
    assert np.allclose(picked[:, 0], bar.get_x()) and np.allclose(below[:, 1], below[0, 1]) and "column of “noir”" in strings(shapes)
    assert np.isclose(vector @ w["weights.output.W"][:, best] + w["weights.output.b"][best], logits[best])
    assert f"{logits.max():.2f}" in strings(shapes) and f"scores of all {len(logits)} French tokens it can say" in strings(shapes)
