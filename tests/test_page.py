"""The page's server under clients that mean it well, and under others. Nothing is drawn here."""

import asyncio
import http.client
import json
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import pytest
from tornado.netutil import bind_sockets

from studio.errors import UserError
from studio.page import server
from studio.page.desk import Desk, yaml_of
from studio.watch.session import Session

TOKEN = "t0ken"
MINE = "scene: qkv\nsentence: the old dog sleeps\n"


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A server of a YAML: its port, and its desk. Whoever is slow has a second."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(server, "PATIENCE", 1.0)
    (tmp_path / "mine.yaml").write_text(MINE, encoding="utf-8")
    sockets, started, loop = bind_sockets(0, "127.0.0.1"), [], asyncio.new_event_loop()
    with Session("mine.yaml") as session:
        desk = Desk(session, tmp_path / "out")

        async def begin():
            started.append(server.listening(desk, sockets, TOKEN))

        thread = Thread(target=loop.run_forever, daemon=True)
        thread.start()
        asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
        desk.loop = loop
        yield sockets[0].getsockname()[1], desk
        started[0].stop()
        asyncio.run_coroutine_threadsafe(started[0].close_all_connections(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def ask(port, path, method="GET", body=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body if isinstance(body, bytes | None) else json.dumps(body), headers)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, data, answer.headers


def raw(port, *sent, seconds=5.0):
    """What comes back for bytes that are sent as they are."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as line:
        back = b""
        try:
            for part in sent:
                line.sendall(part)
            while part := line.recv(65536):
                back += part
        except OSError:
            pass
        return back


def test_the_page_is_there_and_lets_nothing_in_from_elsewhere(page):
    port, _ = page
    status, data, headers = ask(port, f"/{TOKEN}/")
    assert status == 200 and b"page.js" in data and b"http" not in data.replace(b"http-equiv", b"")
    assert "default-src 'none'" in headers["Content-Security-Policy"] and headers["Referrer-Policy"] == "no-referrer"
    for name in ("page.js", "page.css", "codemirror.js", "icon.svg", "inter.ttf", "LICENSE.codemirror.txt"):
        status, data, headers = ask(port, f"/{TOKEN}/{name}")
        assert status == 200 and len(data) > 200 and headers["Content-Type"] != "text/html", name


@pytest.mark.parametrize("path", ["/", "/text", "/other/text", f"/{TOKEN}", f"/{TOKEN}x/text", f"/{TOKEN}/../text", f"/{TOKEN}/nothing"])
def test_without_the_token_there_is_nothing(page, path):
    assert ask(page[0], path)[0] == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}", ""])
def test_another_host_is_refused(page, host):
    """DNS rebinding: the browser asks by a name that somebody else has let lead here."""
    assert ask(page[0], f"/{TOKEN}/text", Host=host.format(port=page[0]))[0] in (400, 403)
    assert b"403" in raw(page[0], f"GET /{TOKEN}/text HTTP/1.0\r\n\r\n".encode()).partition(b"\r\n")[0]


@pytest.mark.parametrize("headers", [
    {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "https://127.0.0.1:{port}"}, {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
])
def test_another_origin_is_refused(page, headers):
    port, desk = page
    headers = {name: value.format(port=port) for name, value in headers.items()}
    body = {"text": "scene: mlp\n", "base": desk.read()["version"]}
    for method, path in (("GET", "text"), ("POST", "text"), ("POST", "make"), ("GET", "events"), ("GET", "")):
        assert ask(port, f"/{TOKEN}/{path}", method, body, **headers)[0] == 403
    assert Path("mine.yaml").read_text(encoding="utf-8") == MINE


def test_the_page_s_own_origin_writes_and_nobody_s_text_is_lost(page):
    port, desk = page
    origin, base = {"Origin": f"http://localhost:{port}", "Host": f"localhost:{port}"}, desk.read()["version"]
    status, data, _ = ask(port, f"/{TOKEN}/text", "POST", {"text": "scene: mlp\n", "base": base}, **origin)
    assert status == 200 and Path("mine.yaml").read_text(encoding="utf-8") == "scene: mlp\n" == json.loads(data)["text"]
    status, data, _ = ask(port, f"/{TOKEN}/text", "POST", {"text": "scene: qkv\n", "base": base}, **origin)
    assert status == 409 and json.loads(data)["text"] == "scene: mlp\n" == Path("mine.yaml").read_text(encoding="utf-8")


def test_lines_end_as_they_did_and_what_is_no_text_is_left_alone(page):
    port, desk = page
    Path("mine.yaml").write_bytes(b"scene: qkv\r\nhead: 1\r\n")
    assert desk.read()["text"] == "scene: qkv\nhead: 1\n"
    assert ask(port, f"/{TOKEN}/text", "POST", {"text": "scene: qkv\nhead: 2\n", "base": desk.read()["version"]})[0] == 200
    assert Path("mine.yaml").read_bytes() == b"scene: qkv\r\nhead: 2\r\n"
    Path("mine.yaml").write_bytes(b"scene: \xff\n")
    assert ask(port, f"/{TOKEN}/text", "POST", {"text": "scene: x\n", "base": desk.read()["version"]})[0] == 409
    assert Path("mine.yaml").read_bytes() == b"scene: \xff\n"
    Path("mine.yaml").unlink()
    assert ask(port, f"/{TOKEN}/text")[0] == 200


def test_the_page_says_the_same_in_both_languages():
    said = (server.assets.ASSETS / "page/words.js").read_text(encoding="utf-8")
    en, zh = (re.findall(r"(\w+): \"([^\"]+)\"", part) for part in said.partition("  zh: {")[::2])
    assert [key for key, _ in en] == [key for key, _ in zh] and len(en) > 30
    assert all(re.search(r"[\u4e00-\u9fff]", text) for _, text in zh)


@pytest.mark.parametrize("path", [
    "../../../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "..%2f..%2fetc%2fpasswd", "....//etc/passwd", "/etc/passwd", "\\..\\secret",
    "page.js/../../x",
    "shot/../../mine.png", "shot/%2e%2e%2fmine.yaml.png", "made/0/..%2f..%2fetc%2fpasswd", "made/0/mine.yaml", "made/99/x", "made/-1/x",
])
def test_paths_lead_nowhere(page, path):
    answer = raw(page[0], f"GET /{TOKEN}/{path} HTTP/1.1\r\nHost: 127.0.0.1:{page[0]}\r\nConnection: close\r\n\r\n".encode())
    assert answer.split()[1] in (b"400", b"404") and b"root:" not in answer and b"sentence" not in answer


def test_too_much_is_refused(page):
    port, _ = page
    head = f"POST /{TOKEN}/text HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    assert raw(port, f"{head}Content-Length: 10000000\r\n\r\n".encode(), b"x" * 10_000_000)[:12] in (b"", b"HTTP/1.1 400")
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    assert raw(port, f"{head}Transfer-Encoding: chunked\r\n\r\n".encode(), *[chunk] * 160)[:12] in (b"", b"HTTP/1.1 400")
    assert raw(port, f"{head}X: {'x' * 1_000_000}\r\n\r\n".encode())[:12] in (b"", b"HTTP/1.1 400", b"HTTP/1.1 431")
    assert Path("mine.yaml").read_text(encoding="utf-8") == MINE and ask(port, f"/{TOKEN}/text")[0] == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b'{"text": 1, "base": "x"}', b'{"text": "x"}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_request_is_refused(page, body):
    for path in ("text", "make", "view", "trace"):
        assert ask(page[0], f"/{TOKEN}/{path}", "POST", body)[0] == 400
    assert ask(page[0], f"/{TOKEN}/make", "POST", {"kind": [], "step": {}})[0] == 400
    assert Path("mine.yaml").read_text(encoding="utf-8") == MINE


def test_a_slow_client_keeps_nobody_waiting_and_is_let_go(page):
    port, _ = page
    began = time.monotonic()
    with ThreadPoolExecutor(40) as pool:
        slow = [pool.submit(raw, port, f"POST /{TOKEN}/text HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{rest}".encode(), seconds=15)
                for rest in ("", "Content-Length: 100\r\n\r\n") for _ in range(20)]
        assert ask(port, f"/{TOKEN}/text")[0] == 200 and time.monotonic() - began < 5
        assert all(future.result()[:12] in (b"", b"HTTP/1.1 400", b"HTTP/1.1 408") for future in slow)
    assert time.monotonic() - began < 14


def test_fifty_at_once(page):
    with ThreadPoolExecutor(50) as pool:
        paths = ["text", "", "codemirror.js", "known", "shot/none.png"] * 10
        found = list(pool.map(lambda path: ask(page[0], f"/{TOKEN}/{path}")[0], paths))
    assert found == [200, 200, 200, 200, 404] * 10


def test_a_browser_that_is_killed_is_forgotten(page):
    port, desk = page
    lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
    for line in lines:
        line.sendall(f"GET /{TOKEN}/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        assert b"event-stream" in line.recv(4096)
    assert len(desk.tabs) == 3
    for line in lines:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        line.close()
    end = time.monotonic() + 10
    while desk.tabs and time.monotonic() < end:
        desk.loop.call_soon_threadsafe(desk.publish)
        time.sleep(0.05)
    assert not desk.tabs and ask(port, f"/{TOKEN}/text")[0] == 200


def test_nothing_else_is_written(page, tmp_path):
    port, desk = page
    for path in ("text", "known", "shot/a.png", ""):
        ask(port, f"/{TOKEN}/{path}")
    ask(port, f"/{TOKEN}/text", "POST", {"text": MINE + "head: 2\n", "base": desk.read()["version"]})
    assert [file.name for file in tmp_path.iterdir()] == ["mine.yaml"]


def test_what_is_ours_is_not_written():
    for target in ("qkv", "film", "multi_head/split"):
        with pytest.raises(UserError, match="animformer new"):
            yaml_of(target)
    with pytest.raises(UserError, match="is not there"):
        yaml_of("nowhere.yaml")
