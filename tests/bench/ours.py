"""Our arm: steps as `animformer render` makes them. `python -m tests.bench.ours OPTIONS` loads no more than that does, in the same order."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from studio.render import warm

if __name__ == "__main__":
    warm.context()                        # before the rest is loaded, as `studio.cli.options.drawing` does

from studio.plan.film import reading_seconds  # noqa: E402
from studio.read.spec import SceneSpec, load  # noqa: E402
from studio.render import farm  # noqa: E402
from studio.render.job import Run  # noqa: E402
from studio.render.order import make, order_of  # noqa: E402
from studio.render.quality import QUALITIES, Quality  # noqa: E402


def ours(steps: list[str], quality: Quality, folder: Path, jobs: int) -> dict:
    """Makes the steps, each without the others of its scene; the clips are left for other arms."""
    orders = [order_of(spec, spec.steps[0], quality) for spec in specs(steps)]
    orders = [replace(order, seconds=reading_seconds(order.spec, order.step)) for order in orders]
    clips = {}
    farm.run(make, [Run((order,)) for order in orders], jobs, lambda order, clip: clips.update({str(order): clip}))
    for name, clip in clips.items():
        file_of(folder, name).write_bytes(clip.movie)
    return {"frames": sum(clip.frames for clip in clips.values()), "bytes": sum(len(clip.movie) for clip in clips.values())}


def specs(steps: list[str]) -> Iterator[SceneSpec]:
    """A spec for each step, of a scene that has no other."""
    for scene, _, step in (name.partition("/") for name in steps):
        yield load(scene, [f"steps=[{step}]"])


def quality_of(options: dict) -> Quality:
    """What an arm is told."""
    return replace(QUALITIES[options["quality"]], compact=options["compact"])


def file_of(folder: Path, name: str) -> Path:
    """Where the clip of a step is left."""
    return folder / f"{name.replace('/', '-')}.mp4"


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    print(json.dumps(ours(told["steps"], quality_of(told), Path(told["folder"]), told["jobs"])))
