"""The engine for tests: in this process, or as processes of one `Runner` each, against a provider on this machine.

`python -m tests.workers.engine CAPACITY WINDOW_S MARGIN_S` is one such process: it probes until its input ends.
"""

import asyncio
import contextlib
import functools
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]


def open_probes(base_url, behaviour, samples=1, **more):
    """An endpoint that behaves as told, with so many due probes of every approved prompt; `more`: its other columns."""
    from django.conf import settings
    from redis import Redis

    from probes.actions import add_endpoint, add_llm, open_round
    from probes.models import Probe
    from prompts.models import Prompt
    from workers.limits import keys

    llm = add_llm(by=None, slug="fake", name="Fake", maker="Nobody", maker_country="FR")
    endpoint = add_endpoint(
        by=None,
        llm=llm,
        slug="fake",
        kind="local",
        base_url=base_url,
        served_name=behaviour,
        allow_private=True,
        **more,
    )
    # Another test may have had its number.
    with Redis.from_url(settings.REDIS_LIMITS) as valkey:
        valkey.delete(*keys(endpoint.pk))
    opened = open_round(by=None, name="A round", samples=1)
    versions = Prompt.objects.filter(status="approved").order_by("pk").values_list("current", flat=True)
    Probe.objects.bulk_create(
        Probe(round=opened, version_id=version, endpoint=endpoint, sample=sample + 1)
        for sample in range(samples)
        for version in versions
    )
    return endpoint


def prove(endpoint):
    """Tells the limits that the endpoint has answered before, so that it is asked more than one thing at a time."""
    from django.conf import settings

    from workers.limits import Allowed, Ended, Limits, Settled

    async def settle():
        limits, allowed = Limits(settings.REDIS_LIMITS), Allowed(100, None, None)
        grant = await limits.take(endpoint.pk, allowed, wanted=1, tokens_each=0)
        await limits.settle(endpoint.pk, allowed, [Settled(grant.permits[0], Ended.OK)])
        await limits.close()

    asyncio.run(settle())


@contextlib.contextmanager
def running(capacity, number=1):
    """So many runners in this process, as if each were in its own; stopped afterwards."""
    from workers.runner import Runner

    runners = [Runner(capacity) for _ in range(number)]
    try:
        yield runners[0] if number == 1 else runners
    finally:
        for runner in runners:
            runner.stop()


@contextlib.contextmanager
def processes(number, capacity, *, window_s=60.0, margin_s=2.0):
    """So many processes that probe what is due in the database of this test; they are ready when this begins."""
    command = [sys.executable, "-m", "tests.workers.engine", str(capacity), str(window_s), str(margin_s)]
    environ = {**os.environ, "DATABASE_URL": address(), "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    started = [subprocess.Popen(command, cwd=ROOT, env=environ, **pipes) for _ in range(number)]
    try:
        for process in started:
            assert process.stdout.readline() == b"ready\n"
        for process in started:
            process.stdin.write(b"go\n")
            process.stdin.flush()
        yield started
    finally:
        for process in started:
            process.stdin.close()
        for process in started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(8)
            process.kill()
            process.wait()
            process.stdout.close()


def address():
    """Of the database this test works in."""
    from django.db import connection

    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def until(condition, seconds=60.0, pause=0.02):
    """Waits for something to come true; the last look decides."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(pause)
    return condition()


def over():
    """Whether no probe waits or is in the air any more."""
    from probes.models import Probe

    return not Probe.objects.exclude(status__in=["done", "given_up"]).exists()


def main(capacity, window_s, margin_s):
    import django

    django.setup()
    from probes.selectors import endpoints_with_work
    from workers import runner as loop

    loop.LOOK_S = 0.5
    loop.Limits = functools.partial(loop.Limits, window_s=window_s, margin_s=margin_s)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    runner = loop.Runner(capacity)
    for endpoint in endpoints_with_work():
        runner.wake(endpoint)
    sys.stdin.read()
    runner.stop()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
