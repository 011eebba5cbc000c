"""Converting and encoding: parts alone are converted as they are in a picture, and frames that the encoder never saw are seen right."""

import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from functools import partial
from io import BytesIO
from pathlib import Path

import av
import av.logging
import numpy as np
import pytest
from av.logging import Capture

from studio.output.assemble import concatenate
from studio.plan import staging
from studio.read.spec import load
from studio.render import convert, libav, stream
from studio.render.convert import Converter, TileConverter, converter
from studio.render.encoder import ClipEncoder
from studio.render.grid import Grid
from studio.render.quality import Quality
from studio.render.stream import NUMBERS, SkippingStream, Stream
from studio.render.whole import check
from studio.render.worker import Job, render_step

SMALL = Quality("small", 214, 120, 10)    # neither is a multiple of a cell
COMPACT = replace(SMALL, compact=True)
UNPADDED = replace(SMALL, width=240, height=136)            # not whole cells, but no decoder fills its lines up to be longer
HOLDS = [3, 1, 1, 45, 1, 4 * NUMBERS, 1, 1, 7, 30]     # frames that each picture stands


def pictures(n, quality=SMALL, seed=0):
    """So many pictures, each with the rectangles outside which it is the one before: flat shapes with soft edges, and some noise."""
    random, grid = np.random.default_rng(seed), Grid(quality.height, quality.width)
    rows, columns = np.mgrid[:quality.height, :quality.width]
    before = np.zeros((quality.height, quality.width, 4), np.uint8)
    before[..., 3] = 255
    for number in range(n):
        now = before.copy()
        centre, radius = random.uniform((0, 0), (quality.height, quality.width)), random.uniform(8, 30)
        share = np.clip(radius - np.hypot(rows - centre[0], columns - centre[1]), 0, 1)[..., None]
        now[..., :3] = now[..., :3] * (1 - share) + random.integers(0, 256, 3) * share
        if number == 2:
            now[16:48, 32:64, :3] = random.integers(0, 256, (32, 32, 1))
        words = (picture.view(np.uint32)[..., 0] for picture in (now, before))
        yield now, grid.differing(*words, grid.whole) if number else grid.whole
        before = now


def encoded(path: Path, holds=HOLDS, quality=SMALL, seed=0):
    """A clip of pictures that stand for so long."""
    clip = ClipEncoder(path, quality)
    for (pixels, changed), hold in zip(pictures(len(holds), quality, seed), holds, strict=True):
        clip.write(pixels, hold, changed)
    assert clip.close() == sum(holds)
    return path


def decoded(path):
    """The frames of a video (frame, row, column), with no error passed over and nothing to complain of."""
    av.logging.set_level(av.logging.WARNING)
    with av.open(path if isinstance(path, BytesIO) else str(path)) as movie, Capture() as said:
        movie.streams.video[0].codec_context.options = {"err_detect": "explode"}
        movie.streams.video[0].thread_type = "NONE"
        found = np.stack([frame.to_ndarray() for frame in movie.decode(video=0)])
    av.logging.set_level(None)
    assert said == []
    return found


def psnr(a, b):
    return 10 * np.log10(255**2 / max(1e-9, np.square(a.astype(float) - b).mean()))


# Converting

@pytest.mark.parametrize("width, height", [(214, 120), (64, 66), (100, 50), (854, 480)])
def test_parts_are_converted_as_they_are_within_a_picture(width, height):
    random, grid = np.random.default_rng(0), Grid(height, width)
    whole, parts = Converter(width, height), converter(width, height)
    assert type(parts) is TileConverter
    pixels, changed = np.zeros((height, width, 4), np.uint8), grid.whole
    for _ in range(60):
        for left, top, right, bottom in changed:
            pixels[top:bottom, left:right] = random.integers(0, 256, (bottom - top, right - left, 4))
        assert np.array_equal(whole.convert(pixels, changed).to_ndarray(), parts.convert(pixels, changed).to_ndarray())
        corners = np.sort(random.integers(0, [[width], [height]], (3, 2, 2)))
        changed = grid.around((x, y, right + 1, bottom + 1) for (x, right), (y, bottom) in corners.tolist())


