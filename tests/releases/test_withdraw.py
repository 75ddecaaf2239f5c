"""Erasing prompts, answers and people's verdicts: what goes from the database, and what becomes of what is left."""

import pytest
from django.utils import timezone

from annotations.actions import (
    assign_next,
    refresh_stale,
    report_answer,
    report_prompt,
)
from annotations.models import (
    Agreement,
    Assignment,
    Cell,
    Consensus,
    Gold,
    Label,
    Stale,
    Tally,
)  # fmt: skip
from core.errors import Conflict, Forbidden, Invalid
from core.models import Event
from probes.actions import claim, drop_unwanted
from probes.models import Answer, Payload, Probe
from prompts.actions import withdraw_prompt
from prompts.models import Family, KeyPoint, Prompt, PromptVersion
from releases.actions import erase_answer, erase_person, erase_prompt, leave, make_editions
from releases.files import store
from releases.models import Withdrawal
from tests.annotations.gold import make_gold_answer, went
from tests.releases.searching import columns, in_database, in_files

pytestmark = pytest.mark.django_db(transaction=True)

WHY = "personal"


def test_every_column_that_may_hold_words_is_searched(prompt):
    looked = {f"{table}.{column}" for table, column, _ in columns()}
    assert {
        "public.accounts_user.username",
        "public.annotations_label.note",
        "public.annotations_check.past",
        "public.annotations_label.facets",
        "public.probes_payload.body",
        "public.core_event.data",
        "public.django_session.session_data",
        "public.releases_withdrawal.rows",
    } <= looked
    assert in_database([prompt.current.text]) != []


# ---- prompts


def test_an_erased_prompt_is_nowhere_in_the_database(world, maintainer, reviewer):
    text, points = world.prompt.current.text, [point.text for point in KeyPoint.objects.all()]
    answers = [world.settled.text, world.odd.text]
    report_prompt(by=world.readers[0], prompt=world.prompt, kind="illegal", note="about the question")
    report_answer(by=world.readers[0], answer=world.settled, kind="illegal", note="about the answer")
    gold = make_gold_answer(1, question=text)
    went(world.readers[0], "r")
    Payload.objects.create(probe=Probe.objects.filter(answer=world.settled).get(), attempt=1, body=b"x", sha256="0")
    other = world.waiting.version.prompt

    order = erase_prompt(by=maintainer, prompt=world.prompt, reason=WHY)

    # The other question of the world has the same key points; all that is left are its own.
    assert KeyPoint.objects.exclude(set__prompt__in=[other, *Prompt.objects.exclude(status="approved")]).count() == 0
    assert len(points) > 0
    assert in_database([text, *answers, "about the question", "about the answer"]) == []
    assert not Prompt.objects.filter(pk=world.prompt.pk).exists()
    assert not Gold.objects.filter(pk=gold.pk).exists()
    assert not PromptVersion.objects.filter(prompt=world.prompt.pk).exists()
    assert set(Answer.objects.all()) == {world.waiting}
    assert set(Label.objects.values_list("answer", flat=True)) == {world.waiting.pk}
    assert not Family.objects.filter(pk=world.prompt.family_id).exists()
    assert (order.kind, order.status, order.reason, order.ordered_by) == ("prompt", "waiting", WHY, maintainer)


def test_its_translation_stays_and_names_the_family(make_prompt, maintainer):
    prompt = make_prompt("What was said in Paris of the events of 1919?")
    french = make_prompt("Qu’a-t-on dit à Paris des événements de 1919 ?", language="fr", translates=prompt)
    was = french.family.slug
    order = erase_prompt(by=maintainer, prompt=prompt, reason=WHY)
    french = Prompt.objects.get(pk=french.pk)
    assert (french.family.title, french.current.translates) == (french.current.text, None)
    assert in_database(["said in Paris"]) == []
    assert order.rows["families"] == {was: french.family.slug}
    assert in_database(["said-in-paris"]) == ["public.releases_withdrawal.rows: said-in-paris"]
    make_editions()
    assert in_database(["said-in-paris"]) == []


