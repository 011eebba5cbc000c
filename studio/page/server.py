"""The server of the page.

Tornado, since it is one package without others, is kept well, limits what is sent to it, and waits for slow clients without threads.
"""

import asyncio
import json
import secrets
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote

from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError

from studio.console import tell
from studio.errors import RenderError
from studio.output.contents import own_keys
from studio.page.desk import QUEUE, Desk
from studio.page.guard import ADDRESS, MAX_BODY, MAX_HEADER, PATIENCE, Guarded, Refused
from studio.page.making import KINDS
from studio.read import assets, folders
from studio.read.fonts import font_files
from studio.read.words import languages
from studio.watch.session import Session

TICK = 0.03                               # seconds
ALIVE = 15.0                              # seconds after which a tab is told that the server is there
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".ttf": "font/ttf", ".otf": "font/otf", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8"}
FOREVER = "private, max-age=31536000, immutable"


class Page(Guarded):
    """The files that the page is made of, by name."""

    def initialize(self, files: dict[str, Path]) -> None:
        self.files = files

    def get(self, name: str) -> None:
        """One of them."""
        if name not in self.files:
            raise HTTPError(404)
        self.set_header("Content-Type", TYPES[self.files[name].suffix])
        self.finish(self.files[name].read_bytes())


class _OfDesk(Guarded):
    def initialize(self, desk: Desk) -> None:
        self.desk = desk

    def body(self, *names: str) -> list:
        """What was sent, by name."""
        try:
            said = json.loads(self.request.body)
            return [said[name] for name in names]
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise HTTPError(400) from error


class Events(_OfDesk):
    """The state, whenever it is another (server-sent events)."""

    async def get(self) -> None:
        """Until the tab is gone."""
        self.set_header("Content-Type", "text/event-stream")
        tab = asyncio.Queue(QUEUE)
        self.desk.tabs.add(tab)
        tab.put_nowait(self.desk.state())
        with suppress(StreamClosedError, asyncio.CancelledError):
            while tab in self.desk.tabs:
                await self._send(tab)
        self.desk.tabs.discard(tab)

    async def _send(self, tab: asyncio.Queue) -> None:
        try:
            state = await asyncio.wait_for(tab.get(), ALIVE)
            while not tab.empty():            # what is in between nobody has to see
                state = tab.get_nowait()
            self.write(f"data: {json.dumps(state)}\n\n")
        except TimeoutError:
            self.write(": here\n\n")
        await self.flush()


class Text(_OfDesk):
    """The YAML."""

    def get(self) -> None:
        """As it is."""
        self.finish(self.desk.read())

    def post(self) -> None:
        """Written, or 409 with what it is if somebody else has written it."""
        text, base = self.body("text", "base")
        if not isinstance(text, str):
            raise HTTPError(400)
        if not self.desk.write(text, base):
            self.set_status(409)
        self.finish(self.desk.read())


class View(_OfDesk):
    """Which step is looked at."""

    def post(self) -> None:
        """It is drawn first from now on."""
        self.desk.session.look_at(str(self.body("step")[0]))


class Made(_OfDesk):
    """The still or the clip of a step, or what shows which tensor in it, by key."""

    def get(self, key: str, suffix: str) -> None:
        """Always the same under the same key."""
        session = self.desk.session
        thing = (session.clips if suffix == "mp4" else session.stills).get(key)
        if thing is None:
            raise HTTPError(404)
        self.set_header("Cache-Control", FOREVER)
        self.set_header("Content-Type", {"png": "image/png", "mp4": "video/mp4", "json": "application/json"}[suffix])
        self.finish(thing.movie if suffix == "mp4" else thing.picture if suffix == "png" else json.dumps(list(map(asdict, thing.regions))))


class Trace(_OfDesk):
    """What the trace says."""

    async def post(self) -> None:
        """An answer to a question (`studio.watch.facts.answer`)."""
        question, = self.body("question")
        if not isinstance(question, dict):
            raise HTTPError(400)
        self.finish(await self.desk.ask(question))


class Known(_OfDesk):
    """What may be written in the YAML."""

    def get(self) -> None:
        """The schema, and the names that there are."""
        own = self.desk.path.parent
        targets = [str(own)] if folders.is_scene(own) else []
        self.finish({"schema": own_keys(targets).model_json_schema(), "themes": assets.themes(), "languages": languages(),
                     "scenes": {name: folders.folder(name).facts.steps for name in folders.ours()}, "kinds": [*KINDS]})


class Make(_OfDesk):
    """A file to take along."""

    def post(self) -> None:
        """Begins to make it."""
        kind, shown = map(str, self.body("kind", "step"))
        if kind not in KINDS or shown not in self.desk.steps():
            raise HTTPError(400)
        if self.desk.making.process:
            raise HTTPError(409, reason="One Thing At A Time")
        self.desk.making.begin(kind, shown.partition("/")[2])
        self.set_status(202)


class Taken(_OfDesk):
    """A file that was made."""

    def get(self, number: str, name: str) -> None:
        """By its number among those that this server has made."""
        files = self.desk.making.files
        if int(number) >= len(files) or files[int(number)].name != name or not files[int(number)].is_file():
            raise HTTPError(404)
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(name, safe='')}")
        self.finish(files[int(number)].read_bytes())


def serve(session: Session, out: Path, port: int) -> None:
    """Serves the page of a session until it is interrupted. RenderError if the port is taken."""
    desk = Desk(session, out)
    try:
        sockets = bind_sockets(port, ADDRESS)
    except OSError as error:
        raise RenderError(f"port {port}: {error.strerror}") from error
    asyncio.run(_serve(desk, sockets, secrets.token_urlsafe(24)))


async def _serve(desk: Desk, sockets: list, token: str) -> None:
    port, server = sockets[0].getsockname()[1], listening(desk, sockets, token)
    tell(f"http://{ADDRESS}:{port}/{token}/\nthe page of {folders.shown(desk.path)}; Ctrl-C ends it")
    try:
        while True:
            desk.tick()
            await asyncio.sleep(TICK)
    finally:
        server.stop()
        desk.making.stop()
        await server.close_all_connections()


def listening(desk: Desk, sockets: list, token: str) -> HTTPServer:
    """A server that listens, and that lets go of whoever sends too much or too slowly."""
    server = HTTPServer(application(desk, token, sockets[0].getsockname()[1]), max_body_size=MAX_BODY, max_header_size=MAX_HEADER,
                        max_buffer_size=2 * MAX_BODY, idle_connection_timeout=PATIENCE, body_timeout=PATIENCE)
    server.add_sockets(sockets)
    return server


def application(desk: Desk, token: str, port: int) -> Application:
    """What answers which address; all begin with the token."""
    page = {file.name: file for file in (assets.ASSETS / "page").iterdir() if file.suffix in TYPES}
    page |= {"": page["index.html"], **dict(zip(("inter.ttf", "noto.otf"), font_files()))}
    of_desk = {"desk": desk}
    routes = [("events", Events), ("text", Text), ("view", View), (r"shot/([\w.]+)\.(png|mp4|json)", Made), ("trace", Trace),
              ("known", Known), ("make", Make), (r"made/(\d{1,4})/(.+)", Taken)]
    found = [(rf"/{token}/{route}", handler, of_desk) for route, handler in routes]
    return Application([*found, (rf"/{token}/([\w.-]*)", Page, {"files": page})], default_handler_class=Refused, port=port,
                       log_function=lambda handler: None)
