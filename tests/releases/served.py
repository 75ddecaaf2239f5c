"""A site that serves a release: its two real web servers on the database of the tests, and a gate that counts bytes."""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit, urlunsplit

from django.db import connection
from django.utils import timezone

from accounts.actions import add_user
from accounts.choices import Role
from accounts.models import User
from annotations.models import Label
from probes.actions import add_endpoint, add_llm, open_round
from probes.choices import AnswerState, Delivery, ProbeStatus
from probes.models import Answer, Probe
from prompts.actions import approve_prompt, submit_prompt
from prompts.models import Topic
from prompts.rules import Point

ROOT = Path(__file__).resolve().parents[2]
UP_WITHIN_S = 60
GRANIAN = ("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--workers", "1", "--log-level", "warning")
LANGUAGES = ("en", "fr", "zh-Hans")
LABELS = ("censored", "evasive", "faithful")


def fill(answers: int, length: int = 0) -> None:
    """So many settled answers by two models to a question in three languages, each with three labels.

    The first one is a formula; the others are of `length` random characters, which nothing packs.
    """
    author, reviewer, *readers = [
        add_user(by=None, username=name, password=secrets.token_urlsafe(), role=role)
        for name, role in (
            ("author", Role.CONTRIBUTOR),
            ("reviewer", Role.REVIEWER),
            *((f"reader-{n}", Role.CONTRIBUTOR) for n in range(3)),
        )
    ]
    topic = Topic.objects.create(slug="india", name_en="India", name_fr="Inde", name_zh_hans="印度", order=6)
    points = [Point(text="Troops fired.", source="Report of the inquiry, 1920", essential=True)]
    endpoints = [
        add_endpoint(
            by=None,
            llm=add_llm(by=None, slug=f"model-{x}", name=f"Model {x}", maker=f"Maker {x}", maker_country=country),
            slug=f"endpoint-{x}",
            kind="local",
            base_url="http://127.0.0.1:9/v1",
            served_name="m",
            allow_private=True,
        )
        for x, country in (("a", "FR"), ("b", "CN"))
    ]
    versions = []
    for language in LANGUAGES:
        prompt = submit_prompt(
            by=author,
            text=f"What happened at Jallianwala Bagh in 1919? ({language})",
            language=language,
            topic=topic,
            kind="sensitive",
            act="ask_fact",
            state="GB",
            points=points,
        )
        versions.append(approve_prompt(by=reviewer, prompt=prompt).current)
    panel = open_round(by=None, name="first", samples=1)
    Probe.objects.all().delete()
    made = Answer.objects.bulk_create(
        Answer(
            version=versions[number % 3],
            language=LANGUAGES[number % 3],
            text=f"=1+{number}" if number == 0 else f"{number} {secrets.token_urlsafe(length)[:length]}",
            sha256=f"{number:064x}",
            state=AnswerState.SETTLED,
            wanted=3,
            counted=3,
            closed_at=timezone.now(),
        )
        for number in range(answers)
    )
    Probe.objects.bulk_create(
        Probe(
            round=panel,
            version=answer.version,
            endpoint=endpoints[number % 2],
            sample=number + 1,
            status=ProbeStatus.DONE,
            delivery=Delivery.DELIVERED,
            answer=answer,
            rule="answer",
            asked_at=timezone.now(),
            finished_at=timezone.now(),
        )
        for number, answer in enumerate(made)
    )
    give_labels(made, readers)


def give_labels(answers: list[Answer], readers: list[User]) -> None:
    """Two say what the answer's number says, the third agrees two times in three."""
    Label.objects.bulk_create(
        Label(
            answer=answer,
            person=reader,
            value=LABELS[(number + (place == 2 and number % 3 == 0)) % 3],
            guideline="1.0",
            facets=["hedged"] if number % 5 == 0 else [],
        )
        for number, answer in enumerate(answers)
        for place, reader in enumerate(readers)
    )


class Gate:
    """Stands before a server and counts the bytes that come out of it, heads included."""

    def __init__(self, port: int) -> None:
        self.behind = port
        self.bytes = 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.let_in, daemon=True).start()

    def let_in(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                reader, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.behind))
                threading.Thread(target=self.pass_on, args=(reader, server, False), daemon=True).start()
                threading.Thread(target=self.pass_on, args=(server, reader, True), daemon=True).start()

    def pass_on(self, giver: socket.socket, taker: socket.socket, counted: bool) -> None:
        with contextlib.suppress(OSError):
            while chunk := giver.recv(1 << 16):
                if counted:
                    with self.lock:
                        self.bytes += len(chunk)
                taker.sendall(chunk)
            taker.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.listener.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_database() -> str:
    """The address of the database the tests are in."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


@contextlib.contextmanager
def running(data: Path) -> Iterator[SimpleNamespace]:
    """The site and its process for files, on the database of the tests and the releases under data/releases.

    Gives `address` of the site, and `gate`, through which every byte of files comes.
    """
    site_port, files_port = free_port(), free_port()
    gate = Gate(files_port)
    environ = {
        **os.environ,
        "DATABASE_URL": test_database(),
        "CANDOR_DATA": str(data),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PORT": str(site_port),
        "FILES_PORT": str(files_port),
        "FILES_URL": f"http://127.0.0.1:{gate.port}",
    }
    wanted = (("config.wsgi", site_port, "2"), ("config.files_wsgi", files_port, "16"))
    printed = data / "servers.txt"
    with contextlib.ExitStack() as stack:
        stack.callback(gate.close)
        output = stack.enter_context(printed.open("wb"))
        for module, port, threads in wanted:
            command = [sys.executable, *GRANIAN, "--port", str(port), "--blocking-threads", threads]
            process = subprocess.Popen(
                [*command, f"{module}:application"], cwd=ROOT, env=environ, stdout=output, stderr=output
            )
            stack.callback(process.wait, 20)
            stack.callback(process.terminate)
            wait_until_up(process, port, printed)
        yield SimpleNamespace(address=f"http://127.0.0.1:{site_port}", gate=gate)


def wait_until_up(process: subprocess.Popen[bytes], port: int, printed: Path) -> None:
    end = time.monotonic() + UP_WITHIN_S
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/no-such-page", timeout=5)
        except urllib.error.HTTPError as error:
            # Whatever it answers, it answers.
            error.close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"the server did not come up:\n{printed.read_text()}") from None
            time.sleep(0.1)
