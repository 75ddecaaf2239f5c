"""Workers that record, as the tests of imports and of old results need them beside what they test."""

import threading

from django.db import connection, connections

from probes.actions import Result, claim, open_round
from probes.models import Probe, Round


def at_once(*works):
    """What each gave or raised, all run at once, each with a connection of its own."""
    begin, results = threading.Barrier(len(works)), [None] * len(works)

    def run(number, work):
        try:
            with connection.cursor() as cursor:
                # So that a test in which somebody waits for ever says so.
                cursor.execute("SET lock_timeout = '10s'")
            begin.wait()
            results[number] = work()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def claimed(prompts, endpoint, samples=1):
    """Claims by version: each of these questions, put to the endpoint."""
    opened = Round.objects.first() or open_round(by=None, name="A round", samples=samples)
    before = Probe.objects.filter(round=opened, version=prompts[0].current).count()
    for prompt in prompts:
        for sample in range(samples):
            Probe.objects.create(round=opened, version=prompt.current, endpoint=endpoint, sample=before + sample + 1)
    return claim(endpoint=endpoint.pk, limit=1000)


def delivered(text):
    return Result(delivery="delivered", rule="answer", text=text)
