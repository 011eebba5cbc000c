"""What an MP4 holds beside its pictures: chapters, subtitle tracks and voices."""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from studio.output.captions import Cue
from studio.read.sound import SOUND, decoded

MILLI = Fraction(1, 1000)
ENABLED = 1                               # the flag of a track that a player shows unasked (ISO/IEC 14496-12, tkhd)


@dataclass(frozen=True)
class Chapter:
    """A part of a film with a name, in seconds."""

    title: str
    start: float
    end: float


@dataclass(frozen=True)
class Track:
    """Subtitles. language: ISO 639-2, as `eng`."""

    language: str
    cues: Sequence[Cue]


@dataclass(frozen=True)
class Sound:
    """A sound file, and the second at which it begins."""

    path: Path
    start: float = 0.0


@dataclass(frozen=True)
class Extras:
    """What a video of so many seconds holds beside its pictures. shown: whether a player shows the first subtitles unasked."""

    seconds: float = 0.0
    chapters: Sequence[Chapter] = ()
    tracks: Sequence[Track] = ()
    shown: bool = False
    sounds: Sequence[Sound] = ()

    def __bool__(self) -> bool:
        return bool(self.chapters or self.tracks or self.sounds)


NOTHING = Extras()


def add(output, extras: Extras) -> list[Iterable[av.Packet]]:
    """Adds chapters to an MP4 that is being written, and streams for subtitles and sound; gives their packets, stream by stream.

    Sounds follow one another; there is silence between them, and the sound is as long as the pictures.
    """
    sound = output.add_stream("aac", rate=SOUND["rate"], layout=SOUND["layout"]) if extras.sounds else None
    # The muxer takes all times for those of one clock as it looks where a text ends: with another, ends would lie far off.
    clock = Fraction(1, SOUND["rate"]) if sound else output.streams.video[0].time_base
    texts = [_text_stream(output, track, clock) for track in extras.tracks]
    output.set_chapters([_chapter(number, chapter) for number, chapter in enumerate(extras.chapters)])
    packets = [[_text_packet(stream, cue) for cue in track.cues] for stream, track in zip(texts, extras.tracks, strict=True)]
    return [*packets, _sound_packets(sound, extras)] if sound else packets


def _sound_packets(stream, extras: Extras) -> Iterator[av.Packet]:
    for frame in (*_sound_frames(extras.sounds, extras.seconds), None):
        yield from stream.encode(frame)


def _chapter(number: int, chapter: Chapter) -> dict:
    start, end = (round(second / MILLI) for second in (chapter.start, chapter.end))
    return {"id": number, "start": start, "end": end, "time_base": MILLI, "metadata": {"title": chapter.title}}


def _text_stream(output, track: Track, clock: Fraction):
    stream = output.add_mux_stream("mov_text")
    stream.time_base, stream.metadata["language"] = clock, track.language
    return stream


def _text_packet(stream, cue: Cue) -> av.Packet:
    """A sample of 3GPP Timed Text (ISO/IEC 14496-17): how many bytes, then the text."""
    text = cue.text.encode()
    packet = av.Packet(struct.pack(">H", len(text)) + text)
    start, end = (round(second / stream.time_base) for second in (cue.start, cue.end))
    packet.stream, packet.time_base, packet.duration = stream, stream.time_base, end - start
    packet.pts = packet.dts = start
    return packet


def _sound_frames(sounds: Sequence[Sound], seconds: float) -> Iterator[av.AudioFrame]:
    """The sounds with the silence around them, in frames of the length that AAC wants."""
    fifo = av.AudioFifo()
    done = 0
    for samples in _samples(sounds, round(seconds * SOUND["rate"])):                # (channel, sample)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), SOUND["format"], SOUND["layout"])
        frame.sample_rate, frame.time_base, frame.pts = SOUND["rate"], Fraction(1, SOUND["rate"]), done
        done += samples.shape[1]
        fifo.write(frame)
        yield from fifo.read_many(1024)
    if rest := fifo.read(0, partial=True):
        yield rest


def _samples(sounds: Sequence[Sound], length: int) -> Iterator[np.ndarray]:
    """(channel, sample) pieces that are `length` samples long together; a sound is cut where the next one begins."""
    at = 0
    ordered = sorted(sounds, key=lambda sound: sound.start)
    starts = [*(min(length, round(sound.start * SOUND["rate"])) for sound in ordered), length]
    for sound, start, end in zip((*ordered, None), starts, (*starts[1:], length), strict=True):
        while at < start:
            silence = np.zeros((2, min(start - at, SOUND["rate"])), np.float32)
            at += silence.shape[1]
            yield silence
        for samples in decoded(sound.path) if sound else ():
            kept = samples[:, : end - at]
            at += kept.shape[1]
            if kept.size:
                yield kept


def hide_subtitles(path: Path) -> None:
    """Clears the flag that tells players to show a track, which the muxer sets for the first one of its kind in any case."""
    with open(path, "r+b") as file:
        moov = next((start, end) for kind, start, end in _boxes(file, 0, path.stat().st_size) if kind == b"moov")
        for kind, start, end in _boxes(file, *moov):
            if kind == b"trak" and _handler(file, start, end) == b"sbtl":
                flags = next(at for name, at, _ in _boxes(file, start, end) if name == b"tkhd") + 3
                file.seek(flags)
                value = file.read(1)[0] & ~ENABLED
                file.seek(flags)
                file.write(bytes([value]))


def _handler(file, start: int, end: int) -> bytes:
    """What kind of media a track holds."""
    mdia = next((a, b) for kind, a, b in _boxes(file, start, end) if kind == b"mdia")
    file.seek(next(a for kind, a, _ in _boxes(file, *mdia) if kind == b"hdlr") + 8)
    return file.read(4)


def _boxes(file, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes between two places of an MP4: the kind of each, and where its content begins and ends."""
    while start < end:
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", file.read(8))[0], 16
        yield kind, start + head, start + (size or end - start)
        start += size or end - start
