"""What a head does: the model runs without it, and everything that has changed was its doing (Michel et al. 2019, section 3).

The heads are those of the encoder. The intervention that is given says which of them is cut, and how: its output counts as 0, or
its weights are uniform, so that it looks everywhere alike. Every other head is then cut in the same way, one at a time.
"""

from dataclasses import replace
from itertools import zip_longest

import numpy as np

from model.decoder import decode, predict
from model.encoder import encode
from model.experiments.distances import distance
from model.functional import softmax
from model.generation import generate, stacked
from model.recorder import Recorder
from model.tensors import SAID, TRANSLATES, Tensor, scoped
from model.tokenizer import END, START
from model.weights import without_head

HERE = "the output vocabulary's row"
TENSORS = scoped(
    "ablation",
    Tensor("block", "", "which block the cut head is in, from 0", "chosen"),
    Tensor("head", "", "which head of it is cut, from 0", "chosen"),
    Tensor("uniform", "", "how it is cut: 0, its output counts as 0; 1, its weights are uniform", "chosen"),
    Tensor("weights", "query key", "how much each token looks at each other in the cut head",
           "self_attention.weights of the cut run", shares=True),
    Tensor("output", "token d_model", "each token, understood without that head", "encoder.output of the cut run"),
    Tensor("looks", "block head query key", "how much each token looks at each other in the chosen head if one head is cut",
           "self_attention.weights of the cut run", shares=True),
    Tensor("shifts", "block head token", "how far each token's vector moves if one head is cut, for every head",
           "|encoder.output - encoder.output of the cut run|"),
    Tensor("next_token_ids", "said", f"{HERE} of every word that is said without that head", "as decoder.next_token_ids",
           TRANSLATES),
    Tensor("probabilities", "said vocabulary", "probability of every word to come next without that head",
           "as decoder.probabilities", TRANSLATES, SAID),
    Tensor("place", "", "the step that is compared: the first that says another word, else the one whose word loses most",
           "argmax of next_token_ids != decoder.next_token_ids, or of the fall of its probability", TRANSLATES),
    Tensor("candidates", "candidate", f"{HERE} of the word said there before, and of the strongest other after",
           "decoder.next_token_ids[place], argmax of probabilities[place] over the others", TRANSLATES),
    Tensor("kept", "block head", "probability that the word at that step keeps if one head is cut, after the same words",
           "probability of candidates[0] at step `place` of the cut run that is given the own translation", TRANSLATES),
    Tensor("loss", "", "how surprised the model is by its own translation", "mean over step of -log probability", TRANSLATES),
    Tensor("loss_changes", "block head", "how much more it is surprised if one head is cut", "loss of the cut run - loss",
           TRANSLATES),
    Tensor("translations", "block head word", f"{HERE} of every word that is said if one head is cut; NaN after the end",
           "as decoder.next_token_ids", TRANSLATES),
    Tensor("chances", "block head word", "probability of every word that is said if one head is cut; NaN after the end",
           "as decoder.probabilities", TRANSLATES),
    Tensor("changed_words", "block head", "words of the translation that are others if one head is cut",
           "count of translations != decoder.next_token_ids", TRANSLATES),
)


def measure(run, record):
    """One run with the cut that is asked for, and one for every single head. Nothing is recorded if no cut is asked for."""
    cut = run.given.get("intervention")
    if cut is None:
        return
    for name, value in (("block", cut.block), ("head", cut.head), ("uniform", cut.to == "uniform")):
        record(name, np.array(value))                                               # ()
    chosen = Recorder()
    memory = record("output", encode(run.ids, cut_weights(run, cut), run.config, chosen))       # (n, d_model)
    record("weights", chosen.arrays[f"encoder.{cut.block}.self_attention.weights"][cut.head])   # (n, n)
    every, looks = every_cut(run, run.ids)
    record("looks", looks)                                                          # (block, head, n, n)
    record("shifts", distance(np.array(every), run.arrays["encoder.output"]))       # (block, head, n)
    if run.config.translates:
        place = _compare(run, record, memory)
        _judge(run, record, every, place)


