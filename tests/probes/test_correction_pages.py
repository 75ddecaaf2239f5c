"""The pages that correct and retire: what is typed is what stands there, with its history."""

import re

import pytest

from core.models import Event
from probes.actions import add_endpoint, correct_endpoint, correct_llm, open_missing_probes, open_round, stop_endpoint

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
    form["seen"] = page.context["form"].seen
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
    page = desk.get(f"{address}correct/")
    said = words(page)
    assert "Name it is served under" in said
    assert "Price of input" not in said
    assert "Name it is served under nothing became a:1b" in words(
        desk.post(f"{address}correct/", {"served_name": "a:1b", "seen": page.context["form"].seen}, follow=True)
    )
    assert "Stop it" not in words(desk.get(address))


def test_the_pages_of_a_model(desk, endpoint):
    llm = endpoint.llm
    address = f"/probes/models/{llm.pk}/"
    form = {"name": "Model A+", "slug": "model-a", "maker": "Maker A", "maker_country": "FR", "remark": "Small."}
    form["seen"] = desk.get(address).context["form"].seen
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


def typed(page):
    """What a browser would send back of a page that nobody touched."""
    form = page.context["form"]
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    shown = {name: value for name, value in values.items() if value is not None and value is not False}
    return shown | {"seen": form.seen}


def test_an_old_page_undoes_no_correction(desk, endpoint):
    correct_endpoint(
        by=None, endpoint=endpoint, price_input=1, price_output=1, budget=100, params={"max_tokens": 10}, reasoning=True
    )
    address = f"/probes/endpoints/{endpoint.pk}/correct/"
    sent = typed(desk.get(address)) | {"system": "Be brief."}
    correct_endpoint(by=None, endpoint=endpoint, budget=5, requests_a_minute=3, reasoning=None, dialect="vllm")
    for faulty in ({"price_input": "dear"}, {}):
        # A fault of its own in between does not make the old page a new one.
        page = desk.post(address, sent | faulty)
        assert page.status_code == 422
        sent["seen"] = page.context["form"].seen
    said = words(page)
    assert "Somebody else corrected this after you opened the page, so nothing was saved." in said
    told = {name: errors for name, errors in page.context["form"].errors.items() if name != "__all__"}
    assert told == {
        "budget": ["Somebody else changed this. It is now: 5.00."],
        "requests_a_minute": ["Somebody else changed this. It is now: 3."],
        "reasoning": ["Somebody else changed this. It is now: Provider decides."],
        "dialect": ["Somebody else changed this. It is now: vLLM."],
    }
    html = page.content.decode()
    assert 'name="seen" value="{&quot;allow_private&quot;' in html
    assert (">Be brief." in html.replace("\n", ""), 'value="100"' in html) == (True, True)
    endpoint.refresh_from_db()
    assert (endpoint.budget, endpoint.requests_a_minute, endpoint.system) == (5, 3, "")
    assert desk.post(address, sent | {"budget": "6", "requests_a_minute": "3"}).status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.budget, endpoint.requests_a_minute, endpoint.system) == (6, 3, "Be brief.")


def test_an_old_page_of_a_model_undoes_no_correction(desk, endpoint):
    address = f"/probes/models/{endpoint.llm_id}/"
    sent = typed(desk.get(address)) | {"remark": "Mine."}
    correct_llm(by=None, llm=endpoint.llm, open_weights=not endpoint.llm.open_weights, maker_country="DE")
    page = desk.post(address, sent)
    assert page.status_code == 422
    assert "It is now: Germany." in words(page)
    assert "Mine." in page.content.decode()
    endpoint.llm.refresh_from_db()
    assert (endpoint.llm.maker_country, endpoint.llm.remark) == ("DE", "")
    assert desk.post(address, sent | {"seen": page.context["form"].seen}).status_code == 302


@pytest.mark.parametrize("seen", ["", "x", "[]", "{}", "[" * 100_000, '{"name": 1e400}', "\x00", "null"])
def test_a_page_that_shows_nothing_of_what_was_seen_saves_nothing(desk, endpoint, seen):
    address = f"/probes/models/{endpoint.llm_id}/"
    sent = typed(desk.get(address)) | {"remark": "Mine.", "seen": seen}
    page = desk.post(address, sent)
    assert page.status_code == 422
    assert "so nothing was saved" in words(page)
    endpoint.llm.refresh_from_db()
    assert endpoint.llm.remark == ""
    assert desk.post(address, sent | {"seen": page.context["form"].seen}).status_code == 302


def test_a_model_that_was_asked_keeps_its_short_name(desk, prompt, endpoint):
    address = f"/probes/models/{endpoint.llm_id}/"
    assert not desk.get(address).context["form"].fields["slug"].disabled
    asked(endpoint)
    page = desk.get(address)
    assert page.context["form"].fields["slug"].disabled
    assert "It has been asked under this name, so it stays." in words(page)
    assert desk.post(address, typed(page) | {"slug": "another", "remark": "Small."}).status_code == 302
    endpoint.llm.refresh_from_db()
    assert (endpoint.llm.slug, endpoint.llm.remark) == ("model-a", "Small.")
    stop_endpoint(by=None, endpoint=endpoint, reason="")
    assert "endpoint-a Paused" in words(desk.get(address))
