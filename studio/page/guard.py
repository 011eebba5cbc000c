"""Who may talk to the page's server: the page itself, opened by who started it, and nobody else.

It listens on this machine alone, but every page that the browser shows can send to it: by a name of its own that leads here (DNS
rebinding) or from another origin. So the host must be ours, so must the origin if there is one, and every address begins with a token
that only who started it has seen.
"""

from tornado.web import HTTPError, RequestHandler

ADDRESS = "127.0.0.1"
MAX_BODY, MAX_HEADER = 600_000, 16_000    # bytes; a YAML has at most 256,000, and twice that as JSON
PATIENCE = 20.0                           # seconds for the head or the body of what is sent
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
                               "media-src 'self' blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                               "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",     # the token is in the address
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Server": "animformer",
}


class Guarded(RequestHandler):
    """A handler that answers the page alone."""

    def set_default_headers(self) -> None:
        """What is said with every answer."""
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        """Refuses other hosts and other origins."""
        port = self.application.settings["port"]
        hosts = {f"{name}:{port}" for name in (ADDRESS, "localhost")}
        said = self.request.headers
        host = said.get("Host", "")
        if host not in hosts:
            raise HTTPError(403, reason="Another Host")
        if said.get("Origin", f"http://{host}") != f"http://{host}" or said.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            raise HTTPError(403, reason="Another Origin")

    def write_error(self, status_code: int, **_) -> None:
        """A line that says what is wrong, and no more."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code} {self._reason}\n")


class Refused(Guarded):
    """What there is not."""

    def prepare(self) -> None:
        """Refuses all."""
        super().prepare()
        raise HTTPError(404)
