"""What search engines and other programs ask every site for: robots.txt, sitemaps, security.txt, whom to write to."""

import xml.etree.ElementTree as Xml
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from observatory import sitemaps
from probes.models import Answer

pytestmark = pytest.mark.django_db
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def addresses(client: Client, path: str) -> list[str]:
    response = client.get(path)
    assert response.status_code == 200, path
    return [one.text or "" for one in Xml.fromstring(response.content).iter(f"{NAMESPACE}loc")]


def test_the_list_of_lists_leads_to_pages_that_are_there(client, make_answer):
    closed = [make_answer(f"Closed, number {number}.") for number in range(3)]
    Answer.objects.filter(pk__in=[one.pk for one in closed]).update(state="settled", closed_at=timezone.now())
    lists = addresses(client, "/sitemap.xml")
    assert lists == [f"http://testserver/sitemap-{name}.xml" for name in ("pages", "releases", "models", "answers")]
    told = [address for one in lists for address in addresses(client, one.removeprefix("http://testserver"))]
    assert len(told) > len(sitemaps.PAGES) + len(closed)
    for address in told:
        assert client.get(address.removeprefix("http://testserver")).status_code == 200, address


def test_only_closed_answers_that_may_be_published_are_told_without_a_day_or_an_order(client, make_answer):
    answers = [make_answer(f"Number {number}.") for number in range(8)]
    Answer.objects.filter(pk__in=[one.pk for one in answers[:6]]).update(state="contested", closed_at=timezone.now())
    Answer.objects.filter(pk=answers[0].pk).update(may_publish=False)
    Answer.objects.filter(pk=answers[1].pk).update(leased=1)  # closed, and in somebody's hands again
    told = addresses(client, "/sitemap-answers.xml")
    wanted = sorted(answers[2:6], key=lambda answer: answer.public_id)
    assert [one["id"] for one in client.get("/api/v1/answers/").json()["results"]] == [
        str(one.public_id) for one in wanted
    ]
    assert told == [f"http://testserver{reverse('observatory:answer', args=[one.public_id])}" for one in wanted]
    assert b"lastmod" not in client.get("/sitemap-answers.xml").content


def test_a_long_list_comes_in_pages(client, make_answer, monkeypatch):
    monkeypatch.setattr(sitemaps.Answers, "limit", 2)
    answers = [make_answer(f"Number {number}.") for number in range(5)]
    Answer.objects.filter(pk__in=[one.pk for one in answers]).update(state="settled", closed_at=timezone.now())
    pages = [one for one in addresses(client, "/sitemap.xml") if "answers" in one]
    assert pages == [f"http://testserver/sitemap-answers.xml{page}" for page in ("", "?p=2", "?p=3")]
    told = [address for page in pages for address in addresses(client, page.removeprefix("http://testserver"))]
    assert sorted(told) == sorted(
        f"http://testserver{reverse('observatory:answer', args=[one.public_id])}" for one in answers
    )
    assert [len(addresses(client, page.removeprefix("http://testserver"))) for page in pages] == [2, 2, 1]


def test_robots_are_told_where_to_go(client):
    response = client.get("/robots.txt")
    lines = response.content.decode().splitlines()
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert lines[0] == "User-agent: *"
    assert lines[-1] == "Sitemap: http://testserver/sitemap.xml"
    assert {"Disallow: /account/", "Disallow: /api/", "Allow: /api/v1/docs/"} <= set(lines)
    # No page that the sitemap names is closed to them.
    closed = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow: ")]
    allowed = [line.removeprefix("Allow: ") for line in lines if line.startswith("Allow: ")]
    for name in sitemaps.PAGES:
        path = reverse(name)
        shut = max((len(one) for one in closed if path.startswith(one)), default=0)
        assert shut <= max((len(one) for one in allowed if path.startswith(one)), default=0), path


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("team@candor.example", "mailto:team@candor.example"),
        ("https://candor.example/write", "https://candor.example/write"),
    ],
)
def test_whom_to_write_to_stands_where_it_is_looked_for(client, settings, contact, link):
    settings.CONTACT, settings.SITE_URL = contact, "https://candor.example"
    response = client.get("/.well-known/security.txt")
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")
    said = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert said.keys() == {"Contact", "Expires", "Canonical"}
    assert (said["Contact"], said["Canonical"]) == (link, "https://candor.example/.well-known/security.txt")
    until = datetime.strptime(said["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(days=170) < until - timezone.now() < timedelta(days=366)
    about = client.get(reverse("observatory:about")).content.decode()
    assert about.count(f'href="{link}"') == 2  # in the text and in the footer


def test_where_no_contact_is_set_none_is_claimed(client, settings):
    settings.CONTACT = ""
    assert client.get("/.well-known/security.txt").status_code == 404
    about = client.get(reverse("observatory:about")).content.decode()
    assert "mailto:" not in about and "To write to" not in about and ">Contact<" not in about


def test_every_page_says_what_it_is(client):
    for name in ("observatory:home", "observatory:models", "releases:list"):
        page = client.get(reverse(name)).content.decode()
        assert page.count('<meta name="description" content="An open record of what language models say,') == 1, name