def test_a_picture_that_has_a_part_too_narrow_is_converted_whole():
    assert type(converter(66, 64)) is Converter


def test_with_another_libswscale_every_picture_is_converted_whole(monkeypatch):
    convert.trusted.cache_clear()
    monkeypatch.setattr(convert, "FLAGS", 0x20)            # another rounding
    convert._scaler.cache_clear()
    assert type(converter(64, 64)) is Converter
    convert._scaler.cache_clear()
    convert.trusted.cache_clear()


# Encoding, both ways

@pytest.fixture(params=[SMALL, COMPACT], ids=["fast", "compact"])
def quality(request):
    return request.param


def test_frames_that_the_encoder_never_saw_repeat_the_one_before_and_change_none_after(tmp_path, monkeypatch, quality):
    monkeypatch.setattr(stream, "BETWEEN_KEYS", 100)
    held, unheld = (decoded(encoded(tmp_path / "clip.mp4", holds, quality)) for holds in (HOLDS, [1] * len(HOLDS)))
    assert np.array_equal(held, np.repeat(unheld, HOLDS, axis=0))


def test_the_encoder_sees_each_picture_once(tmp_path, monkeypatch, quality):
    stream.skip(quality)
    seen, encode = [], Stream.encode
    monkeypatch.setattr(Stream, "encode", lambda self, *frame: seen.append(frame) or encode(self, *frame))
    encoded(tmp_path / "clip.mp4", quality=quality)
    assert len(seen) == len(HOLDS)


def test_the_pictures_are_close_to_those_that_went_in(tmp_path, quality):
    shown, whole = decoded(encoded(tmp_path / "clip.mp4", quality=quality)), Converter(SMALL.width, SMALL.height)
    for frame, (pixels, _) in zip(shown[np.cumsum(HOLDS) - 1], pictures(len(HOLDS)), strict=True):
        assert psnr(frame, whole.convert(pixels, []).to_ndarray()) >= 45


def test_every_frame_by_the_encoder_gives_the_same_pictures_as_near_as_can_be(tmp_path, monkeypatch, quality):
    fast = decoded(encoded(tmp_path / "fast.mp4", quality=quality))
    monkeypatch.setattr(stream, "trusted", lambda compact: False)
    slow = decoded(encoded(tmp_path / "slow.mp4", quality=quality))
    assert len(slow) == len(fast) and min(map(psnr, slow, fast)) >= 45


def test_what_a_player_goes_by(tmp_path, quality):
    with av.open(str(encoded(tmp_path / "clip.mp4", quality=quality))) as movie:
        video = movie.streams.video[0]
        packets = [packet for packet in movie.demux(video) if packet.size]
        assert video.frames == len(packets) == sum(HOLDS) and video.duration * video.time_base == Fraction(sum(HOLDS), SMALL.fps)
        assert [packet.pts * video.time_base for packet in packets] == [Fraction(n, SMALL.fps) for n in range(len(packets))]
        assert all(packet.dts == packet.pts for packet in packets)
    starts = np.cumsum([0, *HOLDS[:-1]])
    keys = [n for n, packet in enumerate(packets) if packet.is_keyframe]
    assert keys == [0, starts[4], starts[6]]
    for n, packet in enumerate(packets):                    # some players go by the numbers of frames, whatever FFmpeg does
        since = n - max(key for key in keys if key <= n)
        assert since == 0 or frame_num(bytes(packet)) == since % 16


def frame_num(packet):
    """The number of a P frame in an MP4: the four bits after a length, a head, and three numbers in Exp-Golomb code."""
    bits = "".join(f"{byte:08b}" for byte in packet[4:12])
    assert bits.startswith("01000001" + "1" + "00110" + "1")
    return int(bits[15:19], 2)


def test_a_player_can_go_to_any_frame(tmp_path, quality):
    path = encoded(tmp_path / "clip.mp4", quality=quality)
    shown = decoded(path)
    with av.open(str(path)) as movie:
        video = movie.streams.video[0]
        for number in (0, 2, 4, 30, 49, 50, 51, 82, 83, 100, 114, 115, 130, len(shown) - 1):
            movie.seek(int(number / SMALL.fps / video.time_base), stream=video)
            frame = next(frame for frame in movie.decode(video) if round(frame.time * SMALL.fps) == number)
            assert np.array_equal(frame.to_ndarray(), shown[number]), number


