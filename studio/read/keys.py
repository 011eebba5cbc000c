"""The keys a scene YAML may have: their types, ranges and defaults, and what to say when one is wrong."""

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema, create_model
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from scenes.base.shape import SHAPES, ShapeError, shape
from studio.errors import Problem, did_you_mean, quoted
from studio.read.text import composed
from studio.read.yaml_file import Layer

EXPECTED = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "finite": "a number",
    "string": "a text",
    "list": "a list: [a, b]",
    "dict": "keys with values: {key: value}",
    "model": "keys with values: {key: value}",
}
DEFAULT_SENTENCE = "the black cat sleeps"
Text = Annotated[str, AfterValidator(composed)]               # what is compared with another text, or shown
AUTO = "auto"
NOBODY, COMMAND = "none", "command"
VOICES = {"heart": ("en",)}               # the narrators that come as an extra, and the languages they speak
NUMBER_OR_AUTO = {"anyOf": [{"type": "integer", "minimum": 1}, {"const": AUTO}]}
# A text, or one for each language; as a text by language it is the same.
Said = Annotated[
    dict[str, Text], BeforeValidator(lambda said: {"": said} if isinstance(said, str) else said),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]}),
]
# Who speaks by name, or a program with its arguments; as a list by name it is the same.
Narrator = Annotated[
    dict[str, list[Text]], BeforeValidator(lambda said: {said: []} if isinstance(said, str) else said),
    WithJsonSchema({"anyOf": [{"enum": [NOBODY, *VOICES]}, {
        "type": "object", "properties": {COMMAND: {"type": "array", "items": {"type": "string"}, "minItems": 1}},
        "required": [COMMAND], "additionalProperties": False,
    }]}),
]


def _shaped(frame: str) -> str:
    try:
        shape(frame)
    except ShapeError as error:
        message, hint = error.args
        raise PydanticCustomError("shape", message, {"hint": hint}) from error
    return frame


class ModelKeys(BaseModel):
    """The model that runs. Trained weights come with a size and make of their own; the rest is for `weights: random`."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    weights: str = Field("translator", description="translator, minilm (after `animformer get minilm`), random (untrained), or a "
                         "folder: of `animformer train`, or with a BERT, DistilBERT, RoBERTa or GPT-2")
    seed: int = Field(0, ge=0, le=2**32 - 1, description="which random weights")
    d_model: int = Field(16, ge=4, le=512, multiple_of=2, description="features of a token; n_heads divides it")
    n_heads: int = Field(4, ge=1, le=8, description="heads in each block")
    d_ff: int = Field(64, ge=1, le=2048, description="width of the MLP's hidden layer")
    n_blocks: int = Field(2, ge=1, le=6, description="encoder blocks, one on the other")
    norm: Literal["post", "pre"] = Field("post", description="LayerNorm after each sublayer (the paper) or before it")
    positional: Literal["sinusoidal", "learned", "none"] = Field("sinusoidal", description="how positions are encoded")


class InterventionKeys(BaseModel):
    """What is done to one head of the encoder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    block: int | None = Field(None, description="in which block, from 1 (default: the last)", json_schema_extra={"minimum": 1})
    head: int = Field(1, description="which of its heads, from 1", json_schema_extra={"minimum": 1})
    to: Literal["zero", "uniform"] = Field("zero", description="its output to zero, or its weights to uniform")


