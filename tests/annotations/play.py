"""Ways to play the practice deck, for the tests of it."""

import re

from django.urls import reverse

from annotations.practice.play import RIGHT

PRACTICE = "/label/practice/"
FORM = re.compile(r'<form id="verdict" method="post" action="/label/practice/([a-z0-9-]+)/"')


def address(slug):
    return reverse("annotations:practice_item", args=[slug])


def wrong(slug):
    return "evasive" if RIGHT[slug] == "faithful" else "faithful"


def now(client):
    """The answer on the screen; None at the end."""
    found = FORM.search(client.get(PRACTICE).content.decode())
    return found.group(1) if found else None


def give(client, slug, value=None, **more):
    """Judges an answer; returns the page that tells how it was."""
    sent = more if value is None else {"value": value, **more}
    if value == "cannot_judge":
        sent = {"reason": "broken_off", **more}
    answer = client.post(address(slug), sent, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def play_through(client, misses=()):
    """Plays to the end, each of `misses` wrong the first time; returns the answers in the order they came."""
    seen = []
    while slug := now(client):
        give(client, slug, wrong(slug) if slug in misses and slug not in seen else RIGHT[slug])
        seen.append(slug)
    return seen
