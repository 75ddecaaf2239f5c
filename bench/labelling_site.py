"""A site of the labelling bench's own: PostgreSQL (with fsync), Valkey, the real web server, people, and open answers.

The starter prompts are the site's. The answers are made by SQL: texts of some 600 characters to all prompts in turn.
One of the people has 20,000 labels behind them, on closed answers and on most of the open ones that are there at first.
"""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from embedded import plan
from embedded.folder import DataFolder
from embedded.postgres import Postgres
from embedded.process import end
from embedded.valkey import Valkey
from tests.workers.site import ROOT, extra_path

ANSWERS = """
    WITH asked AS (
        SELECT prompt.current_id AS version, prompt.language, row_number() OVER (ORDER BY prompt.id) - 1 AS number,
               count(*) OVER () AS many
        FROM prompts_prompt prompt WHERE prompt.status = 'approved'
    )
    INSERT INTO probes_answer (public_id, version_id, sha256, text, escaped, language, state, wanted, counted, leased,
        may_publish, priority, created_at, closed_at)
    SELECT gen_random_uuid(), asked.version, encode(sha256(n::text::bytea), 'hex'),
        'Answer ' || n || '. ' || repeat('It happened in the spring, and this is what is known of it. ', 10), false,
        asked.language, %(state)s::text, 3, 0, 0, true, 5, now(),
        CASE WHEN %(state)s::text = 'open' THEN NULL ELSE now() END
    FROM generate_series(%(first)s::int, %(last)s::int) n JOIN asked ON asked.number = n %% asked.many
"""
# The labels of one person behind them, each with the lease it was given under, an hour and more ago.
BEHIND = """
    WITH mine AS (
        SELECT id, row_number() OVER (ORDER BY random()) AS number FROM probes_answer
        WHERE state = %(state)s::text LIMIT %(n)s
    ), lease AS (
        INSERT INTO annotations_assignment (id, answer_id, person_id, status, leased_at, expires_at, closed_at)
        SELECT gen_random_uuid(), id, %(person)s, 'labelled', at - interval '1 minute', at, at
        FROM mine, LATERAL (SELECT now() - interval '1 hour' - number * interval '30 seconds' AS at) moment
        RETURNING id, answer_id, closed_at
    ), counted AS (
        UPDATE probes_answer SET counted = 1 FROM mine WHERE probes_answer.id = mine.id
    )
    INSERT INTO annotations_label (answer_id, person_id, assignment_id, value, note, facets, evidence, guideline,
        status, key, took_ms, created_at)
    SELECT answer_id, %(person)s, id, 'faithful', '', '{}', '{}', '1.0', 'current', gen_random_uuid(), 9000, closed_at
    FROM lease
"""
# Answers that have their first labels, one of each kind, by three people, and are in doubt: they wait for who can tell.
DOUBTFUL = """
    WITH split AS (
        SELECT id FROM probes_answer WHERE state = 'open' AND counted = 0 ORDER BY shuffle LIMIT %(n)s
    ), lease AS (
        INSERT INTO annotations_assignment (id, answer_id, person_id, status, leased_at, expires_at, closed_at)
        SELECT gen_random_uuid(), split.id, said.person, 'labelled', now() - interval '3 hours',
            now() - interval '2 hours', now() - interval '2 hours'
        FROM split CROSS JOIN unnest(%(people)s::bigint[]) said(person)
        RETURNING id, answer_id, person_id, closed_at
    ), counted AS (
        UPDATE probes_answer SET counted = 3, wanted = 4, priority = 4 FROM split WHERE probes_answer.id = split.id
    )
    INSERT INTO annotations_label (answer_id, person_id, assignment_id, value, note, facets, evidence, guideline,
        status, key, took_ms, created_at)
    SELECT answer_id, person_id, id, (ARRAY['censored', 'evasive', 'faithful'])[
            1 + array_position(%(people)s::bigint[], person_id::bigint) %% 3], '', '{}', '{}', '1.0',
        'current', gen_random_uuid(), 9000, closed_at
    FROM lease
"""
WRONG = """
    SELECT count(*) FILTER (WHERE truth.labels + truth.leases > wanted),
           count(*) FILTER (WHERE (truth.labels, truth.leases) <> (counted, leased))
    FROM (
        SELECT answer.wanted, answer.counted, answer.leased,
            (SELECT count(*) FROM annotations_label label
             WHERE label.answer_id = answer.id AND label.status = 'current') AS labels,
            (SELECT count(*) FROM annotations_assignment lease
             WHERE lease.answer_id = answer.id AND lease.status = 'leased') AS leases
        FROM probes_answer answer WHERE answer.counted + answer.leased > 0
    ) truth
"""


@dataclass(frozen=True)
class Person:
    """A labeller with a session."""

    pk: int
    session: str


