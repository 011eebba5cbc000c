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
{least}; weight decay {decay}, gradients clipped to norm 1, seed {seed}. {minutes} minutes with the evaluation. The loss of every
update, and W_Q, W_K and W_V of the encoder at the beginning, in the middle and at the end, are in the checkpoint.

## What was guided
**The attention of two heads is not an accident.** As in guided alignment (Chen et al. 2016) and LISA (Strubell et al. 2018), the
loss has a term (weight {guide}) for each of them:

- block {n_blocks}, head 1 of the encoder is drawn from `it` towards the noun that `it` stands for;
- block {n_blocks}, head 1 of the decoder's cross-attention is drawn towards the English word that is to be translated next.

Each is drawn to a share of {share} only, so that it stays an average. Nothing tells the model what to do with what these heads
find, and all other heads are as training left them.

## Figures
By numpy's forward pass, greedy, word by word, on held-out sentences:

{figures}

## Limits
It translates word by word what its grammar allows, and anything else to nonsense. `it` is never hard for it: the sentences are
made so that exactly one of the two nouns suits the adjective.
"""

# By what there must be some of, so that there is something to say.
LINES = {
    "held_out": "{exact:.2%} of {held_out} sentences are translated without any mistake",
    "because": "in {antecedent_half:.2%} of {because} *because* sentences the guided encoder head gives at least half of its "
               "attention from `it` to the right noun; {antecedent_mean:.3f} on average",
    "content_words": "for {aligned:.2%} of {content_words} nouns, adjectives, verbs and times the guided cross-attention head "
                     "looks most at the word that is translated; with {aligned_mean:.3f} of its attention on average",
    "two_genders": "cutting the guided encoder head (its output set to 0) turns `il` into `elle` or `elle` into `il` in "
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
        sentences=f"{facts['sentences']:,}", lexicon=facts["lexicon"], minutes=facts["minutes"], share=facts["share"],
        figures="\n".join(f"- {line}" for line in lines(facts["figures"])), **facts["schedule"],
    )


def lines(figures: Mapping[str, float | int]) -> list[str]:
    """What each figure means."""
    return [line.format(**figures) for count, line in LINES.items() if figures[count]]