def cut_weights(run, cut):
    """The weights of the model with one head cut."""
    if cut.to == "zero":
        return without_head(run.weights, run.config, cut.block, cut.head)
    attention = run.weights.encoder[cut.block].self_attention
    kept = np.arange(run.config.d_model) // run.config.d_k != cut.head              # (d_model,)
    # A query of zeros fits every key alike.
    blind = attention._replace(W_Q=attention.W_Q * kept, b_Q=attention.b_Q * kept)
    block = run.weights.encoder[cut.block]._replace(self_attention=blind)
    return run.weights._replace(encoder=(*run.weights.encoder[:cut.block], block, *run.weights.encoder[cut.block + 1:]))


def every_cut(run, rows):
    """What the encoder makes of tokens, by their ids (n,), if one head is cut as is asked for: for every block and head (n, d_model); and
    where the chosen head then looks, (block, head, n, n)."""
    cut, blocks, heads = run.given["intervention"], range(run.config.n_blocks), range(run.config.n_heads)
    kept = [[Recorder() for _ in heads] for _ in blocks]
    made = [[encode(rows, cut_weights(run, replace(cut, block=b, head=h)), run.config, kept[b][h]) for h in heads] for b in blocks]
    looks = [[each.arrays[f"encoder.{cut.block}.self_attention.weights"][cut.head] for each in row] for row in kept]
    return made, np.array(looks)


def said_to_each(run, every):
    """What the decoder says to each of the outputs of `every_cut`: rows and probabilities of its words, both (block, head, word)."""
    said = [[said_to(run, memory) for memory in row] for row in every]
    words = stacked([stacked([rows for rows, _ in row]) for row in said])           # (block, head, word)
    chances = stacked([stacked([found[np.arange(len(rows)), rows] for rows, found in row]) for row in said])
    return words, chances


def _compare(run, record, memory):
    """The translation of the cut run, and the step at which it is set beside that of the whole model."""
    before, own = run.arrays["decoder.probabilities"], _own(run)                    # (step, vocabulary), (step,)
    said, after = said_to(run, memory)                                              # (said,), (said, vocabulary)
    record("next_token_ids", said)
    record("probabilities", after)
    differs = np.flatnonzero([a != b for a, b in zip_longest(own, said)])
    common = np.arange(min(len(own), len(said)))
    falls = before[common, own[common]] - after[common, own[common]]                # (common,)
    place = int(record("place", np.array(differs[0] if len(differs) else falls.argmax())))
    others = np.where(np.arange(after.shape[1]) == own[place], -1, after[place])    # (vocabulary,)
    record("candidates", np.array([own[place], others.argmax()]))                   # (candidate,)
    return place


def _judge(run, record, every, place):
    """What every single cut does to the model's own translation."""
    own, steps = _own(run), np.arange(len(_own(run)))
    given = np.append(run.checkpoint.output_vocabulary.index(START), own[:-1])      # (step,)
    outputs = np.array([[decode(given, memory, run.weights.decoder, run.config) for memory in row] for row in every])
    found = softmax(predict(outputs, run.weights.decoder.output))[..., steps, own]  # (block, head, step)
    record("kept", found[..., place])                                               # (block, head)
    loss = record("loss", -np.log(run.arrays["decoder.probabilities"][steps, own]).mean())      # ()
    record("loss_changes", -np.log(found).mean(-1) - loss)                          # (block, head)
    said, chances = said_to_each(run, every)
    record("translations", said)                                                    # (block, head, word)
    record("chances", chances)                                                      # (block, head, word)
    changed = [[sum(a != b for a, b in zip_longest(own, words[words == words])) for words in row] for row in said]
    record("changed_words", np.array(changed))                                      # (block, head)


def _own(run):
    """The rows of the words that the whole model says: (step,)."""
    return run.arrays["decoder.next_token_ids"].astype(int)


def said_to(run, memory):
    """What the decoder says to the output of an encoder: rows (said,), and probabilities (said, vocabulary)."""
    known, steps = run.checkpoint.output_vocabulary, Recorder()
    said = generate(memory, run.weights.decoder, run.config, known.index(START), known.index(END), steps)
    return np.array(said), steps.arrays["decoder.probabilities"]
