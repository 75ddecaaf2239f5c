"""The maintainers' forms: what can be is done and logged, what cannot is said at its field and changes nothing."""

import re

import pytest

from core.models import Event
from probes.models import LLM, Endpoint, Round

pytestmark = pytest.mark.django_db

SECRET = "sk-this-is-the-key-itself"
ENDPOINT = {
    "llm": "",
    "name": "Model New",
    "maker": "Maker New",
    "maker_country": "BR",
    "slug": "ollama-new.1",
    "kind": "local",
    "base_url": "http://127.0.0.1:11434/v1/",
    "allow_private": "on",
    "served_name": "new:1b",
    "key_variable": "NEW_KEY",
    "max_tokens": "256",
    "protocol": "openai_chat",
    "stream": "on",
    "samples": "0",
    "max_in_flight": "100",
    "timeout_s": "120",
}


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Pages link their style sheets by plain names: nothing is collected for a test."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def desk(client, maintainer):
    """A maintainer's browser."""
    client.force_login(maintainer)
    return client


def words(response):
    html = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.split())


def test_opening_a_round(desk):
    response = desk.post("/probes/rounds/open/", {"name": "Spring", "samples": "3"}, follow=True)
    assert "Spring is open." in words(response)
    assert Round.objects.values_list("name", "samples", "status").get() == ("Spring", 3, "open")
    again = desk.post("/probes/rounds/open/", {"name": "Summer", "samples": "3"})
    assert again.status_code == 409
    assert Round.objects.count() == 1


@pytest.mark.parametrize(
    "data", [{}, {"name": "", "samples": "3"}, {"name": "A", "samples": "0"}, {"name": "A", "samples": "x"}]
)
def test_a_round_that_cannot_be_is_said_at_its_field(desk, data):
    response = desk.post("/probes/rounds/open/", data)
    assert response.status_code == 422
    assert 'class="error"' in response.content.decode()
    assert not Round.objects.exists()


def test_adding_an_endpoint_with_its_model(desk, maintainer):
    response = desk.post("/probes/add/", ENDPOINT, follow=True)
    assert "ollama-new.1 is there." in words(response)
    endpoint = Endpoint.objects.select_related("llm").get()
    llm = endpoint.llm
    assert (llm.slug, llm.name, llm.maker, llm.maker_country) == ("model-new", "Model New", "Maker New", "BR")
    assert (endpoint.kind, endpoint.base_url, endpoint.served_name) == ("local", "http://127.0.0.1:11434/v1", "new:1b")
    assert (endpoint.key_variable, endpoint.params, endpoint.allow_private) == ("NEW_KEY", {"max_tokens": 256}, True)
    assert list(Event.objects.filter(verb="add", actor=maintainer.pk).values_list("noun", flat=True)) == [
        "llm",
        "endpoint",
    ]


def test_adding_an_endpoint_of_a_known_model(desk, endpoint):
    more = {"llm": endpoint.llm_id, "name": "", "maker": "", "maker_country": "", "max_tokens": ""}
    assert desk.post("/probes/add/", ENDPOINT | more).status_code == 302
    assert Endpoint.objects.get(slug="ollama-new.1").llm == endpoint.llm
    assert Endpoint.objects.get(slug="ollama-new.1").params == {}
    assert LLM.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "Model A"}, "A model by this name is there already."),
        ({"name": "!!!"}, "at least one letter or digit"),
        ({"maker_country": "XX"}, "Select a valid choice."),
        ({"llm": "4711"}, "Select a valid choice."),
        ({"llm": "x"}, "Select a valid choice."),
        ({"slug": "endpoint-a"}, "There is an endpoint by this name already."),
        ({"slug": "Two words"}, "Use lower-case letters"),
        ({"slug": "x" * 101}, "at most 100 characters"),
        ({"kind": "import"}, "Select a valid choice."),
        ({"base_url": "ollama"}, "Give it as https://host/v1"),
        ({"base_url": "ftp://127.0.0.1/v1"}, "Give it as https://host/v1"),
        ({"base_url": "http://[::1/v1"}, "Give it as https://host/v1"),
        ({"base_url": "http://127.0.0.1:99999999/v1"}, "Give it as https://host/v1"),
        ({"base_url": "http://me:pass@127.0.0.1/v1"}, "Give it as https://host/v1"),
        ({"allow_private": ""}, "It is on this machine or network."),
        ({"key_variable": SECRET}, "Capital letters, digits and underscores"),
        ({"max_tokens": "0"}, "greater than or equal to 1"),
        ({"served_name": "a\x00b"}, "Null characters are not allowed."),
    ],
)
def test_an_endpoint_that_cannot_be_adds_nothing(desk, endpoint, change, sentence):
    response = desk.post("/probes/add/", ENDPOINT | change)
    assert response.status_code == 422
    assert sentence in words(response).replace("&#x27;", "’")
    assert (LLM.objects.count(), Endpoint.objects.count()) == (1, 1)
