"""How a release is found and named: the data block on its page, its DOI, its size; and what waits too long."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.middleware import POLICY
from releases.choices import Place, PushStatus
from releases.files import store
from releases.models import Push, Release
from releases.selectors.copies import concept_doi, doi_of

pytestmark = pytest.mark.django_db(transaction=True)
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
DOI, CONCEPT = "10.5281/zenodo.1234567", "10.5281/zenodo.1234566"


def page_of(client: Client, release: Release) -> str:
    response = client.get(reverse("releases:detail", args=[release.version]))
    assert response["Content-Security-Policy"] == POLICY
    return str(response.content.decode())


def told(client: Client, release: Release) -> dict[str, Any]:
    [block] = BLOCK.findall(page_of(client, release))
    assert not set("<>&") & set(block)
    said: dict[str, Any] = json.loads(block)
    return said


def pushed(release: Release, edition: int = 0, identifier: str = DOI) -> Push:
    return Push.objects.create(
        release=release,
        edition=edition,
        place=Place.ZENODO,
        status=PushStatus.DONE,
        identifier=identifier,
        concept=CONCEPT,
        url="https://zenodo.org/records/1234567",
        done_at=timezone.now(),
    )


def test_the_page_tells_programs_what_croissant_says(client, published, settings):
    settings.CONTACT = "team@candor.example"
    said = told(client, published)
    with store.opened(published.files.get(path="croissant.json").sha256) as file:
        croissant = json.load(file)
    same = ("name", "alternateName", "description", "license", "version", "dateCreated", "keywords")
    assert {name: said[name] for name in same} == {name: croissant[name] for name in same}
    assert (said["@context"], said["@type"]) == ("https://schema.org/", "Dataset")
    page = f"http://testserver/data/{published.version}/"
    day = f"{published.published_at:%Y-%m-%d}"
    assert (said["url"], said["datePublished"], said["dateModified"]) == (page, day, day)
    assert said["creator"] == {"@type": "Organization", "name": "Candor contributors", "email": settings.CONTACT}
    assert "identifier" not in said and "sameAs" not in said
    whole, *parts = said["distribution"]
    assert whole["contentUrl"] == f"{page}candor-{published.version}.tar"
    assert whole["contentSize"] == f"{client.head(whole['contentUrl'])['Content-Length']} B"
    files = {page + file.path: file.sha256 for file in published.files.filter(path__startswith="data/")}
    assert {part["contentUrl"]: part["sha256"] for part in parts} == files


def test_a_release_that_is_not_out_tells_programs_nothing(client, built, maintainer):
    client.force_login(maintainer)
    page = page_of(client, built)
    assert BLOCK.findall(page) == [] and ".tar" not in page


def test_the_page_says_how_large_all_of_it_is(client, published):
    page = page_of(client, published)
    assert f'href="/data/{published.version}/candor-{published.version}.tar"' in page
    assert f"Candor, release {published.version}: " in page.partition('name="description" content="')[2]


def test_a_doi_is_in_the_citation_where_there_is_one(client, published):
    assert (doi_of(published, 0), concept_doi()) == ("", "")
    assert "doi.org" not in page_of(client, published) + client.get("/data/").content.decode()
    pushed(published)
    assert (doi_of(published, 0), concept_doi()) == (DOI, CONCEPT)
    page = page_of(client, published)
    assert f"CC BY 4.0. https://doi.org/{DOI}</p>" in page
    said = told(client, published)
    assert (said["identifier"], said["sameAs"]) == (f"https://doi.org/{DOI}", ["https://zenodo.org/records/1234567"])
    assert said["creditText"].endswith(f"https://doi.org/{DOI}")
    assert f'href="https://doi.org/{CONCEPT}"' in client.get("/data/").content.decode()


def test_the_doi_of_another_edition_or_of_a_trial_is_none_of_it(client, published):
    pushed(published, edition=1)
    assert doi_of(published, 0) == ""
    Push.objects.all().delete()
    pushed(published, identifier="10.5072/zenodo.99")
    assert (doi_of(published, 0), concept_doi()) == ("", "")
    assert "doi.org" not in page_of(client, published)


@pytest.mark.parametrize(("days", "said"), [(6, False), (8, True)])
def test_a_release_that_waits_to_be_published_says_for_how_long(client, built, maintainer, days, said):
    Release.objects.filter(pk=built.pk).update(cutoff=timezone.now() - timedelta(days=days))
    client.force_login(maintainer)
    page = client.get("/data/").content.decode()
    assert (f"It has waited for {days} days to be published." in page) is said
