"""Those who label in the bench: people over HTTP, in a process of their own, and beside them the same SQL run bare.

A labeller does what the page does: opens the deck, takes the form's token from it, and has five cards in hand. Then
each label is one request that saves it and brings the next card. Nobody stops to think.
"""

import asyncio
import os
import random
import re
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import psycopg
from psycopg.types.numeric import Int8Dumper
from yarl import URL

from bench.labelling_site import Person
from bench.processes import cpu_of, tree

VALUES = ("censored", "evasive", "faithful")
AHEAD = 5
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
WARM_S = 1.5


@dataclass
class Labelled:
    """What came of a run: seconds each label of the window took, by person, and the errors in it."""

    window_s: float
    took: dict[int, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    # Labels given in all, before the window and after it too.
    given: int = 0
    # Milliseconds of CPU a label of the window cost, by whose they were.
    used: dict[str, float] = field(default_factory=dict)

    @property
    def all(self) -> list[float]:
        return sorted(one for of_person in self.took.values() for one in of_person)

    @property
    def rate(self) -> float:
        return len(self.all) / self.window_s


def at(share: float, took: Sequence[float]) -> float:
    """The value below which so many of the sorted values lie, in milliseconds; 0 where there are none."""
    return 1000 * took[min(len(took) - 1, int(len(took) * share))] if took else 0.0


def over_http(port: int, people: Sequence[Person], window_s: float, programs: dict[str, int]) -> Labelled:
    """`programs` are those whose CPU is counted: the number of each one's first process."""
    return asyncio.run(label_together(port, people, window_s, programs | {"labellers": os.getpid()}))


async def label_together(port: int, people: Sequence[Person], window_s: float, programs: dict[str, int]) -> Labelled:
    result = Labelled(window_s)
    root = f"http://127.0.0.1:{port}"
    cards = [await Labeller(root, person).opened() for person in people]
    begins = time.monotonic() + WARM_S
    try:
        counting = count_cpu(result, programs, begins, begins + window_s)
        await asyncio.gather(counting, *(one.label(result, begins, begins + window_s) for one in cards))
    finally:
        for one in cards:
            await one.http.close()
    return result


async def count_cpu(result: Labelled, programs: dict[str, int], begins: float, ends: float) -> None:
    """What a label costs once all is warm: the pages that were opened before do not count."""
    await asyncio.sleep(begins - time.monotonic())
    given, before = result.given, {name: cpu_of(tree(pid)) for name, pid in programs.items()}
    await asyncio.sleep(ends - time.monotonic())
    labels = max(1, result.given - given)
    result.used = {name: 1000 * (cpu_of(tree(pid)) - before[name]) / labels for name, pid in programs.items()}


class Labeller:
    """One person at their deck."""

    def __init__(self, root: str, person: Person) -> None:
        self.root, self.person = root, person
        # A jar keeps cookies of plain addresses only if told to.
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=aiohttp.ClientTimeout(30))
        self.http.cookie_jar.update_cookies({"sessionid": person.session}, URL(root))
        self.lot = random.Random(person.pk)
        self.hand: list[str] = []
        self.headers = {"Accept": "application/json", "X-Candor-Person": str(person.pk)}

    async def opened(self) -> "Labeller":
        async with self.http.get(f"{self.root}/label/") as page:
            found = TOKEN.search(await page.text())
            if found is None:
                raise SystemExit(f"The deck could not be opened: {page.status} {page.url}")
            self.headers["X-CSRFToken"] = found[1]
        async with self.http.get(f"{self.root}/label/next/?ahead={AHEAD}", headers=self.headers) as response:
            self.hand = (await response.json())["held"]
        return self

    async def label(self, result: Labelled, begins: float, ends: float) -> None:
        took = result.took.setdefault(self.person.pk, [])
        while (now := time.monotonic()) < ends and self.hand:
            card, *rest = self.hand
            sent = {
                "value": self.lot.choice(VALUES),
                "took_ms": str(self.lot.randint(2000, 60000)),
                "key": str(uuid.uuid4()),
                "ahead": str(AHEAD),
                "have": ",".join(rest),
            }
            status, brought = await self.post(f"{self.root}/label/{card}/", sent)
            over = time.monotonic()
            if status == 200:
                self.hand = brought["held"]
                result.given += 1
            else:
                self.hand = rest
                result.errors.append(f"{status} {brought}")
            if begins <= now and over <= ends and status == 200:
                took.append(over - now)
        if not self.hand:
            result.errors.append("a hand was empty")

    async def post(self, address: str, sent: dict[str, str]) -> tuple[int, dict[str, Any]]:
        try:
            async with self.http.post(address, data=sent, headers=self.headers) as response:
                body = await response.json(content_type=None)
                return response.status, body
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return 0, {"error": repr(error)}


