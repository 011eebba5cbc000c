"""The table of all tensors that a model of some make may record, those of experiments included."""

import difflib
import re
from collections.abc import Collection, Iterator

from model import experiments
from model.config import ModelConfig
from model.tensors import ACTIVATION, LEARNED, LOGITS, NEEDS, POSITIONS, TENSORS, UNTRAINED, Tensor
from model.wiring import has_final_norm, path


def declared(config: ModelConfig, also: Collection[Tensor] = ()) -> dict[str, Tensor]:
    """The table for a model of this make: whole name to its line, with block numbers and places filled in.

    also: what experiments declare. ValueError if a formula of these has a place that there is not.
    """
    table = {}
    for tensor in (*TENSORS, *also):
        if not holds(tensor.only, config):
            continue
        for block in range(config.n_blocks if "{block}" in tensor.name else 1):
            name = tensor.name.replace("{block}", str(block))
            table[name] = tensor._replace(name=name, formula=_fill(tensor, config, block))
    return table


def holds(settings: str, config: ModelConfig) -> bool:
    """Whether a model has these settings, `FIELD: VALUE | VALUE and FIELD: VALUE`; none hold for every model."""
    return all(_holds(setting, config) for setting in settings.split(" and ") if setting)


def _holds(setting: str, config: ModelConfig) -> bool:
    field, _, values = setting.partition(": ")
    return getattr(config, field) in values.split(" | ")


def _fill(tensor: Tensor, config: ModelConfig, block: int) -> str:
    side = "decoder" if "decoder" in tensor.name else "encoder"
    scope, last = "decoder." if side == "decoder" else "", config.n_blocks - 1
    summed = " + ".join(scope + name for name in _summed(config))
    first = "embedding_norm.output" if config.embedding == "normalised" else summed
    moves = path(config.norm, side)
    parts = {move.part: move.reads[0] if move.kind == "add" else f"{side}.{block}.{move.reads[0]}" for move in moves}
    parts |= LEARNED if config.trained else UNTRAINED
    parts |= {
        "block_input": f"{side}.{block - 1}.output" if block else first,
        "summed": summed,
        "block_output": moves[-1].makes,
        "side_output": f"{side}.{'final_norm' if has_final_norm(config.norm) else last}.output",
        "positions": POSITIONS[config.positional].format(side_=scope),
        "scores": "masked_scores" if config.mask == "causal" else "scaled_scores",
        "activation": ACTIVATION[config.activation],
        "logits": LOGITS.get(config.output),
    }
    try:
        return tensor.formula.format(**parts, side=side, side_=scope, block=block, last=last)
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError(f"{tensor.name}: its formula, {tensor.formula!r}, has a place that nothing fills: {error}") from error


def _summed(config: ModelConfig) -> Iterator[str]:
    """The tensors that are added to each other before the first block."""
    yield "scaled_embeddings" if config.embedding == "scaled" else "embeddings"
    if config.positional != "none":
        yield "positions"
    if config.segments != "none":
        yield "segments"


def not_found(name: str, config: ModelConfig, names: Collection[str]) -> str:
    """What to tell someone who asked for a tensor that is not there. names: of those that are, one at least."""
    message, scope = f"no tensor '{name}'", name.partition(".")[0]
    if scope in experiments.names() and name in declared(config, experiments.find(scope).TENSORS):
        return f"{message}: it is of the experiment '{scope}', which this scene does not draw"
    block = re.match(r"(?:weights\.)?(?:en|de)coder\.(\d+)\.", name)
    if block and int(block[1]) >= config.n_blocks:
        message += f": the blocks are 0 to {config.n_blocks - 1}"
        name = f"{name[:block.start(1)]}{config.n_blocks - 1}{name[block.end(1):]}"
    general = re.sub(r"\.\d+\.", ".{block}.", name)
    for tensor in TENSORS:
        if tensor.name == general and not holds(tensor.only, config):
            return f"{message}: it needs {' and '.join(NEEDS.get(setting, setting) for setting in tensor.only.split(' and '))}"
    ends = [full for full in names if full == name or full.endswith(f".{name}")]
    near = (ends or difflib.get_close_matches(name, names))[:3]
    return message + (f"; did you mean {' or '.join(map(repr, near))}?" if near else f"; there are {len(names)}, such as {next(iter(names))!r}")
