"""The process for files and streams as it runs: real sockets, readers that are slow, that leave, that are too many."""

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from embedded import plan
from probes.models import Answer

ROOT = Path(__file__).resolve().parents[2]
NDJSON = "application/x-ndjson"


@pytest.fixture
def answers(make_answer: Callable[..., Answer]) -> int:
    """More than the sockets of a reader hold on the way."""
    for number in range(300):
        make_answer(f"{number}: " + "It is known what happened in that spring. " * 1000)
    Answer.objects.update(state="unjudgeable", closed_at="2026-11-01T00:00:00Z")
    return 300


@pytest.fixture
def port(transactional_db: None, answers: int, tmp_path: Path) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    [child] = [one for one in plan.site(ROOT).children(number + 1, number) if one.name == "files"]
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{settings.DATABASES['default']['NAME']}")
    env = os.environ | {
        "DATABASE_URL": address.geturl(),
        "CANDOR_DATA": str(tmp_path),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
        "SITE_URL": "http://site.example",
        "ALLOWED_HOSTS": "127.0.0.1",
        "STREAMS_AT_MOST": "2",
        "STREAMS_PER_ADDRESS": "2",
    }
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(child.command, cwd=ROOT, env=env, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 60
            while True:
                try:
                    if status(number, "/health") == 200:
                        break
                except OSError:
                    assert time.monotonic() < deadline, (tmp_path / "log").read_text()
                    time.sleep(0.2)
            yield number
        finally:
            process.terminate()
            process.wait(20)


def status(port: int, path: str, accept: str = "*/*") -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", path, headers={"Accept": accept})
        return connection.getresponse().status


def slow_reader(port: int) -> socket.socket:
    """Somebody who has asked for all answers and taken the first bytes of them."""
    door = socket.create_connection(("127.0.0.1", port), timeout=20)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    door.sendall(f"GET /api/v1/answers/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {NDJSON}\r\n\r\n".encode())
    assert door.recv(12) == b"HTTP/1.1 200"
    return door


def test_it_streams_refuses_and_notices_who_has_left(port: int, answers: int) -> None:
    assert [status(port, path) for path in ("/", "/data/", "/api/v1/topics/", "/nowhere")] == [404] * 4
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("GET", "/api/v1/answers/", headers={"Accept": NDJSON})
        response = connection.getresponse()
        assert (response.status, response.headers["Transfer-Encoding"]) == (200, "chunked")
        assert response.read().count(b"\n") == answers
    one, two = slow_reader(port), slow_reader(port)
    # Both wait with what they have; a third is told to come back, and pages of the database are free for it to be told.
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", "/api/v1/answers/", headers={"Accept": NDJSON})
        refused = connection.getresponse()
        assert (refused.status, refused.headers["Retry-After"]) == (503, "30")
    one.close()
    deadline = time.monotonic() + 20
    while (found := status(port, "/api/v1/topics/", NDJSON)) == 503:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert found == 200
    two.close()
