"""A receiver of webhooks on loopback that takes only what is signed and new, as the standard asks of one."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError


class Receiver:
    """`with Receiver(secret) as receiver:`; `answers` are the statuses to give, the last one again and again."""

    def __init__(self, secret: str = "", answers: tuple[int, ...] = (204,), location: str = "") -> None:
        self.secret, self.answers, self.location = secret, list(answers), location
        # What was taken: (webhook-id, body); and every request with its headers.
        self.taken: list[tuple[str, Any]] = []
        self.asked: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
                self.send_response(status)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words: Any) -> None:
                """Nothing: the test says what it saw."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def take(self, headers: dict[str, str], body: bytes) -> int:
        self.asked.append((headers, body))
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        try:
            verified = Webhook(self.secret).verify(body, headers)
        except (WebhookVerificationError, ValueError):
            return 400
        assert verified == json.loads(body)
        if 200 <= status < 300:
            self.taken.append((headers["webhook-id"], verified))
        return status

    def __enter__(self) -> "Receiver":
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