class LookKeys(BaseModel):
    """How something is shown, whatever it is: the scene gets these as they are, as it gets the keys that it declares itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="animformer scene", protected_namespaces=())

    pace: float = Field(1.0, ge=0.1, le=10, allow_inf_nan=False, description="2 is twice as fast")
    decimals: int = Field(2, ge=0, le=4, description="decimals of the numbers shown")
    furniture: Literal["full", "caption", "none"] = Field("full", description="what stands around the stage: title, map and caption; the "
                                                          "caption; nothing (--bare)")
    type: Literal["normal", "large"] = Field("normal", description="how large words and digits are; large is for a lecture hall")
    frame: Annotated[str, AfterValidator(_shaped)] = Field("wide", examples=[*SHAPES, "4:5"], description=f"the shape of the picture: "
                                                           f"{', '.join(SHAPES)}, or a ratio between 9:20 and 32:9; --size says it in pixels")
    question: Said = Field({}, description="what is still open, small beside the map: a text, or one for each language")


class SceneKeys(LookKeys):
    """A scene YAML: what is shown, of which sentence, by which model."""

    scene: str | None = Field(None, description="which scene draws it (default: the name of the file)")
    sentence: Text | None = Field(None, description=f"1 to 16 words, pieces of words, or Chinese characters (default: {DEFAULT_SENTENCE})")
    tokens: list[Text] | None = Field(None, description="the tokens themselves, instead of a sentence")
    focus: Annotated[Text, WithJsonSchema({"type": ["string", "integer"]})] | None = Field(
        None, description="the token that is followed: a word, or its index from 0 (default: the last)"
    )
    twin: Text | None = Field(None, description="another sentence of as many words, that scenes set beside the first; '': none")
    intervene: InterventionKeys = Field(InterventionKeys(), description="what is done to one head where a scene cuts one")
    model: ModelKeys = Field(ModelKeys(), description="the model that runs; all but `weights` is for `weights: random`")
    block: int = Field(1, description="which block is shown, from 1", json_schema_extra={"minimum": 1})
    head: Annotated[int | None, BeforeValidator(lambda said: None if said == AUTO else said), WithJsonSchema(NUMBER_OR_AUTO)] = Field(
        1, description="which of its heads is shown, from 1; or auto: of all heads the one that looks most from `focus` to `toward`"
    )
    toward: Annotated[Text, WithJsonSchema({"type": ["string", "integer"]})] | None = Field(
        None, description="the token that the head is to look at, if it is found by auto: a word, or its index from 0"
    )
    steps: list[Text] | None = Field(None, description="which steps, in this order (default: all)")
    captions: dict[Text, dict[str, Text]] = Field({}, description="own words for a step, by language")
    voice: dict[Text, str] = Field({}, description="a sound file for a step, which lasts at least as long (from the folder of this file)")
    narrator: Narrator = Field(
        NOBODY, validate_default=True, description="none, heart (an English voice, from the extra [voice]), or {command: [PROGRAM, …]}, "
        "which gets a sentence on standard input and writes a WAV to standard output; run only with --allow-commands"
    )
    say: dict[Text, dict[str, Text]] = Field({}, description="what is spoken instead of a step's caption, by language")
    pronounce: dict[str, dict[Text, Text]] = Field({}, description="how something is said, by language: {en: {ReLU: ray loo}}")
    language: str = Field("en", description="en, zh, or a language file (from the folder of this file)")
    theme: str = Field("dark", description="the name of a theme, or a theme file (from the folder of this file)")


NESTED = {"model": ModelKeys, "intervene": InterventionKeys}
TYPES = {"number": float, "integer": int, "string": str, "boolean": bool}
BOUNDS = {"minimum": "ge", "maximum": "le"}


def model_of(own: Mapping[str, Mapping[str, Any]]) -> type[SceneKeys]:
    """The keys of a YAML for a scene that declares some of its own. Raises ValueError, which says what is declared wrongly."""
    if not own:
        return SceneKeys
    keys = create_model("SceneKeys", __base__=SceneKeys, __doc__=SceneKeys.__doc__,
                        **{key: _declared(key, said) for key, said in own.items()})
    try:
        keys.model_validate({key: said["default"] for key, said in own.items()})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(f"{first['loc'][0]}: its own default is wrong: {first['msg']}") from error
    return keys


def validate(layer: Layer, keys: type[SceneKeys]) -> tuple[SceneKeys, list[Problem]]:
    """The keys a layer sets, with defaults for those it does not, or sets wrongly, and the problems of the latter."""
    try:
        return keys.model_validate(layer.values), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
    sound = reduce(without, (e["loc"] for e in errors), layer.values)
    return keys.model_validate(sound), [_problem(e, layer, keys) for e in errors]


def look(said: SceneKeys) -> dict[str, Any]:
    """The keys that say how something is shown: those of LookKeys, and those that its scene declares itself."""
    others = SceneKeys.model_fields.keys() - LookKeys.model_fields.keys()
    return {key: getattr(said, key) for key in type(said).model_fields if key not in others}


def described(keys: type[SceneKeys] = SceneKeys) -> Iterator[tuple[str, str, str]]:
    """Each key with its default, as YAML, and its description."""
    for key, field in keys.model_fields.items():
        fields = {f"{key}.{part}": inner for part, inner in NESTED[key].model_fields.items()} if key in NESTED else {key: field}
        for path, inner in fields.items():
            yield path, "" if inner.default is None else str(inner.default), inner.description


def _declared(key: str, said: Mapping[str, Any]) -> tuple[Any, Any]:
    """What a scene declares of a key, as pydantic has it."""
    if not isinstance(said, Mapping) or not {"default", "description"} <= said.keys():
        raise ValueError(f"{key}: a key needs a default and a description")
    if unknown := said.keys() - {"type", "enum", "default", "description", *BOUNDS}:
        raise ValueError(f"{key}: {', '.join(sorted(unknown))} means nothing here")
    if key in SceneKeys.model_fields or not key.isidentifier():
        raise ValueError(f"{key}: a key of that name cannot be had")
    kind = Literal[tuple(said["enum"])] if "enum" in said else TYPES.get(said.get("type", "string"))
    if kind is None:
        raise ValueError(f"{key}: type must be one of {', '.join(TYPES)}")
    bounds = {BOUNDS[bound]: said[bound] for bound in BOUNDS if bound in said}
    return kind, Field(said["default"], description=said["description"], **bounds)


def _fields(loc: tuple, keys: type[SceneKeys]) -> dict:
    """The fields among which the key at a path stands."""
    return (NESTED[loc[0]] if len(loc) > 1 else keys).model_fields


def without(values: dict, loc: tuple) -> dict:
    """The values without the key or item at a path; a wrong item takes its list with it."""
    key, *rest = loc
    if rest and isinstance(values.get(key), dict):
        return {**values, key: without(values[key], tuple(rest))}
    return {k: v for k, v in values.items() if k != key}


def _problem(error: ErrorDetails, layer: Layer, keys: type[SceneKeys]) -> Problem:
    loc, kind, said = error["loc"], error["type"], error["input"]
    place, path = layer.places[loc], ".".join(map(str, loc))
    if kind == "extra_forbidden":
        return Problem("unknown key", place.key, path, "unknown-key", did_you_mean(str(loc[-1]), _fields(loc, keys), "the keys are"))
    if kind == "shape":
        return Problem(f"{quoted(said)} {error['msg']}", place.value, path, "shape", error["ctx"]["hint"])
    if kind == "literal_error":
        allowed = get_args(_fields(loc, keys)[loc[-1]].annotation)
        return Problem(f"{quoted(said)} is unknown", place.value, path, "unknown-value", did_you_mean(str(said), allowed))
    if kind == "multiple_of":
        return Problem(f"{said} is no multiple of {error['ctx']['multiple_of']}", place.value, path, "out-of-range")
    if kind in ("greater_than_equal", "less_than_equal"):
        return Problem(f"{said} is out of range ({_range(loc, keys)})", place.value, path, "out-of-range")
    return Problem(f"must be {EXPECTED[kind.split('_')[0]]}, not {quoted(said)}", place.value, path, "wrong-type")


def _range(loc: tuple, keys: type[SceneKeys]) -> str:
    least, most = bounds(_fields(loc, keys)[loc[-1]])
    if least is None or most is None:
        return f"at least {least}" if most is None else f"at most {most}"
    return f"{least} to {most}"


def bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    """The least and the most that a key may be; None where there is no such bound."""
    return tuple(next((getattr(bound, name) for bound in field.metadata if hasattr(bound, name)), None) for name in ("ge", "le"))
