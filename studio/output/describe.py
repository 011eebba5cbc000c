"""What is in a video, as the JSON that stands beside it."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from model.tokenizer import text
from model.trace import float64s
from scenes.base.spec import CardSpec, SceneSpec
from studio.output.narration import narrator
from studio.plan.film import title
from studio.plan.staging import trace
from studio.read.folders import folder
from studio.read.words import code
from studio.render.cache import Entry
from studio.render.inputs import versions
from studio.render.quality import Quality


def digests(spec: SceneSpec) -> dict[str, str]:
    """The digest of the trace that a scene draws, and that of its weights: SHA-256, in hexadecimal, over names and bytes."""
    recorded, weights = trace(spec), hashlib.sha256()
    for name, array in recorded.arrays.items():
        if name.startswith("weights."):
            weights.update(name.encode() + b"\0")
            for part in float64s(array):
                weights.update(part)
    return {"weights_digest": weights.hexdigest(), "trace_digest": recorded.digest}


def clip(spec: SceneSpec, step: str, clips: Mapping[str, Entry], quality: Quality) -> dict[str, Any]:
    """A video of one step, with the tensors that it shows. clips: by `scene/step`."""
    made = clips[f"{spec.name}/{step}"]
    return _video(made.frames, quality) | _scene(spec, (step,), clips, quality, 0) | {"tensors": made.tensors}


def scene(spec: SceneSpec, clips: Mapping[str, Entry], quality: Quality) -> dict[str, Any]:
    """A video of a whole scene."""
    described = _scene(spec, spec.steps, clips, quality, 0)
    return _video(_length(spec, clips), quality) | described


def film(name: str, parts: tuple[SceneSpec | CardSpec, ...], clips: Mapping[str, Entry], quality: Quality) -> dict[str, Any]:
    """A video of scenes and the cards before them; all times are the film's. A scene opens with its card, if it has one."""
    scenes, start, opens, act = [], 0, 0, ""
    for spec in parts:
        card = isinstance(spec, CardSpec)
        if not card:
            scenes.append({"act": act} | _scene(spec, spec.steps, clips, quality, start) | {"opens": _seconds(opens, quality)})
        elif spec.place is not None:
            act = spec.title
        start += _length(spec, clips)
        opens = opens if card else start
    return {"title": name} | _video(start, quality) | {"scenes": scenes}


def to_json(described: Mapping[str, Any]) -> bytes:
    """As it is written to a file. Names of files that are no text are as JSON escapes what is none."""
    return (json.dumps(described, indent=2, ensure_ascii=False) + "\n").encode(errors="backslashreplace")


def is_of(described: Path, step: str) -> bool:
    """Whether a file describes the clip of this `scene/step`."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        said = json.loads(described.read_bytes())
        return [each["id"] for each in said["steps"]] == [step]
    return False


def _length(spec: SceneSpec | CardSpec, clips: Mapping[str, Entry]) -> int:
    return sum(clips[f"{spec.name}/{step}"].frames for step in spec.steps)


def _video(frames: int, quality: Quality) -> dict[str, Any]:
    return {
        "seconds": _seconds(frames, quality), "frames": frames, "fps": quality.fps,
        "width": quality.width, "height": quality.height, "versions": versions(),
    }


def _scene(spec: SceneSpec, names: tuple[str, ...], clips: Mapping[str, Entry], quality: Quality, start: int) -> dict[str, Any]:
    """start: the frame it begins at. As in the YAML, focus counts from 0, block and head from 1."""
    steps, end = [], start
    for name in names:
        made = clips[f"{spec.name}/{name}"]
        begin, end = end, end + made.frames
        steps.append({"id": f"{spec.name}/{name}", "caption": made.caption, **_said(spec, name),
                      "start": _seconds(begin, quality), "end": _seconds(end, quality)})
    return {
        "id": spec.name, "scene": folder(spec.scene).name, "title": title(spec),
        "start": _seconds(start, quality), "end": _seconds(end, quality), "steps": steps,
        "sentence": text(spec.tokens, spec.model.spelling), "tokens": list(spec.tokens),
        "focus": spec.focus, "block": spec.block + 1, "head": spec.head + 1,
        "model": asdict(spec.model), **made.digests,
        "language": code(spec.language), "theme": spec.theme, **spec.keys, **_narrator(spec),
    }


def _said(spec: SceneSpec, step: str) -> dict[str, str]:
    """What a narrator says in a step."""
    voice = spec.voice.get(step)
    return {"said": " ".join(sentence.text for sentence in voice.said)} if voice and voice.said else {}


def _narrator(spec: SceneSpec) -> dict[str, Any]:
    """Who speaks in a scene, and that nobody does: the voice is synthetic."""
    return {"narrator": {"name": spec.narrator, "synthetic": True, **narrator(spec).made_by}} if spec.narrator else {}


def _seconds(frames: int, quality: Quality) -> float:
    return round(frames / quality.fps, 6)
