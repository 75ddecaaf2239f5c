"""Whoever labels learns nothing of who wrote the answer, nor what to look it up by."""

import html
import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from annotations.actions import submit_label
from probes.actions import add_endpoint, add_llm
from probes.models import Answer, Probe

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}
# Nothing else on a page has these.
WRITTEN = datetime(2021, 3, 4, 5, 6, 7, 891011, tzinfo=UTC)


@pytest.fixture
def told_apart(make_answer, person, lease):
    """An answer, half labelled, whose every detail is a word that stands nowhere else; and those words."""
    llm = add_llm(by=None, slug="zyxwv-7b", name="Zyxwv Seven", maker="Quorra Labs", maker_country="IS")
    place = add_endpoint(
        by=None,
        llm=llm,
        slug="jjhost-eu",
        kind="host",
        base_url="https://api.jjhost.example/v1",
        served_name="zyxwv/served-7b",
    )
    answer = make_answer("It was a massacre.", endpoint=place)
    # A number that would stand out in a page.
    Answer.objects.filter(pk=answer.pk).update(created_at=WRITTEN)
    Probe.objects.update(
        asked_at=WRITTEN, finished_at=WRITTEN, served_by="jjrack-9", reasoning="Secretly thinking.", fingerprint="fp_zz"
    )
    other = person("kkreader")
    submit_label(by=other, assignment_id=lease(other, answer).pk, value="censored", note="A note to nobody.")
    answer.refresh_from_db()
    words = [
        "zyxwv",
        "Quorra",
        "jjhost",
        "jjrack",
        "Secretly",
        "fp_zz",
        "kkreader",
        "A note to nobody",
        str(answer.public_id),
        answer.public_id.hex,
        answer.sha256,
        answer.sha256[:12],
        "2021",
        str(int(WRITTEN.timestamp())),
        "891011",
    ]
    return answer, words


def all_of(response):
    """The whole of a response as a labeller gets it: status line aside, headers, cookies and body."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.items() if name != "Date")
    cookies = response.cookies.output()
    return f"{headers}\n{cookies}\n{html.unescape(response.content.decode())}"


def test_nothing_tells_who_wrote_it_or_when(signed_in, told_apart):
    _, words = told_apart
    deck, cards, undo = (reverse(f"annotations:{name}") for name in ("deck", "cards", "undo"))
    page = signed_in.get(deck)
    assert "It was a massacre." in page.content.decode()
    ahead = signed_in.get(cards, {"ahead": "5"}, headers=JSON)
    [card] = ahead.json()["cards"]
    judge = reverse("annotations:judge", args=[card["id"]])
    seen = [page, ahead]
    seen.append(signed_in.post(judge, {"value": "rude"}, headers=JSON))
    seen.append(signed_in.post(judge, {"value": "rude"}))
    seen.append(signed_in.post(judge, {"value": "evasive"}, headers=JSON))
    seen.append(signed_in.post(judge, {"value": "faithful"}, headers=JSON))
    seen.append(signed_in.get(deck, {"saved": ""}))
    seen.append(signed_in.post(undo, headers=JSON))
    seen.append(signed_in.get(deck))
    seen.append(signed_in.get(reverse("annotations:guideline")))
    assert [response.status_code for response in seen] == [200, 200, 422, 422, 200, 409, 200, 200, 200, 200]
    for response in seen:
        content = all_of(response)
        assert [word for word in words if word.lower() in content.lower()] == []
        assert response.headers.get("Last-Modified") is None or "2021" not in response["Last-Modified"]


def test_a_card_is_these_things_and_no_others(signed_in, told_apart):
    [card] = signed_in.get(reverse("annotations:cards"), headers=JSON).json()["cards"]
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", card.pop("id"))
    assert card == {
        "question": "What happened at Jallianwala Bagh in 1919?",
        "lang": "en",
        "language": "English",
        "text": "It was a massacre.",
        "paragraphs": ["It was a massacre."],
        "length": "4 words",
        "escaped": False,
        "points": [
            {
                "text": "Troops fired on the crowd.",
                "source": "Report of the inquiry, 1920",
                "url": "",
                "essential": True,
            },
            {
                "text": "The official count was 379 dead.",
                "source": "The same report, chapter 3",
                "url": "",
                "essential": False,
            },
        ],
    }


def test_no_number_of_a_row_is_on_the_page(signed_in, make_answer):
    """Keys are small here; on a page that is looked through for them they have to stand out."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("probes_answer", "probes_probe"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 987654320)")
    answer = make_answer()
    assert answer.pk == 987654321
    for path in (reverse("annotations:deck"), reverse("annotations:cards")):
        assert "98765432" not in all_of(signed_in.get(path))


def test_the_order_of_leases_says_nothing_of_when_answers_came(make_answer, person):
    """Those first written are not those first shown: the order is by lot."""
    from annotations.actions import assign_next

    for number in range(10):
        make_answer(f"Answer {number}.")
    orders = [[held.text for held in assign_next(by=person(f"r{n}"), limit=10)] for n in range(3)]
    assert len({tuple(order) for order in orders}) > 1