def make_people(count: int) -> list[Person]:
    """People who have practised, signed in; in a process whose environment names the site's servers."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.utils import timezone

    from accounts.actions import add_user
    from annotations.models import Labeller

    sessions = import_module(settings.SESSION_ENGINE)
    reads = (["en"], ["en", "fr"], ["en", "fr", "zh-Hans"])
    people = []
    for number in range(count):
        user = add_user(by=None, username=f"labeller-{number}", password=f"not-{number}-a-secret")
        # The first, who has labelled much of what there is, needs enough that is left.
        user.languages = reads[number % len(reads)] if number else sorted({code for each in reads for code in each})
        user.save(update_fields=["languages"])
        Labeller.objects.create(person=user, practised_at=timezone.now())
        session = sessions.SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        people.append(Person(user.pk, session.session_key))
    return people


def fit_people(people: list[Person]) -> None:
    """A fit that knows everybody, every second one as ahead of the crowd; in a process as for make_people."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from annotations.models import Fit, Skill

    pooled = [0.8, 0.1, 0.1, 0.15, 0.7, 0.15, 0.05, 0.05, 0.9]
    fit = Fit.objects.create(strength=10.0, prior=[0.15, 0.25, 0.6], pooled=pooled)
    for place, person in enumerate(people):
        ahead = place % 2 == 1
        counts = [200 * share for share in (pooled if ahead else [1 / 3] * 9)]
        Skill.objects.create(person_id=person.pk, fit=fit, counts=counts, labels=600, ahead=ahead)


class Site:
    """The servers on one folder. `environ` is what their programs run in."""

    def __init__(self, folder: Path) -> None:
        self.folder = DataFolder(folder)
        self.folder.make()
        self.folder.make_sockets()
        self.postgres, self.valkey = Postgres(self.folder), Valkey(self.folder)
        self.web: subprocess.Popen[bytes] | None = None
        self.log = (folder / "web.log").open("ab")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.environ = {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "CANDOR_DATA": str(folder),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform"), *extra_path()]),
        }
        self.answers = 0

    def start(self) -> None:
        self.postgres.start()
        self.valkey.start()
        there = os.environ | self.environ
        prepare = plan.site(ROOT).prepare
        subprocess.run(prepare, cwd=ROOT, env=there, check=True, stdout=subprocess.DEVNULL)
        # What the demo brought is put aside: the answers are those of this bench.
        self.write("UPDATE probes_answer SET state = 'withdrawn', closed_at = now() WHERE state = 'open'")
        [web] = [child for child in plan.site(ROOT).children(self.port, self.port + 1) if child.name == "web"]
        self.web = subprocess.Popen(
            web.command, cwd=ROOT, env=there, stdout=self.log, stderr=self.log, start_new_session=True
        )
        deadline = time.monotonic() + 60
        while not self.answers_health():
            if time.monotonic() > deadline:
                raise SystemExit("The web server did not answer within a minute.")
            time.sleep(0.2)

    def answers_health(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def write(self, statement: str, **values: Any) -> None:
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            connection.execute("SET synchronous_commit = off")
            connection.execute(statement, values or None)

    def row(self, statement: str, **values: Any) -> tuple[Any, ...]:
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            found = connection.execute(statement, values or None).fetchone()
        assert found is not None
        return found

    def add_answers(self, upto: int, state: str = "open") -> None:
        """More answers, until `upto` were made in all."""
        self.write(ANSWERS, first=self.answers + 1, last=upto, state=state)
        self.answers = upto

    def add_labels_behind(self, person: Person, labels: int, state: str) -> None:
        self.write(BEHIND, person=person.pk, n=labels, state=state)

    def add_doubtful(self, people: list[Person], answers: int) -> None:
        self.write(DOUBTFUL, people=[person.pk for person in people], n=answers)

    def settle_down(self) -> None:
        """As after a night: statistics and visibility are known, nothing waits to be written."""
        self.write("VACUUM (ANALYZE)")
        self.write("CHECKPOINT")

    def programs(self) -> dict[str, int]:
        """The first process of each server."""
        running = {"the web server": self.web, "PostgreSQL": self.postgres.process, "Valkey": self.valkey.process}
        return {name: process.pid for name, process in running.items() if process is not None}

    def stop(self) -> None:
        if self.web is not None:
            end(self.web, (signal.SIGTERM, 5.0))
        for server in (self.valkey, self.postgres):
            server.stop(5.0, careful=False)
        self.log.close()


@contextmanager
def running_site() -> Iterator[Site]:
    with TemporaryDirectory(prefix="candor-bench-", ignore_cleanup_errors=True) as name:
        # PostgreSQL runs under another account where this runs as root.
        Path(name).chmod(0o755)
        site = Site(Path(name))
        try:
            site.start()
            yield site
        finally:
            site.stop()