def bare(url: str, people: Sequence[Person], window_s: float) -> Labelled:
    """The statements of one request, sent by psycopg, each person in a thread with a connection of its own."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    result = Labelled(window_s)
    begins = time.monotonic() + WARM_S
    threads = [
        threading.Thread(target=label_bare, args=(url, person, result, begins, begins + window_s)) for person in people
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return result


USER = "SELECT * FROM accounts_user WHERE id = %(person)s"
LOCK = """
    SELECT id, state, wanted, counted, leased, settles_at FROM probes_answer
    WHERE id = (SELECT answer_id FROM annotations_assignment WHERE id = %(card)s) FOR NO KEY UPDATE
"""


def one_row(connection: psycopg.Connection[Any], statement: str, values: dict[str, Any]) -> tuple[Any, ...]:
    found = connection.execute(statement, values).fetchone()
    assert found is not None
    return tuple(found)


def label_bare(url: str, person: Person, result: Labelled, begins: float, ends: float) -> None:
    from annotations.actions.case import LOOK
    from annotations.actions.draw import DRAWN_FROM, GATE, GIVE, OFFERS, WALK, priorities
    from annotations.actions.keep import STATEMENTS
    from annotations.agreement.matching import OTHERS
    from core import locks, prepared

    lot, took = random.Random(person.pk), result.took.setdefault(person.pk, [])
    with psycopg.connect(url, prepare_threshold=0) as connection:
        connection.adapters.register_dumper(int, Int8Dumper)
        connection.execute(prepared.KEPT)
        connection.commit()
        [languages] = one_row(connection, "SELECT languages FROM accounts_user WHERE id = %(pk)s", {"pk": person.pk})
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        gate = {"lock": locks.ASSIGNMENTS, "person": person.pk, "today": midnight}
        deck = {
            "person": person.pk,
            "languages": languages,
            "from": DRAWN_FROM,
            "walk": WALK,
            "limit": AHEAD,
            "plain": list(range(1, AHEAD + 1)),
            "minutes": 30,
            "order": priorities(OTHERS),
            "known": True,
        }

        def draw() -> list[uuid.UUID]:
            [_locked, moment, *_rest] = one_row(connection, GATE, gate)
            found = connection.execute(OFFERS, {**deck, "start": lot.random()}).fetchall()
            answers = list({row[1] for row in found})
            lease = {"answers": "{" + ",".join(map(str, lot.sample(answers, len(answers)))) + "}", "at": moment}
            rows = connection.execute(GIVE, {**deck, **lease}).fetchall()
            connection.commit()
            # Checks are left in hand: their verdicts are other statements.
            return [row[3] for row in rows if row[4] == "assignment"]

        hand = draw()
        while (now := time.monotonic()) < ends and hand:
            key = uuid.uuid4()
            connection.execute(USER, {"person": person.pk})
            connection.commit()
            answer, state, wanted, counted, _leased, settles_at = one_row(connection, LOCK, {"card": hand[0]})
            look = one_row(connection, LOOK, {"card": hand[0], "key": key})
            full = counted + 1 >= wanted
            connection.execute(
                STATEMENTS[True, False, False],
                {
                    "status": "labelled",
                    "at": look[-1],
                    "card": hand[0],
                    "other": None,
                    "answer": answer,
                    "person": person.pk,
                    "leased": -1,
                    "counted": 1,
                    "wanted": wanted,
                    "state": state,
                    "settles_at": look[-1] + timedelta(minutes=10) if full else settles_at,
                    "closed_at": None,
                    "value": lot.choice(VALUES),
                    "note": "",
                    "facets": [],
                    "evidence": [],
                    "key_points_id": look[2],
                    "guideline": "1.0",
                    "key": key,
                    "took_ms": 9000,
                    "verb": "label",
                    "noun": "label",
                    "data": "{}",
                },
            )
            connection.commit()
            hand = draw()
            over = time.monotonic()
            if begins <= now and over <= ends:
                took.append(over - now)
        if not hand:
            result.errors.append("a hand was empty")