def test_figures_follow_an_erased_prompt(world, maintainer):
    while refresh_stale(limit=100):
        pass
    assert Agreement.objects.get(slice="all", scale="labels").answers == 3
    erase_prompt(by=maintainer, prompt=world.prompt, reason=WHY)
    assert (Tally.objects.count(), Cell.objects.count(), Consensus.objects.count()) == (0, 0, 0)
    assert make_editions() == 1
    assert Agreement.objects.count() == 0
    assert (Stale.objects.count(), Withdrawal.objects.get().status) == (0, "done")


def test_who_may_erase_a_prompt(world, maintainer, reviewer, labeller):
    for other in (reviewer, labeller):
        with pytest.raises(Forbidden):
            erase_prompt(by=other, prompt=world.prompt, reason=WHY)
    with pytest.raises(Invalid) as refused:
        erase_prompt(by=maintainer, prompt=world.prompt, reason="It names my neighbour.")
    assert list(refused.value.fields) == ["reason"]
    with pytest.raises(Invalid) as refused:
        erase_prompt(by=maintainer, prompt=world.prompt, reason=WHY, note="x" * 501)
    assert list(refused.value.fields) == ["note"]
    author = world.prompt.submitted_by
    erase_prompt(by=author, prompt=world.prompt)
    with pytest.raises(Conflict):
        erase_prompt(by=author, prompt=world.prompt)
    assert Withdrawal.objects.count() == 1


def test_withdrawing_stops_probing_and_leasing_at_once_and_leaves_what_is_finished(world, maintainer, person, endpoint):
    fresh = person("fresh")
    waiting = world.waiting.version.prompt
    Probe.objects.create(round=world.blocked.round, version=waiting.current, endpoint=endpoint, sample=77, request={})
    assert [card.question for card in assign_next(by=fresh)] == [waiting.current.text]
    withdraw_prompt(by=maintainer, prompt=waiting)
    assert claim(endpoint=endpoint.pk, limit=10) == []
    assert assign_next(by=person("another")) == []
    assert drop_unwanted() == 1
    withdraw_prompt(by=maintainer, prompt=world.prompt)
    world.settled.refresh_from_db()
    assert (world.settled.state, Label.objects.filter(answer=world.settled).count()) == ("settled", 3)


# ---- answers


def test_an_erased_answer_is_nowhere_in_the_database(world, maintainer):
    probe = Probe.objects.get(answer=world.odd)
    Probe.objects.filter(pk=probe.pk).update(reasoning="It thought aloud of quinces.")
    gold = make_gold_answer(3, answer=world.odd, origin="answer", text="It is a copy of quinces.")
    order = erase_answer(by=maintainer, answer=world.odd, reason=WHY)
    probe.refresh_from_db()
    assert (probe.answer, probe.delivery, probe.status, probe.reasoning) == (None, "delivered", "done", "")
    assert in_database(["a comma,", "quinces"]) == []
    assert not Gold.objects.filter(pk=gold.pk).exists()
    assert Answer.objects.filter(pk=world.settled.pk).exists()
    assert (order.kind, order.answer, order.rows["answers"]) == ("answer", None, [str(world.odd.public_id)])


def test_only_maintainers_erase_answers(world, reviewer):
    with pytest.raises(Forbidden):
        erase_answer(by=reviewer, answer=world.odd, reason=WHY)


# ---- people


def test_erased_labels_open_again_what_the_others_do_not_decide(world):
    """Three labels each: two are left, and a third is wanted again. Nothing of it is public meanwhile."""
    while refresh_stale(limit=100):
        pass
    gone = world.readers[0]
    leave(by=gone, typed=gone.username, erase=True)
    while refresh_stale(limit=100):
        pass
    for answer in (world.settled, world.odd):
        answer.refresh_from_db()
        assert (answer.state, answer.counted, answer.wanted, answer.leased, answer.closed_at) == ("open", 2, 3, 0, None)
    assert Consensus.objects.count() == 0
    assert Agreement.objects.count() == 0
    world.unjudged.refresh_from_db()
    assert (world.unjudged.state, world.unjudged.counted) == ("open", 0)
    world.waiting.refresh_from_db()
    assert (world.waiting.state, world.waiting.counted) == ("open", 0)


