"""Short ways to a labelled answer, through the actions that the site uses."""

import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.actions import add_user
from accounts.models import User
from annotations.actions import pass_on, refresh_stale, submit_label
from annotations.models import Assignment
from probes.actions import add_endpoint, add_llm
from probes.models import Answer
from tests.cast import PASSWORD


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Pages link their style sheets by plain names: nothing is collected for a test."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def lease(db):
    """Gives an answer to a person by name: what assign_next does, but for one answer of our choice."""

    def make(answer, name):
        reader = User.objects.filter(username=name).first() or add_user(by=None, username=name, password=PASSWORD)
        Answer.objects.filter(pk=answer.pk).update(leased=F("leased") + 1)
        expires = timezone.now() + timedelta(minutes=30)
        points = answer.version.prompt.key_points
        return reader, Assignment.objects.create(answer=answer, person=reader, key_points=points, expires_at=expires)

    return make


@pytest.fixture
def settle(lease, lead_of_one):
    """Labels an answer, one reader a letter (C, E, F), and brings the figures up to date: `settle(answer, "CCE")`."""
    values = {"C": "censored", "E": "evasive", "F": "faithful"}

    def make(answer, letters):
        for number, letter in enumerate(letters):
            reader, assignment = lease(answer, f"reader-{number}")
            submit_label(by=reader, assignment_id=assignment.id, value=values[letter])
        refresh_stale(limit=100)
        answer.refresh_from_db()
        return answer

    return make


@pytest.fixture
def give_up(lease):
    """Three people who cannot judge an answer."""

    def make(answer):
        for number in range(3):
            reader, assignment = lease(answer, f"reader-{number}")
            pass_on(by=reader, assignment_id=assignment.id, reason="unverifiable")
        refresh_stale(limit=100)
        answer.refresh_from_db()
        return answer

    return make


@pytest.fixture
def another_endpoint(db):
    """One more model with its endpoint, by a letter: `another_endpoint("b")`."""

    def make(letter):
        llm = add_llm(
            by=None, slug=f"model-{letter}.1", name=f"Model {letter.upper()}", maker="Maker B", maker_country="IN"
        )
        return add_endpoint(
            by=None,
            llm=llm,
            slug=f"endpoint-{letter}",
            kind="local",
            base_url="http://127.0.0.1:9/v1",
            served_name="m",
            allow_private=True,
        )

    return make


@pytest.fixture
def read(client):
    """A page's HTML at an address, without what differs from one request to the next."""

    def get(address, status=200):
        response = client.get(address)
        assert response.status_code == status, (address, response.status_code)
        html = response.content.decode()
        html = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", html)
        return re.sub(r"<time[^>]*>[^<]*</time>", "", html)

    return get


@pytest.fixture
def words(read):
    """A page's words, one space between them, tags left out."""

    def get(address, status=200):
        return " ".join(re.sub(r"<[^>]+>", " ", read(address, status)).split())

    return get
