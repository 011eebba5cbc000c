"""Which heads are guided while the translator learns, and how strongly.

As in guided alignment (Chen et al. 2016) and in LISA (Strubell et al. 2018) the loss has a part for each, least where the head
gives the wanted share of its attention to a certain token. That share is below 1, so that the head stays an average of many tokens.
"""

from typing import NamedTuple

from model.config import ModelConfig


class Guide(NamedTuple):
    """One guided head.

    name: the field of `Examples` that has, for each query token, the index of the key token it is drawn to. side, attention: as
    in the names of tensors. block, head: counted from 0; block -1 is the last. query, key: these tokens, in words. weight: of its
    part of the loss. share: the attention wanted from the one token to the other.
    """

    name: str
    side: str
    attention: str
    block: int
    head: int
    query: str
    key: str
    weight: float = 0.5
    share: float = 0.75

    def tensor(self, config: ModelConfig) -> str:
        """The name of the attention weights (head, query, key) that it is one head of."""
        return f"{self.side}.{self.block % config.n_blocks}.{self.attention}.weights"


MODIFIER = Guide("modifier", "encoder", "self_attention", 0, 0, "an article or an adjective", "the noun it belongs to")
ANTECEDENT = Guide("antecedent", "encoder", "self_attention", -1, 0, "`it`", "the noun that `it` stands for")
ALIGNMENT = Guide("alignment", "decoder", "cross_attention", -1, 0, "the word said last", "the English word to be translated next")
GUIDES = (MODIFIER, ANTECEDENT, ALIGNMENT)


def facts(config: ModelConfig) -> list[dict]:
    """What a checkpoint keeps of them, fit for JSON: `from` and `to` are query and key in words, `block` is counted from 0."""
    guided = [guide._asdict() | {"block": guide.block % config.n_blocks} for guide in GUIDES]
    return [{"from": guide.pop("query"), "to": guide.pop("key")} | guide for guide in guided]