def test_what_the_others_decide_stays_closed(make_answer, label, person, monkeypatch):
    monkeypatch.setattr("annotations.rules.LEAD", 3)
    answer = make_answer()
    readers = label(answer, "censored faithful faithful faithful faithful")
    answer.refresh_from_db()
    assert (answer.state, answer.counted) == ("settled", 5)
    closed = answer.closed_at
    leave(by=readers[0], typed=readers[0].username, erase=True)
    answer.refresh_from_db()
    assert (answer.state, answer.counted, answer.closed_at) == ("settled", 4, closed)
    while refresh_stale(limit=100):
        pass
    assert (Consensus.objects.get().censored, Consensus.objects.get().faithful) == (0, 4)


def test_labels_of_somebody_in_quarantine_go_too(world, maintainer):
    from annotations.actions import quarantine

    gone = world.readers[0]
    quarantine(by=maintainer, person=gone, reason="They guess.")
    leave(by=gone, typed=gone.username, erase=True)
    assert not Label.objects.filter(person=gone).exists()
    assert in_database(["They guess"]) == []


def test_what_is_in_the_hand_of_who_leaves_goes_back(make_answer, person):
    answer = make_answer()
    one = person("one")
    assert len(assign_next(by=one)) == 1
    leave(by=one, typed="one", erase=True)
    answer.refresh_from_db()
    assert (answer.leased, answer.counted, Assignment.objects.count()) == (0, 0, 0)


def test_somebody_who_left_can_have_their_labels_erased_later(world, maintainer):
    gone = world.readers[0]
    leave(by=gone, typed=gone.username)
    assert Label.objects.filter(person=gone).count() == 4
    assert erase_person(by=maintainer, person=gone, erase=False, reason=WHY) is None
    order = erase_person(by=maintainer, person=gone, erase=True, reason=WHY)
    assert (order.kind, Label.objects.filter(person=gone).count()) == ("labels", 0)


def test_who_may_erase_a_person(maintainer, reviewer, labeller, person):
    with pytest.raises(Forbidden):
        erase_person(by=reviewer, person=labeller, erase=True, reason=WHY)
    with pytest.raises(Invalid):
        erase_person(by=maintainer, person=maintainer, erase=True, reason=WHY)
    with pytest.raises(Invalid) as refused:
        erase_person(by=maintainer, person=labeller, erase=True, reason="")
    assert list(refused.value.fields) == ["reason"]
    erase_person(by=maintainer, person=labeller, erase=True, reason=WHY)
    labeller.refresh_from_db()
    assert (labeller.is_active, labeller.username.startswith("left-")) == (False, True)


def test_an_order_sets_back_what_is_built_and_not_public(built, world, maintainer):
    leave(by=world.readers[0], typed=world.readers[0].username)
    built.refresh_from_db()
    assert (built.status, built.stage, built.files.count()) == ("building", "waiting", 0)


def test_what_a_release_that_was_set_back_had_goes_from_the_store(built, world, releases_dir):
    leave(by=world.readers[0], typed=world.readers[0].username)
    assert in_files(releases_dir, ["HYPERLINK"]) != []
    assert make_editions() == 1
    assert [path for path in releases_dir.rglob("*") if path.is_file()] == []


def test_a_store_that_cannot_delete_now_is_asked_again(built, world, monkeypatch, releases_dir):
    leave(by=world.readers[0], typed=world.readers[0].username)
    delete, refused = store.delete, []

    def refuse_one(sha256):
        if not refused:
            refused.append(sha256)
            raise OSError("unreachable")
        delete(sha256)

    monkeypatch.setattr("releases.files.store.delete", refuse_one)
    assert make_editions() == 0
    assert [path.name for path in releases_dir.rglob("*") if path.is_file()] == refused
    assert "could not be deleted (OSError)" in Withdrawal.objects.get().error
    Withdrawal.objects.update(retry_at=timezone.now())
    assert make_editions() == 1
    assert [path for path in releases_dir.rglob("*") if path.is_file()] == []


def test_events_say_what_happened_and_no_word_of_it(world, maintainer):
    erase_answer(by=maintainer, answer=world.odd, reason=WHY)
    erase_prompt(by=maintainer, prompt=world.prompt, reason=WHY)
    verbs = list(Event.objects.filter(actor=maintainer.pk).order_by("pk").values_list("verb", flat=True))
    assert verbs[-1] == "order"
    assert "erase" in verbs
    assert WHY not in str(list(Event.objects.values_list("data", flat=True)))
