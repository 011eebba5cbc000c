"""What is in a video, as the JSON that stands beside it."""

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache, lru_cache
from importlib.metadata import version
from typing import Any

from model import Trace
from studio import assets, plan
from studio.fonts import font_packages
from studio.render.quality import Quality
from studio.render.worker import Clip
from studio.spec import SceneSpec

PACKAGES = ("animformer", "manim", "typst", "pycairo", "av", "numpy", "uharfbuzz", "uniseg")


def clip(spec: SceneSpec, step: str, clips: Mapping[str, Clip], quality: Quality) -> dict[str, Any]:
    """A video of one step. clips: by `scene/step`."""
    return _video(clips[f"{spec.name}/{step}"].frames, quality) | _scene(spec, (step,), clips, quality, 0)


def scene(spec: SceneSpec, clips: Mapping[str, Clip], quality: Quality) -> dict[str, Any]:
    """A video of a whole scene."""
    described = _scene(spec, spec.steps, clips, quality, 0)
    return _video(_length(spec, clips), quality) | described


def film(title: str, specs: tuple[SceneSpec, ...], clips: Mapping[str, Clip], quality: Quality) -> dict[str, Any]:
    """A video of many scenes; all times are the film's."""
    scenes, start = [], 0
    for spec in specs:
        scenes.append(_scene(spec, spec.steps, clips, quality, start))
        start += _length(spec, clips)
    return {"title": title} | _video(start, quality) | {"scenes": scenes}


def to_json(described: Mapping[str, Any]) -> bytes:
    """As it is written to a file."""
    return (json.dumps(described, indent=2, ensure_ascii=False) + "\n").encode()


def _length(spec: SceneSpec, clips: Mapping[str, Clip]) -> int:
    return sum(clips[f"{spec.name}/{step}"].frames for step in spec.steps)


def _video(frames: int, quality: Quality) -> dict[str, Any]:
    return {
        "seconds": _seconds(frames, quality), "frames": frames, "fps": quality.fps,
        "width": quality.width, "height": quality.height, "versions": _versions(),
    }


def _scene(spec: SceneSpec, names: tuple[str, ...], clips: Mapping[str, Clip], quality: Quality, start: int) -> dict[str, Any]:
    """start: the frame it begins at. As in the YAML, focus counts from 0, block and head from 1."""
    trace, steps, end = plan.trace(spec), [], start
    for name in names:
        made = clips[f"{spec.name}/{name}"]
        begin, end = end, end + made.frames
        steps.append({"id": f"{spec.name}/{name}", "caption": made.caption,
                      "start": _seconds(begin, quality), "end": _seconds(end, quality)})
    return {
        "id": spec.name, "scene": spec.scene, "title": plan.title(spec),
        "start": _seconds(start, quality), "end": _seconds(end, quality), "steps": steps,
        "sentence": " ".join(spec.tokens), "tokens": list(spec.tokens),
        "focus": spec.focus, "block": spec.block + 1, "head": spec.head + 1,
        "model": asdict(spec.model), "weights_digest": _weights_digest(trace), "trace_digest": trace.digest,
        "language": assets.code(spec.language), "theme": spec.theme, "pace": spec.pace, "decimals": spec.decimals,
    }


def _seconds(frames: int, quality: Quality) -> float:
    return round(frames / quality.fps, 6)


@lru_cache(8)
def _weights_digest(trace: Trace) -> str:
    """SHA-256, in hexadecimal, over the names and bytes of the weights."""
    sha = hashlib.sha256()
    for name, array in trace.arrays.items():
        if name.startswith("weights."):
            sha.update(name.encode() + b"\0" + array.astype("<f8", copy=False).tobytes())
    return sha.hexdigest()


@cache
def _versions() -> dict[str, str]:
    return {"python": platform.python_version()} | {name: version(name) for name in (*PACKAGES, *font_packages())}
