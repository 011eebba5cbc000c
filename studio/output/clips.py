"""Clips: taken from the cache or rendered in the farm."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from studio.output.tensor_values import tensors
from studio.plan import staging
from studio.plan.film import reading_seconds
from studio.progress import SILENT, Progress
from studio.render import farm
from studio.render.cache import Cache, Entry
from studio.render.job import Clip
from studio.render.order import Order, carrying, make
from studio.render.runs import runs_of


def made(orders: Iterable[Order], workers: int | str, take: Callable[[Order, Entry], None], digests: Callable[[str], Mapping[str, str]],
         progress: Progress = SILENT, cache: Cache | None = None) -> int:
    """Calls `take` with the clip of each order, as soon as it is there. Returns how many had to be rendered.

    workers: as for `farm.run`. digests: of the trace and the weights that a scene is drawn from. cache: where clips are that need not
    be rendered, and where those go that are. Raises RenderError if any fails: the others are done nevertheless.
    """
    missing: dict[str, list[Order]] = {}
    for order in orders:
        if entry := cache and cache.get(order.key):
            take(order, entry)
            progress(str(order), entry.frames, cached=True)
        else:
            missing.setdefault(order.key, []).append(order)
    if missing:
        _render(missing, workers, take, digests, progress, cache)
    return len(missing)


def _render(missing: Mapping[str, list[Order]], workers: int | str, take: Callable, digests: Callable, progress: Progress,
            cache: Cache | None) -> None:
    """missing: by key, as what is alike is drawn once."""

    def on_done(order: Order, clip: Clip) -> None:
        shown = tensors(staging.trace(order.spec), clip.shows) if clip.shows else []
        entry = Entry(**vars(clip), seconds=clip.frames / order.quality.fps, digests=digests(order.scene), tensors=shown)
        if cache:
            cache.put(order.key, entry)
        for alike in missing[order.key]:
            take(alike, entry)
            progress(str(alike), entry.frames, cached=alike is not missing[order.key][0])

    def length(order: Order) -> float:
        known = cache and cache.seconds(*order.key.split(".")[:2])
        return known or reading_seconds(order.spec, order.step)

    orders = [replace(order, seconds=length(order)) for order, *_ in missing.values()]
    if isinstance(workers, str):
        orders = [carrying(order) for order in orders]
    try:
        farm.run(make, runs_of(orders, workers), workers, on_done, lambda order: progress.begin(str(order)))
    finally:
        if cache:
            cache.trim()
