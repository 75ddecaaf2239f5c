"""What the stand-ins have in common: a server in a thread, routes, a log of what was asked, and faults on order."""

import json
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            raise Refused(400, "the body is not JSON") from None


@dataclass
class Reply:
    """What goes back. A dict or a list is sent as JSON."""

    content: object = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """The request is not as the real place wants it."""

    def __init__(self, status: int, message: str, **more: object):
        super().__init__(message)
        self.status, self.message, self.more = status, message, more


@dataclass
class Fault:
    """What goes wrong, how often: a status, or 0 for a connection cut. `after`: the request is done, the reply lost."""

    method: str
    path: str
    status: int
    times: int = 1
    after: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    def fits(self, asked: Asked) -> bool:
        return self.times > 0 and self.method == asked.method and re.search(self.path, asked.path) is not None


def route(method: str, pattern: str):
    """Marks a method of a stand-in as the answer to these requests; named groups become arguments, unquoted."""

    def mark(function: Callable):
        function.route = (method, re.compile(pattern))
        return function

    return mark


class Standin(ABC):
    """A context manager; `address` is what the program is given instead of the real place's."""

    def __init__(self):
        self.log: list[Asked] = []
        self.faults: list[Fault] = []
        self.lock = threading.RLock()
        found = [getattr(type(self), name) for name in dir(type(self))]
        self._routes = [(*one.route, one) for one in found if hasattr(one, "route")]
        standin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body in one packet, or each answer waits 40 ms for the other side to say that it has the head.
            wbufsize = 1 << 16
            disable_nagle_algorithm = True

            def handle_any(self):
                standin.serve(self)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *exc_info):
        self._server.shutdown()
        self._server.server_close()

    def fail(self, method: str, path: str, status: int, **more: object) -> None:
        self.faults.append(Fault(method, path, status, **more))

    def asked(self, method: str, path: str) -> list[Asked]:
        return [one for one in self.log if one.method == method and re.search(path, one.path)]

    @abstractmethod
    def refuse(self, refused: Refused) -> Reply:
        """A refusal in the words of the place."""

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        asked = Asked(
            handler.command,
            parts.path,
            {name: values[-1] for name, values in parse_qs(parts.query).items()},
            {name.lower(): value for name, value in handler.headers.items()},
            body_of(handler),
        )
        with self.lock:
            self.log.append(asked)
            fault = next((one for one in self.faults if one.fits(asked)), None)
            if fault is not None:
                fault.times -= 1
            if fault is None or fault.after:
                reply = self.answer(asked)
        if fault is not None and fault.status == 0:
            handler.close_connection = True
            return
        if fault is not None:
            reply = self.refuse(Refused(fault.status, "out of order"))
            reply.headers.update(fault.headers)
        send(handler, reply)

    def answer(self, asked: Asked) -> Reply:
        try:
            for method, pattern, function in self._routes:
                found = pattern.fullmatch(asked.path)
                if method == asked.method and found:
                    named = {name: unquote(value) for name, value in found.groupdict().items() if value is not None}
                    return function(self, asked, **named)
            raise Refused(404, f"nothing is at {asked.method} {asked.path}")
        except Refused as refused:
            return self.refuse(refused)


def body_of(handler: BaseHTTPRequestHandler) -> bytes:
    if handler.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    body = b""
    while size := int(handler.rfile.readline().split(b";")[0], 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return body


def send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    content = reply.content
    if content is None:
        content = b""
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
        reply.headers.setdefault("Content-Type", "application/json; charset=utf-8")
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(content)
