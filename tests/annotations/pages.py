"""Ways to read the deck's page, for the tests of it."""

import re

from django.urls import reverse

JSON = {"Accept": "application/json"}


def deck():
    return reverse("annotations:deck")


def address_of(pk):
    return reverse("annotations:judge", args=[pk])


def action_of(html):
    """Where the page's form of verdicts goes."""
    return re.search(r'<form id="verdict" method="post" action="([^"]+)"', html).group(1)


def texts_of(html):
    """The answer's paragraphs on the page."""
    inside = re.search(r'<div class="doc[^"]*" id="answer-text"[^>]*>(.*?)</div>', html, re.S).group(1)
    return re.findall(r'<p dir="auto">(.*?)</p>', inside, re.S)


def read(client, path=None, **more):
    response = client.get(path or deck(), **more)
    assert response.status_code == 200
    return response.content.decode()
