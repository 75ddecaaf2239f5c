"""The pages that correct and retire: what is typed is what stands there, with its history."""

import re

import pytest

from core.models import Event
from probes.actions import add_endpoint, open_missing_probes, open_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, maintainer):
    client.force_login(maintainer)
    return client


def words(response):
    html = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.split())


def asked(endpoint):
    open_missing_probes(of=open_round(by=None, name="A round", samples=1), limit=10)
    assert endpoint.probes.count() == 1


def test_the_pages_correct_and_tell(desk, maintainer, prompt, endpoint):
    asked(endpoint)
    page = desk.get(f"/probes/endpoints/{endpoint.pk}/correct/")
    form = {
        name: value for name, value in page.context["form"].initial.items() if value is not None and value is not False
    }
    form |= {"stream": "on", "price_input": "0.5", "price_output": "2", "budget": "10", "max_tokens": "64"}
    form |= {"params": '{"temperature": 0.7}', "system": "One.\r\nTwo.", "slug": "another-name"}
    wrong = desk.post(f"/probes/endpoints/{endpoint.pk}/correct/", form | {"params": "{no", "budget": "x"})
    assert (wrong.status_code, "This is not JSON; look at 1:2." in words(wrong)) == (422, True)
    twice = desk.post(f"/probes/endpoints/{endpoint.pk}/correct/", form | {"params": '{"max_tokens": 9}'})
    assert "max_tokens has a field of its own." in words(twice)
    assert not Event.objects.filter(verb="correct").exists()
    done = desk.post(f"/probes/endpoints/{endpoint.pk}/correct/", form, follow=True)
    assert done.redirect_chain, done.context["form"].errors
    said = words(done)
    endpoint.refresh_from_db()
    assert endpoint.params == {"temperature": 0.7, "max_tokens": 64}
    assert (endpoint.system, endpoint.slug, endpoint.stream) == ("One.\nTwo.", "endpoint-a", True)
    assert "Budget a month nothing became 10" in said
    assert re.search(r"Corrected \d+ \w+ \d+, \d\d:\d\d UTC · maintainer", said)
    assert "Added" in said
    assert "Candor itself" in said
    assert "$0.00 spent and $0.00 reserved this month, of $10.00. $10.00 left." in said
    assert "A round Open 0 0 1" in said


def test_the_page_of_an_import_corrects_what_it_was_served_under(desk, endpoint):
    recorded = add_endpoint(by=None, llm=endpoint.llm, slug="recorded", kind="import")
    address = f"/probes/endpoints/{recorded.pk}/"
    said = words(desk.get(f"{address}correct/"))
    assert "Name it is served under" in said
    assert "Price of input" not in said
    assert "Name it is served under nothing became a:1b" in words(
        desk.post(f"{address}correct/", {"served_name": "a:1b"}, follow=True)
    )
    assert "Stop it" not in words(desk.get(address))


def test_the_pages_of_a_model(desk, endpoint):
    llm = endpoint.llm
    address = f"/probes/models/{llm.pk}/"
    form = {"name": "Model A+", "slug": "model-a", "maker": "Maker A", "maker_country": "FR", "remark": "Small."}
    assert desk.post(address, form | {"name": ""}).status_code == 422
    said = words(desk.post(address, form, follow=True))
    assert "Model A became Model A+" in said
    said = words(desk.post(f"{address}retire/", {"reason": "Gone."}, follow=True))
    assert "It is retired for good" in said
    assert desk.post(address, form).status_code == 422
    assert desk.post(f"{address}retire/", {"reason": "x" * 301}).status_code == 422
    assert "It is retired for good" in words(desk.get(f"/probes/endpoints/{endpoint.pk}/correct/"))
    assert desk.get("/probes/models/4711/").status_code == 404
    assert "Model A+" not in desk.get("/probes/add/").content.decode()
