"""The guideline as data, its rules' pages, what is said there, and asking for labels again when a rule has changed."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from annotations import guidelines, selectors
from annotations.actions import adjudicate, ask_again, assign_next, recount, refresh_stale, remark, show_remark
from annotations.actions.discuss import REMARKS_AN_HOUR
from annotations.choices import GUIDELINE, Facet, Value
from annotations.models import Consensus, Label, Remark, Stale
from core.errors import Forbidden, Invalid, NotFound
from core.models import Event
from tests.annotations.conftest import at_once

pytestmark = pytest.mark.django_db
RULE = "official-line"


def signed_in_as(user):
    client = Client()
    client.force_login(user)
    return client


def page_of(slug=RULE):
    return reverse("annotations:rule", args=[slug])


@pytest.fixture
def newer(monkeypatch):
    """There is a version 1.1 of the guideline."""
    newest = guidelines.Version("1.1", date(2027, 1, 1), "A rule has changed.")
    monkeypatch.setattr(guidelines, "VERSIONS", (*guidelines.VERSIONS, newest))


def test_the_data_are_whole():
    assert guidelines.VERSIONS[-1].number == GUIDELINE
    numbers = [version.number for version in guidelines.VERSIONS]
    assert len(guidelines.RULES) == len(guidelines.ORDER) + len(guidelines.CASES)
    for slug, rule in guidelines.RULES.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", slug) and len(slug) <= 40
        assert rule.value in {*Value.values, "cannot_judge", ""}
        assert rule.since in numbers and rule.changed_in in {*numbers, ""}
    assert {rule.facet for rule in guidelines.CASES} == {None, *Facet} - {Facet.BOTH_SIDES}
    assert guidelines.older_than(GUIDELINE) == []
    assert guidelines.before(["1.0", "1.1", "2.0"], "2.0") == ["1.0", "1.1"]
    assert guidelines.before(["1.0"], "3.0") == []


def test_every_rule_is_linked_and_has_a_page(client):
    whole = client.get(reverse("annotations:guideline")).content.decode()
    for slug, rule in guidelines.RULES.items():
        assert f'id="{slug}"' in whole and f'href="{page_of(slug)}"' in whole
        page = client.get(page_of(slug))
        assert (page.status_code, str(rule.text) in page.content.decode()) == (200, True)
    assert client.get(page_of("no-such")).status_code == 404


def test_remarks_carry_no_names(labeller, author, client):
    signed_in_as(labeller).post(reverse("annotations:remark", args=[RULE]), {"text": "Which state?\r\nAny? <b>x</b>"})
    assert Remark.objects.values_list("text", "guideline", "person").get() == (
        "Which state?\nAny? <b>x</b>", GUIDELINE, labeller.pk,
    )  # fmt: skip
    mine, theirs, nobodys = (
        one.get(page_of()).content.decode() for one in (signed_in_as(labeller), signed_in_as(author), client)
    )
    assert "<b>You</b>" in mine and "<b>Somebody</b>" not in mine
    assert "<b>Somebody</b>" in theirs and "<b>Somebody</b>" in nobodys
    assert "&lt;b&gt;x&lt;/b&gt;" in theirs
    assert "labeller" not in theirs + nobodys
    assert reverse("annotations:remark", args=[RULE]) not in nobodys


@pytest.mark.parametrize("text", ["", "  \n ", "…", "a\0b", "a" * 2001])
def test_what_is_no_remark_is_refused(labeller, text):
    response = signed_in_as(labeller).post(reverse("annotations:remark", args=[RULE]), {"text": text})
    assert (response.status_code, Remark.objects.count()) == (422, 0)
    with pytest.raises(Invalid):
        remark(by=labeller, rule=RULE, text=text)


def test_half_a_surrogate_pair_and_no_rule(labeller):
    with pytest.raises(Invalid):
        remark(by=labeller, rule=RULE, text="a\ud800")
    with pytest.raises(NotFound):
        remark(by=labeller, rule="no-such", text="What of it?")
    client = signed_in_as(labeller)
    assert client.post(reverse("annotations:remark", args=["no-such"]), {"text": "What?"}).status_code == 404
    assert client.get(reverse("annotations:remark", args=[RULE]))["Location"] == page_of()


@pytest.mark.django_db(transaction=True)
def test_ten_remarks_an_hour_however_many_come_at_once(labeller):
    made = at_once(
        [lambda n=n: remark(by=labeller, rule=RULE, text=f"Number {n}.") for n in range(REMARKS_AN_HOUR + 2)]
    )
    assert sorted(type(one).__name__ for one in made) == ["Remark"] * REMARKS_AN_HOUR + ["TooMany"] * 2
    late = signed_in_as(labeller).post(reverse("annotations:remark", args=[RULE]), {"text": "One more, please."})
    assert (late.status_code, "One more, please." in late.content.decode()) == (429, True)
    Remark.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    remark(by=labeller, rule=RULE, text="An hour later.")


def test_a_reviewer_hides_a_remark_and_shows_it_again(labeller, reviewer, client):
    said = remark(by=labeller, rule=RULE, text="Nonsense, all of it.")
    there = reverse("annotations:remark_status", args=[RULE, said.pk])
    assert signed_in_as(labeller).post(there, {"status": "hidden"}).status_code == 403
    mine = signed_in_as(reviewer)
    assert mine.post(there, {"status": "hidden"})["Location"] == f"{page_of()}#remarks"
    assert "Nonsense" not in client.get(page_of()).content.decode()
    assert "Nonsense" in mine.get(page_of()).content.decode()
    mine.post(there, {"status": "shown"})
    mine.post(there, {"status": "shown"})
    assert "Nonsense" in client.get(page_of()).content.decode()
    assert Event.objects.filter(noun="remark", key=said.pk).exclude(verb="remark").count() == 2
    assert mine.post(reverse("annotations:remark_status", args=["hedged", said.pk]), {}).status_code == 404
    with pytest.raises(Forbidden):
        show_remark(by=labeller, remark_id=said.pk, rule=RULE, shown=True)


def test_decisions_stand_with_the_rule_they_named(make_answer, judge, person, client):
    answer = make_answer()
    judge(answer, "CCEEFFC")
    settler = person("settler", role=Role.REVIEWER)
    adjudicate(by=settler, answer=answer, decision="evasive", rule=RULE, reason="The count is missing.")
    page = client.get(page_of()).content.decode()
    assert "The count is missing." in page and reverse("observatory:answer", args=[answer.public_id]) in page
    assert "The count is missing." not in client.get(page_of("hedged")).content.decode()
    answer.may_publish = False
    answer.save()
    assert "The count is missing." not in client.get(page_of()).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_more_remarks_and_decisions_need_no_more_queries(
    make_answer, judge, person, labeller, number, django_assert_num_queries
):
    settler = person("settler", role=Role.REVIEWER)
    for index in range(number):
        answer = make_answer(f"This is answer number {index}.")
        judge(answer, "CCEEFFC")
        adjudicate(by=settler, answer=answer, decision="evasive", rule=RULE, reason="The count is missing.")
        remark(by=settler, rule=RULE, text=f"Number {index}.")
    client = signed_in_as(labeller)
    client.get(page_of())
    with django_assert_num_queries(4):  # person, count, remarks, decisions
        client.get(page_of())


def test_old_labels_are_asked_for_again(newer, make_answer, judge, maintainer):
    settled, contested, other = make_answer("One."), make_answer("Two."), make_answer("Three.")
    judge(settled, "EEE")
    judge(contested, "CCEEFFC")
    readers = judge(other, "FFF")
    refresh_stale(limit=10)
    assert Consensus.objects.count() == 3
    found = selectors.outdated(before="1.1", values=["evasive"], facets=[])
    assert (found.labels, found.answers) == (5, 2)
    done = ask_again(by=maintainer, rule=RULE, before="1.1", values=["evasive"])
    assert (done.labels, done.answers) == (5, 2)
    for answer, counted, wanted, state in (
        (settled, 0, 3, "open"),
        (contested, 5, 7, "open"),
        (other, 3, 3, "settled"),
    ):
        answer.refresh_from_db()
        assert (answer.counted, answer.wanted, answer.state, answer.leased) == (counted, wanted, state, 0)
        assert (answer.closed_at is None) == (state == "open")
    assert set(Stale.objects.values_list("answer", flat=True)) == {settled.pk, contested.pk}
    assert Label.objects.filter(status="superseded", superseded_at__isnull=False).count() == 5
    assert recount() == 0
    refresh_stale(limit=10)
    assert Consensus.objects.count() == 1
    # Whoever labelled it may be given the same answer again.
    assert "One." in {held.text for held in assign_next(by=readers[0], limit=5)}
    assert Event.objects.filter(verb="ask_again", noun="answer").count() == 2
    assert ask_again(by=maintainer, rule=RULE, before="1.1", values=["evasive"]).labels == 0


def test_asking_again_goes_on_where_it_stopped(newer, make_answer, judge, maintainer):
    for number in range(5):
        judge(make_answer(f"This is answer {number}."), "FFF")
    done = [ask_again(by=maintainer, rule=RULE, before="1.1", limit=2) for _ in range(4)]
    assert [(one.labels, one.answers) for one in done] == [(6, 2), (6, 2), (3, 1), (0, 0)]
    assert recount() == 0


@pytest.mark.django_db(transaction=True)
def test_asking_again_twice_at_once_takes_each_label_once(newer, make_answer, judge, maintainer):
    for number in range(4):
        judge(make_answer(f"This is answer {number}."), "FFF")
    made = at_once([lambda: ask_again(by=maintainer, rule=RULE, before="1.1") for _ in range(3)])
    assert sum(one.labels for one in made) == 12
    assert set(Label.objects.values_list("status", flat=True)) == {"superseded"}
    assert recount() == 0


def test_only_labels_with_the_facet_and_of_an_older_version(newer, make_answer, judge, maintainer):
    answer = make_answer()
    judge(answer, "EEE")
    assert selectors.outdated(before="1.0", values=[], facets=[]).labels == 0
    assert selectors.outdated(before="1.1", values=[], facets=["hedged"]).labels == 0
    Label.objects.create(answer=answer, value="evasive", facets=["hedged"], guideline="1.1")
    assert selectors.outdated(before="1.1", values=[], facets=["hedged"]).labels == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"rule": "x"}, "rule"),
        ({"before": "9"}, "before"),
        ({"values": ["x"]}, "values"),
        ({"facets": ["x"]}, "facets"),
    ],
)
def test_what_cannot_be_asked_again(maintainer, labeller, reviewer, wrong, field):
    with pytest.raises(Invalid) as found:
        ask_again(by=maintainer, **{"rule": RULE, "before": "1.0", **wrong})
    assert list(found.value.fields) == [field]
    for one in (labeller, reviewer):
        with pytest.raises(Forbidden):
            ask_again(by=one, rule=RULE, before="1.0")


def test_the_maintainers_page_counts_and_asks(newer, make_answer, judge, maintainer, reviewer):
    judge(make_answer(), "EEE")
    here = reverse("annotations:ask_again", args=[RULE])
    assert signed_in_as(reviewer).get(here).status_code == 403
    client = signed_in_as(maintainer)
    assert "No label is that old." in client.get(here).content.decode()
    chosen = {"before": "1.1", "values": ["evasive", "censored"]}
    page = client.get(here, chosen).content.decode()
    assert "3 labels would be asked for again," in page and 'name="values" value="censored"' in page
    assert client.get(here, {"before": "9"}).status_code == 422
    assert Label.objects.filter(status="current").count() == 3
    done = client.post(here, chosen).content.decode()
    assert "3 labels are asked for again." in done and "No label is that old." in done
    assert Label.objects.filter(status="current").count() == 0