def test_clips_one_after_the_other(tmp_path, quality):
    paths = [encoded(tmp_path / f"{seed}.mp4", HOLDS[:5], quality, seed) for seed in range(3)]
    concatenate(paths, tmp_path / "film.mp4")
    assert np.array_equal(decoded(tmp_path / "film.mp4"), np.concatenate([decoded(path) for path in paths]))


def test_a_picture_of_which_nothing_is_known(tmp_path, quality):
    clip = ClipEncoder(tmp_path / "clip.mp4", quality)
    for pixels, _ in pictures(5):
        clip.write(pixels, 2)
    assert clip.close() == 10
    for frame, (pixels, _) in zip(decoded(tmp_path / "clip.mp4")[::2], pictures(5), strict=True):
        assert psnr(frame, Converter(SMALL.width, SMALL.height).convert(pixels, []).to_ndarray()) >= 45


# Other decoders: openh264 is written by others than FFmpeg. Browsers are in test_browser

OPENH264 = "filesrc location={} ! qtdemux ! h264parse ! openh264dec ! video/x-raw,format=I420 ! filesink location={}"


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("gst-launch-1.0"), reason="GStreamer, gstreamer1.0-tools and -plugins-good and -bad, is not installed")
@pytest.mark.parametrize("compact", [False, True])
def test_openh264_shows_the_same(tmp_path, compact):
    clip, raw = encoded(tmp_path / "clip.mp4", quality=replace(UNPADDED, compact=compact)), tmp_path / "frames.yuv"
    subprocess.run(["gst-launch-1.0", "-q", *OPENH264.format(clip, raw).split()], check=True, timeout=60)
    assert raw.read_bytes() == decoded(clip).tobytes()


# Small files

def test_a_compact_clip_is_much_smaller_and_close():
    build, quality, pictures = partial(staging.build, load("qkv", ["steps=[blend]"])), Quality("small", 1280, 720, 30), []
    fast, small = (render_step(Job("qkv", "blend", build, each)) for each in (quality, replace(quality, compact=True)))
    assert len(small.movie) < 0.75 * len(fast.movie) and small.picture == fast.picture and small.frames == fast.frames
    for clip in (fast, small):
        check(clip, quality)
        pictures.append(decoded(BytesIO(clip.movie)))
    assert min(map(psnr, *pictures)) >= 45


def test_compact_clips_are_put_together_with_others(tmp_path):
    for quality in (SMALL, replace(SMALL, width=1280, height=720)):
        both = [replace(quality, compact=compact) for compact in (False, True)]
        paths = [encoded(tmp_path / f"{each.height}.{each.compact}.mp4", HOLDS[:3], each) for each in both]
        film = tmp_path / f"film.{quality.height}.mp4"
        concatenate(paths, film)
        assert np.array_equal(decoded(film), np.concatenate([decoded(path) for path in paths]))


# When the libraries are not those expected

def broken():
    raise AttributeError("no such function")


@pytest.mark.parametrize("name, value", [
    ("HEAD", 0b1001001_0), ("NUMBERS", 8), ("skip", lambda *_: bytes.fromhex("00000001419a035f0000030000030000030009b9")),
    ("tell_changes", lambda frame, _: libav.tell_changes(frame, [])), ("library", broken),
], ids=["another header", "other numbers", "a frame of another size", "misunderstood", "no library"])
def test_if_the_self_test_fails_the_encoder_makes_every_frame(monkeypatch, quality, name, value):
    stream.trusted.cache_clear()
    stream.skip.cache_clear()
    monkeypatch.setattr(stream if hasattr(stream, name) else libav, name, value)
    with av.open(BytesIO(), "w", format="mp4") as container:
        assert type(stream.stream(container, quality)) is Stream
    stream.trusted.cache_clear()


def test_here_the_self_test_succeeds(quality):
    stream.trusted.cache_clear()
    with av.open(BytesIO(), "w", format="mp4") as container:
        assert type(stream.stream(container, quality)) is SkippingStream
