"""Questions come with their answers: kept, shown, and never asked by our own rounds unless somebody adopts them."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from annotations.actions import assign_next
from core.errors import Conflict, Forbidden, Invalid
from core.models import Event
from probes.actions import claim, import_answers, open_missing_probes, open_round
from probes.models import Answer, Probe
from probes.selectors import public_probes
from prompts import selectors
from prompts.actions import adopt_prompt, approve_prompt
from prompts.choices import Status
from prompts.models import Family, KeyPoint, Prompt, Topic
from prompts.rules import Point
from tests.cast import POINTS

pytestmark = pytest.mark.django_db
ASKED = "How long is the Loire?"


@pytest.fixture
def rows(db):
    return [
        {"kind": "batch", "source": "A study", "licence": "CC BY 4.0", "may_publish": True},
        {"kind": "topic", "slug": "rivers", "name": "Rivers", "name_fr": "Fleuves"},
        {"kind": "llm", "slug": "model-b", "name": "Model B", "maker": "Maker B", "maker_country": "DE"},
        {"kind": "endpoint", "slug": "b-recorded", "llm": "model-b"},
        {
            "kind": "prompt", "family": "loire", "language": "en", "text": ASKED, "topic": "rivers",
            "prompt_kind": "sensitive", "act": "ask_fact", "state": "FR", "title": "The Loire",
        },
        {
            "kind": "answer", "endpoint": "b-recorded", "family": "loire", "language": "en", "prompt": ASKED,
            "sample": 1, "delivery": "delivered", "text": "Long.",
        },
    ]  # fmt: skip


def bring(rows):
    return import_answers(by=None, lines=[json.dumps(row) + "\n" for row in rows])


def refused(rows):
    with pytest.raises(Invalid) as caught:
        bring(rows)
    assert (Prompt.objects.count(), Family.objects.count(), Probe.objects.count()) == (0, 0, 0)
    return caught.value.fields["lines"]


def test_a_prompt_comes_in_as_imported_with_its_family_and_topic(rows):
    report = bring(rows)
    assert (report.answers, report.prompts, report.endpoints) == (1, 1, 1)
    prompt = Prompt.objects.get()
    assert (prompt.status, prompt.current.text, prompt.key_points, prompt.submitted_by) == (
        "imported",
        ASKED,
        None,
        None,
    )
    family = prompt.family
    assert (family.slug, family.title, family.kind, family.act, family.state, family.starter) == (
        *("loire", "The Loire", "sensitive", "ask_fact", "FR", False),
    )
    topic = family.topic
    assert (topic.slug, topic.name_en, topic.name_fr, topic.name_zh_hans) == ("rivers", "Rivers", "Fleuves", "Rivers")
    assert (Probe.objects.get().version, Answer.objects.get().priority) == (prompt.current, 5)


def test_our_rounds_never_ask_it(rows, endpoint):
    bring(rows)
    opened = open_round(by=None, name="A round", samples=1)
    assert open_missing_probes(of=opened, limit=10) == 0
    assert claim(endpoint=endpoint.pk, limit=10) == []


def test_it_is_not_among_our_prompts_and_in_nobodys_way(rows, make_prompt):
    bring(rows)
    assert (selectors.public().count(), selectors.waiting().count()) == (0, 0)
    assert selectors.near(text=ASKED, language="en").count() == 0
    assert make_prompt(ASKED).status == Status.APPROVED


def test_key_points_come_too(rows):
    rows[4]["key_points"] = [
        {"text": "About 1,010 km.", "source": "A gazetteer", "essential": True},
        {"text": "It ends in the Atlantic.", "source": "A map", "url": "https://example.org/map"},
    ]
    bring(rows)
    assert [(p.text, p.source, p.url, p.essential) for p in KeyPoint.objects.all()] == [
        ("About 1,010 km.", "A gazetteer", "", True),
        ("It ends in the Atlantic.", "A map", "https://example.org/map", False),
    ]
    assert Prompt.objects.get().key_points.points.count() == 2


@pytest.mark.parametrize(("points", "may_publish", "handed_out"), [(True, True, 1), (False, True, 0), (True, False, 0)])
def test_answers_are_labelled_where_key_points_came_and_we_may_show_them(
    rows, labeller, points, may_publish, handed_out
):
    rows[0]["may_publish"] = may_publish
    if points:
        rows[4]["key_points"] = [{"text": "About 1,010 km.", "source": "A gazetteer", "essential": True}]
    bring(rows)
    cards = assign_next(by=labeller)
    assert [[point["text"] for point in card.points] for card in cards] == [["About 1,010 km."]] * handed_out


def test_nothing_tells_who_answered_until_all_is_labelled(rows):
    bring([*rows, rows[5] | {"sample": 2, "delivery": "blocked_input", "text": ""}])
    assert (Probe.objects.count(), public_probes().count()) == (2, 0)
    Answer.objects.update(state="settled", closed_at=timezone.now())
    assert public_probes().count() == 2


def test_what_is_there_is_not_made_again(rows):
    bring(rows)
    rows[0]["source"] = "Another study"
    rows[4]["title"] = "Whatever"
    rows[4]["act"] = "explain"
    report = bring(rows)
    assert (report.answers, report.prompts, report.endpoints) == (1, 0, 0)
    assert (Prompt.objects.count(), Family.objects.get().title, Topic.objects.count()) == (1, "The Loire", 1)
    assert (Probe.objects.count(), Answer.objects.count()) == (2, 1)


def test_a_question_of_ours_is_the_same_question(rows, make_prompt):
    ours = make_prompt(ASKED, kind="sensitive", state="FR")
    rows[4] |= {"family": ours.family.slug, "topic": "india"}
    rows[5] |= {"family": ours.family.slug}
    assert bring(rows).prompts == 0
    assert (Probe.objects.get().version, Prompt.objects.get().status) == (ours.current, "approved")


def test_translations_and_other_wordings_join_the_family(rows):
    more = [
        rows[4] | {"language": "fi", "text": "Kuinka pitkä Loire on?"},
        rows[4] | {"text": "What is the length of the Loire?"},
    ]
    rows[5:5] = more
    assert bring(rows).prompts == 3
    assert Family.objects.get().prompts.filter(status="imported").count() == 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": "  "}, "text has no words."),
        ({"text": "x" * 1001}, "text has 1001 characters, and 1000 is the most."),
        ({"language": "English"}, "language is 'English', not a language code such as en or zh-Hans."),
        ({"topic": "lakes"}, "topic 'lakes' is not here; a line of kind topic before this one brings it."),
        ({"prompt_kind": "odd"}, "prompt_kind is 'odd', not one of sensitive, twin, neutral_control, harm_control."),
        ({"act": None}, "act is missing."),
        ({"state": "France"}, "state has 6 characters, and 2 is the most."),
        ({"state": "fr"}, "state is 'fr', not a two-letter code such as FR, or empty."),
        ({"state": ""}, "state: Say which state it concerns: a sensitive prompt and its twin each concern one."),
        ({"key_points": "one"}, "key_points is 'one', not a list."),
        ({"key_points": ["one"]}, "key_points.0 is 'one', not a JSON object."),
        (
            {"key_points": [{"text": "A", "source": "B", "sources": 1}]},
            "key_points.0 has 'sources', which no key point",
        ),
        ({"key_points": [{"text": "A"}]}, "key_points.0.source is missing."),
        (
            {"key_points": [{"text": "A", "source": "B"}]},
            "key_points: Mark exactly one key point as the essential one.",
        ),
        ({"key_points": [{"text": 7, "source": "B"}]}, "key_points.0.text is 7, not a text."),
    ],
)
def test_a_prompt_that_cannot_be_is_named(rows, change, said):
    rows[4] |= change
    assert refused(rows)[0][: len(said) + 8] == f"Line 5: {said}"


@pytest.mark.parametrize("change", [{"prompt_kind": "twin"}, {"state": "DE"}])
def test_a_family_is_one_thing(rows, change):
    rows[5:5] = [rows[4] | {"text": "Another question?"} | change]
    [(name, value)] = change.items()
    name, before = {"prompt_kind": ("kind", "sensitive"), "state": ("state", "FR")}[name]
    assert refused(rows) == [f"Line 6: family loire is there already, and its {name} is {before!r}, not {value!r}."]


def test_an_endpoint_serves_one_model(rows):
    rows[4:4] = [rows[2] | {"slug": "model-c"}, rows[3] | {"llm": "model-c"}]
    assert refused(rows) == ["Line 6: endpoint b-recorded is there already, and serves another model."]


def test_without_a_batch_it_is_said_once(rows):
    assert refused(rows[1:]) == ["Line 1: the first line has to be the batch."]


def test_adopted_it_goes_the_way_of_every_prompt(rows, maintainer, reviewer, endpoint):
    bring(rows)
    prompt = Prompt.objects.get()
    adopt_prompt(by=maintainer, prompt=prompt, points=POINTS)
    assert (prompt.status, prompt.submitted_by, prompt.key_points.points.count()) == ("submitted", maintainer, 2)
    assert Event.objects.filter(verb="adopt").get().key == prompt.pk
    with pytest.raises(Forbidden):
        approve_prompt(by=maintainer, prompt=prompt)
    approve_prompt(by=reviewer, prompt=prompt)
    opened = open_round(by=None, name="A round", samples=1)
    assert open_missing_probes(of=opened, limit=10) == 1


def test_adopted_with_the_key_points_it_brought(rows):
    rows[4]["key_points"] = [{"text": "About 1,010 km.", "source": "A gazetteer", "essential": True}]
    bring(rows)
    prompt = Prompt.objects.get()
    brought = prompt.key_points
    adopt_prompt(by=None, prompt=prompt)
    assert (prompt.status, prompt.key_points) == ("submitted", brought)


def test_who_may_adopt_what(rows, reviewer, maintainer, make_prompt):
    bring(rows)
    prompt = Prompt.objects.get()
    with pytest.raises(Forbidden):
        adopt_prompt(by=reviewer, prompt=prompt, points=POINTS)
    with pytest.raises(Invalid) as caught:
        adopt_prompt(by=maintainer, prompt=prompt)
    assert set(caught.value.fields) == {"key_points"}
    with pytest.raises(Invalid):
        adopt_prompt(by=maintainer, prompt=prompt, points=[Point("A", "B")])
    make_prompt(ASKED)
    with pytest.raises(Conflict, match="already there in this language"):
        adopt_prompt(by=maintainer, prompt=prompt, points=POINTS)
    other = make_prompt("Which river is the longest of France?", approved=False)
    with pytest.raises(Conflict):
        adopt_prompt(by=maintainer, prompt=other, points=POINTS)
    prompt.refresh_from_db()
    assert prompt.status == "imported"


def test_the_command_adopts(rows, tmp_path, capsys):
    bring(rows)
    prompt = Prompt.objects.get()
    points = tmp_path / "points.yaml"
    points.write_text('- {text: "About 1,010 km.", source: "A gazetteer", essential: true}\n', encoding="utf-8")
    with pytest.raises(CommandError, match="Name at least one key point"):
        call_command("adopt_prompt", str(prompt.pk))
    with pytest.raises(CommandError, match="There is no prompt 0"):
        call_command("adopt_prompt", "0")
    for wrong in ("- 7", "[{text: 7, source: 8}]", "{", "7"):
        (tmp_path / "wrong.yaml").write_text(wrong, encoding="utf-8")
        with pytest.raises(CommandError, match="is no list of key points"):
            call_command("adopt_prompt", str(prompt.pk), key_points=tmp_path / "wrong.yaml")
    call_command("adopt_prompt", str(prompt.pk), key_points=points)
    assert capsys.readouterr().out == f"Prompt {prompt.pk} waits for review.\n"
    prompt.refresh_from_db()
    assert prompt.status == "submitted"
