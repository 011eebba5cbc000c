"""What a scene or a card is told: one frozen value from the YAML to the picture and to the description of the video."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from model import Intervention, ModelConfig

CARD = "card"                             # the one step of a card
PLACES = ("", "head", "block", "encoder", "decoder", "all")          # what may be lit on the map of the machine


@dataclass(frozen=True)
class Sentence:
    """What is said in one go, as it is written, and when it begins and ends, in seconds from where the sound does."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, kw_only=True)
class Voice:
    """A sound file, and how many seconds its step has to last at least for its sake: 0 if it lasts as long anyway.

    said: what a narrator says in it, sentence by sentence; nothing if the file is the user's own.
    """

    path: str
    held: float
    said: tuple[Sentence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What scenes and cards have in common.

    name: what their files are called. language, theme: a name, or the path of a file. keys: all other keys of the YAML that say
    how something is shown, ours and those that a scene declares, by name. burned: whether captions are in the picture.
    steps: all that play; wanted: those that are to be rendered.
    """

    name: str
    language: str
    theme: str
    keys: Mapping[str, Any]
    steps: tuple[str, ...]
    wanted: tuple[str, ...]
    burned: bool = True

    @property
    def pace(self) -> float:
        """2 is twice as fast."""
        return self.keys["pace"]


@dataclass(frozen=True, kw_only=True)
class SceneSpec(Shown):
    """One scene, ready to be staged.

    source: its YAML, as it is called in messages. scene: which scene draws it, one of ours or the path of its folder; order:
    all the steps it has, as they follow each other. twin: the tokens of the other sentence, if there is one. focus, block,
    head: from 0. toward: the token that a head is to look at, from 0, if one is named; compared: how many heads there are of which
    the shown one looks there most, 0 if it was chosen by its number. captions: own words by step, in the scene's language; translations: in any language, by step, then language.
    voice: what is heard, by step. narrator: who speaks, `heart` or `command`, or nobody; command: the program that does, and its arguments;
    say: what is spoken instead of a caption, by step; pronounce: how things are said, over what the table of the language says.
    places: where each key of the scene's own was said, for messages.
    """

    source: str
    scene: str
    order: tuple[str, ...]
    tokens: tuple[str, ...]
    twin: tuple[str, ...]
    focus: int
    model: ModelConfig
    intervention: Intervention
    block: int
    head: int
    captions: Mapping[str, str]
    translations: Mapping[str, Mapping[str, str]]
    voice: Mapping[str, Voice]
    narrator: str = ""
    command: tuple[str, ...] = ()
    say: Mapping[str, str] = field(default_factory=dict)
    pronounce: Mapping[str, str] = field(default_factory=dict)
    toward: int | None = None
    compared: int = 0
    places: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, kw_only=True)
class CardSpec(Shown):
    """A title card.

    title: in large letters; above: in small letters over it; seconds: how long it stands.
    place, of: which of how many acts begins, from 0; None for a card that is no act's.
    """

    title: str
    steps: tuple[str, ...] = (CARD,)
    wanted: tuple[str, ...] = (CARD,)
    above: str = ""
    place: int | None = None
    of: int = 0
    seconds: float = 2.2
