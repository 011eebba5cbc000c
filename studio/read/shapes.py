"""Shapes that contradict each other."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scenes.base.shape import ShapeError, pixels, shape
from scenes.base.spec import SceneSpec
from studio.errors import Problem, quoted
from studio.read.yaml_file import Layer


def contradicting(layers: Sequence[Layer]) -> Iterator[Problem]:
    """Shapes that are said in a file where the command line asks for pixels of another."""
    said = layers[-1].values.get("frame")
    for layer in layers[:-1] if isinstance(said, str) else ():
        if contradict(layer.values.get("frame"), said):
            message = f"{quoted(layer.values['frame'])} and {layers[-1].places['frame',].value} contradict each other"
            yield Problem(message, layer.places["frame",].value, "frame", "contradiction", "leave one of them out")


def contradict(frame: Any, said: str) -> bool:
    """Whether pixels are of another shape than what is said beside them; what is no shape contradicts nothing."""
    try:
        return isinstance(frame, str) and pixels(said) is not None and shape(frame) != shape(said)
    except ShapeError:
        return False


def of_others(layer: Layer, specs: Mapping[int, SceneSpec | None]) -> Iterator[Problem]:
    """The scenes of a film that have not the shape of the first. specs: of the scenes, by their places in the list."""
    sound = {number: spec for number, spec in specs.items() if spec}
    for number, spec in sound.items():
        frame, first = spec.keys["frame"], next(iter(sound.values())).keys["frame"]
        if frame != first:
            message, hint = f"{quoted(spec.name)} is {frame}, and the film begins {first}", "say frame once, for the whole film"
            yield Problem(message, layer.places["scenes", number].value, f"scenes.{number}.frame", "contradiction", hint)
