"""A film as a viewer's browser plays it: Chromium seeks to every chapter and sees a picture that moves."""

import json
from dataclasses import replace
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import av
import pytest

PAGE = """<!doctype html><video id="film" muted preload="auto" src="{name}"></video>"""
# Shows a moment of the film and tells what it looks like: the mean of each of 16 × 9 tiles.
LOOK = """async (seconds) => {
  const film = document.getElementById("film");
  await new Promise((done, failed) => {
    film.onseeked = done; film.onerror = () => failed(film.error.message); film.currentTime = seconds;
  });
  const canvas = new OffscreenCanvas(16, 9), context = canvas.getContext("2d");
  context.drawImage(film, 0, 0, 16, 9);
  return Array.from(context.getImageData(0, 0, 16, 9).data);
}"""
# Decodes the packets of a clip in software, and gives the digest of the samples (I420) of every frame.
DECODE = """async ([header, packets]) => {
  const frames = [], failed = [], hex = (byte) => byte.toString(16).padStart(2, "0");
  const decoder = new VideoDecoder({output: (frame) => frames.push(frame), error: (error) => failed.push(error.message)});
  const codec = "avc1." + header.slice(1, 4).map(hex).join("");
  decoder.configure({codec, description: Uint8Array.from(header), hardwareAcceleration: "prefer-software"});
  packets.forEach(([type, data], number) => decoder.decode(
    new EncodedVideoChunk({type, timestamp: number, data: Uint8Array.from(data)})));
  await decoder.flush();
  const digests = [];
  for (const frame of frames) {
    const samples = new Uint8Array(frame.allocationSize());
    await frame.copyTo(samples);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", samples));
    digests.push(frame.format + " " + Array.from(digest, hex).join(""));
  }
  return [...failed, ...digests];
}"""
READY = """() => new Promise((done, failed) => {
  const film = document.getElementById("film");
  film.onerror = () => failed(film.error.message);
  if (film.readyState >= 1) done(); else film.onloadedmetadata = done;
}).then(() => { const film = document.getElementById("film"); return [film.duration, film.videoWidth, film.videoHeight]; })"""


class Quiet(SimpleHTTPRequestHandler):
    """A file server that answers ranges, as seeking needs, and says nothing."""

    def log_message(self, *_):
        """Nothing."""

    def do_GET(self):
        wanted = self.headers.get("Range")
        path = self.translate_path(self.path)
        if not wanted or not path.endswith(".mp4"):
            return super().do_GET()
        data = open(path, "rb").read()
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last or len(data) - 1), len(data) - 1)
        self.send_response(206)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Range", f"bytes {start}-{end}/{len(data)}")
        self.send_header("Content-Length", str(end - start + 1))
        self.end_headers()
        self.wfile.write(data[start : end + 1])


@pytest.fixture
def served():
    """Serves a folder; called with it, gives the address."""
    servers = []

    def serve(folder):
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()


def difference(a: list[int], b: list[int]) -> float:
    """How far two pictures are apart on the average, in levels of 255."""
    return sum(abs(x - y) for x, y in zip(a, b, strict=True)) / len(a)


@pytest.mark.slow
def test_chromium_seeks_to_every_chapter_and_sees_it_move(tmp_path, served, browser):
    from tests.test_film import small_film

    film = small_film(tmp_path)
    described = json.loads(film.with_suffix(".json").read_text(encoding="utf-8"))
    (tmp_path / "index.html").write_text(PAGE.format(name=film.relative_to(tmp_path)), encoding="utf-8")
    page = browser.new_page()
    page.goto(f"{served(tmp_path)}/index.html")
    seconds, width, height = page.evaluate(READY)
    assert abs(seconds - described["seconds"]) < 0.1 and (width, height) == (described["width"], described["height"])
    for scene in described["scenes"]:
        pictures = [page.evaluate(LOOK, scene["start"] + share * (scene["end"] - scene["start"])) for share in (0.02, 0.5, 0.99)]
        assert all(max(picture[:3]) > 0 for picture in pictures)
        assert max(difference(pictures[0], later) for later in pictures[1:]) > 0.5, scene["id"]


@pytest.mark.slow
@pytest.mark.parametrize("compact", [False, True])
def test_chromium_decodes_every_frame_bit_by_bit(tmp_path, served, browser, compact):
    from tests.test_stream import UNPADDED, decoded, encoded

    clip = encoded(tmp_path / "clip.mp4", quality=replace(UNPADDED, compact=compact))
    with av.open(str(clip)) as movie:
        video = movie.streams.video[0]
        packets = [("key" if packet.is_keyframe else "delta", list(bytes(packet))) for packet in movie.demux(video) if packet.size]
        header = list(video.codec_context.extradata)
    (tmp_path / "index.html").write_text("<!doctype html>", encoding="utf-8")
    page = browser.new_page()
    page.goto(f"{served(tmp_path)}/index.html")
    assert page.evaluate(DECODE, [header, packets]) == [f"I420 {sha256(frame).hexdigest()}" for frame in decoded(clip)]
