"""A clip that is not whole is refused, without every frame being decoded."""

from dataclasses import replace
from io import BytesIO

import av
import numpy as np
import pytest
from test_stream import HOLDS, SMALL, encoded

from studio.errors import RenderError
from studio.render import whole
from studio.render.job import Clip

N = sum(HOLDS)                            # frames of the clip


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = encoded(tmp_path_factory.mktemp("whole") / "clip.mp4")
    return Clip(path.read_bytes(), b"", N, "")


def test_a_whole_clip(clip):
    whole.check(clip, SMALL)


def remuxed(movie, change):
    """The same video with its packets changed: `change` gets the list of their bytes and times."""
    file = BytesIO()
    with av.open(BytesIO(movie)) as source, av.open(file, "w", format="mp4") as target:
        video = source.streams.video[0]
        stream = target.add_stream_from_template(video)
        for packet in change([packet for packet in source.demux(video) if packet.size]):
            packet.stream = stream
            target.mux(packet)
    return file.getvalue()


def damaged(packets, number, data):
    packet = av.Packet(data(bytes(packets[number])))
    for name in ("pts", "dts", "time_base", "duration", "is_keyframe"):
        setattr(packet, name, getattr(packets[number], name))
    return [*packets[:number], packet, *packets[number + 1:]]


@pytest.mark.parametrize("change, message", [
    (lambda packets: packets[:-1], f"has {N - 1} frames in"),
    (lambda packets: [*packets[:20], *packets[21:]], f"has {N - 1} frames in"),
    (lambda packets: damaged(packets, 4, lambda data: data[:-20]), "cannot be decoded"),
    (lambda packets: damaged(packets, 0, lambda data: data[: len(data) // 2]), "cannot be decoded"),
    (lambda packets: damaged(packets, 50, lambda data: data[:5] + np.random.default_rng(0).bytes(len(data) - 5)), "cannot be decoded"),
], ids=["the last is gone", "one is gone", "cut", "half a key frame", "a key frame of noise"])
def test_what_is_missing_or_broken(clip, change, message):
    movie = remuxed(clip.movie, change)
    with pytest.raises(RenderError, match=message):
        whole.check(replace(clip, movie=movie), SMALL)


def test_the_remuxing_alone_breaks_nothing(clip):
    whole.check(replace(clip, movie=remuxed(clip.movie, list)), SMALL)


def test_pieces_of_a_file(clip):
    movie = clip.movie
    holes = movie[: len(movie) // 2] + bytes(len(movie) // 4) + movie[len(movie) // 2 + len(movie) // 4:]
    for broken in (movie[: len(movie) * 2 // 3], movie[:100], b"", holes):
        with pytest.raises(RenderError):
            whole.check(replace(clip, movie=broken), SMALL)


def test_other_frames_than_it_says(clip):
    with pytest.raises(RenderError, match=rf"has {N} frames in {N / SMALL.fps:.3f} s, not {N + 1}"):
        whole.check(replace(clip, frames=N + 1), SMALL)
    with pytest.raises(RenderError, match=f"has {N} frames"):
        whole.check(clip, replace(SMALL, fps=6))
