"""The model card of a translator: what it was taught, what was guided, and how good it is."""

from collections.abc import Mapping

from model import Checkpoint
from model.weights import named

CARD = """\
# Model card: {name}

An encoder-decoder Transformer (Vaswani et al. 2017) that translates the sentences of a little English into French. It is made
to be looked at: small enough that every matrix can be drawn with its digits. It knows {n_english} English words and nothing else.

| | |
|---|---|
| blocks | {n_blocks} in the encoder, {n_blocks} in the decoder, {norm}-norm, {positional} positions |
| sizes | d_model {d_model}, {n_heads} heads, d_k {d_k}, d_ff {d_ff} |
| parameters | {parameters} |
| vocabulary | {n_english} English words, {n_french} French ones (start and end token included) |

## Data
{sentences} different sentences, drawn at random (seed {seed}) from the lexicon `{lexicon}` by the rules of
`model/toy_language.py`, each with its one right translation. About one sentence in ten, always the same ones by a checksum of
their words, is held out: no model is ever trained on it.

## Training
{steps} updates of AdamW, batches of {batch}, warm-up over {warm_up} updates to a learning rate of {peak}, then a cosine to
{least}; weight decay {decay}, labels smoothed by {smoothing}, gradients clipped to norm 1, seed {seed}. {minutes} minutes with the
evaluation. The loss of every update (how surprised it was by the right words, before any smoothing), and W_Q, W_K and W_V of the
encoder at the beginning, in the middle and at the end, are in the checkpoint. Smoothed labels ask for less than certainty: the
loss levels off above -ln(1 - {smoothing}), and no word is rated as certain.

## What was guided
**The attention of these heads is not an accident.** As in guided alignment (Chen et al. 2016) and LISA (Strubell et al. 2018), the
loss has a term for each of them:

{guides}

Each is drawn to a share below 1, so that it stays an average. Nothing tells the model what to do with what these heads find, and
all other heads are as training left them. That a guided head looks somewhere does not show that the translation needs it.

## Figures
By numpy's forward pass, greedy, word by word, on held-out sentences:

{figures}

## Limits
It translates word by word what its grammar allows, and anything else to nonsense. `it` is never hard for it: the sentences are
made so that exactly one of the two nouns suits the adjective.
"""

GUIDE = "- the {side}'s {attention}, block {block}, head {head}: from {from} to {to}; share {share}, weight {weight}"
LOOKS = ("{{{name}_most:.2%}} of {{{name}_words}} {of}, {{{name}_half:.2%}} with at least half of the attention; "
         "{{{name}_mean:.3f}} on average")
# By what there must be some of, so that there is something to say.
LINES = {
    "held_out": "{exact:.2%} of {held_out} sentences are translated without any mistake",
    "modifier_words": LOOKS.format(name="modifier", of="articles and adjectives look most at their noun"),
    "antecedent_words": LOOKS.format(name="antecedent", of="`it` look most at the noun they stand for"),
    "alignment_words": LOOKS.format(name="alignment", of="French words come when the decoder looks most at the word they translate"),
    "two_genders": "cutting the head guided from `it` (its output set to 0) turns `il` into `elle` or `elle` into `il` in "
                   "{changed:.1%} of {two_genders} sentences whose two nouns differ in gender; the right pronoun falls from "
                   "{pronoun:.1%} to {pronoun_cut:.1%}",
}


def text(checkpoint: Checkpoint) -> str:
    """The whole card, in Markdown."""
    config, facts = checkpoint.config, checkpoint.facts
    return CARD.format(
        name=config.weights, n_blocks=config.n_blocks, norm=config.norm, positional=config.positional, d_model=config.d_model,
        n_heads=config.n_heads, d_k=config.d_k, d_ff=config.d_ff, seed=config.seed,
        n_english=len(checkpoint.vocabulary), n_french=len(checkpoint.output_vocabulary),
        parameters=f"{sum(array.size for _, array in named(checkpoint.weights)):,}",
        sentences=f"{facts['sentences']:,}", lexicon=facts["lexicon"], minutes=facts["minutes"],
        guides="\n".join(map(_guide, facts["guided"])),
        figures="\n".join(f"- {line}" for line in lines(facts["figures"])), **facts["schedule"],
    )


def lines(figures: Mapping[str, float | int]) -> list[str]:
    """What each figure means."""
    return [line.format(**figures) for count, line in LINES.items() if figures[count]]


def _guide(guided: Mapping) -> str:
    """One of the guides that a checkpoint's facts have; people count from 1."""
    attention = guided["attention"].replace("_", "-")
    return GUIDE.format(**{**guided, "attention": attention, "block": guided["block"] + 1, "head": guided["head"] + 1})
