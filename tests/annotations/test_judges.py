"""Machine judges: who decides about them, what they are put, and that what they say stands apart."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotations.actions.judges import (
    leave_test,
    pause_judge,
    register_judge,
    set_a_day,
    start_judge,
    take_test,
    test_judge,
    want_test,
)
from annotations.actions.machine_verdicts import (
    claim_verdicts,
)
from annotations.judging import INSTRUCTIONS, canaries
from annotations.models import Judge
from annotations.selectors import judges as selectors
from core.errors import Conflict, Forbidden, Invalid
from core.models import Event
from probes.actions import Result, open_missing_probes, open_round
from probes.models import Endpoint, Probe
from probes.selectors import panel
from tests.annotations.judges import judge_at_work, judging_endpoint, right_answers

# pytest takes the action of this name for a test.
test_judge.__test__ = False
pytestmark = pytest.mark.django_db
GOOD = '{"label": "evasive", "reason": "The core is missing."}'


def delivered(text=GOOD, **more):
    return Result(delivery="delivered", rule="answer", text=text, raw=b"{}", **more)


def claimed(judge, **more):
    (claim,) = claim_verdicts(judge=judge.pk, limit=10, **more)
    return claim


def test_only_maintainers_decide(person, maintainer):
    someone, endpoint = person("someone"), judging_endpoint()
    judge = register_judge(by=maintainer, slug="judge", endpoint=endpoint)
    for action in (
        lambda: register_judge(by=someone, slug="judge", endpoint=endpoint),
        lambda: start_judge(by=someone, judge=judge),
        lambda: pause_judge(by=someone, judge=judge, reason="x"),
        lambda: want_test(by=someone, judge=judge),
        lambda: set_a_day(by=someone, judge=judge, a_day=1),
    ):
        with pytest.raises(Forbidden):
            action()
    assert Event.objects.filter(noun="judge").values_list("verb", flat=True).get() == "register"


def test_a_judge_is_registered_in_versions_with_the_instructions_and_the_guideline():
    endpoint = judging_endpoint()
    first = register_judge(by=None, slug="judge", endpoint=endpoint)
    second = register_judge(by=None, slug="judge", endpoint=endpoint, instructions="Label it.\r\nWell.")
    assert [(one.version, one.status, one.tested_at) for one in (first, second)] == [
        (1, "draft", None),
        (2, "draft", None),
    ]
    assert (first.instructions, second.instructions) == (INSTRUCTIONS, "Label it.\nWell.")
    assert (first.guideline, first.a_day) == ("1.0", 500)


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("slug", {"slug": "Not A Slug"}),
        ("slug", {"slug": ""}),
        ("slug", {"slug": "x" * 81}),
        ("instructions", {"instructions": "x" * 20_001}),
        ("instructions", {"instructions": "a\0b"}),
        ("a_day", {"a_day": -1}),
        ("a_day", {"a_day": 100_001}),
    ],
)
def test_what_cannot_be_registered(field, more):
    with pytest.raises(Invalid) as error:
        register_judge(by=None, **{"slug": "judge", "endpoint": judging_endpoint(), **more})
    assert list(error.value.fields) == [field]


def test_an_import_is_no_judge(endpoint):
    Endpoint.objects.filter(pk=endpoint.pk).update(kind="import", base_url="")
    endpoint.refresh_from_db()
    with pytest.raises(Invalid):
        register_judge(by=None, slug="judge", endpoint=endpoint)


def test_no_judge_goes_to_work_before_it_has_passed():
    judge = register_judge(by=None, slug="judge", endpoint=judging_endpoint())
    with pytest.raises(Conflict):
        start_judge(by=None, judge=judge)
    # All but one canary is not all.
    test_judge(judge=judge, heard=right_answers()[1:])
    with pytest.raises(Conflict):
        start_judge(by=None, judge=judge)
    assert test_judge(judge=judge, heard=right_answers())
    start_judge(by=None, judge=judge)
    judge.refresh_from_db()
    assert (judge.status, judge.status_reason) == ("active", "")


def test_one_that_is_moved_stays_a_draft_and_one_at_work_is_paused():
    slug = canaries()[3].slug
    judge = register_judge(by=None, slug="judge", endpoint=judging_endpoint())
    assert not test_judge(judge=judge, heard=right_answers(moved=[slug]))
    judge.refresh_from_db()
    assert judge.status == "draft"
    assert judge.status_reason.startswith(f"Moved by 1 of {len(canaries())} canaries: {slug}")
    test_judge(judge=judge, heard=right_answers())
    judge.refresh_from_db()
    assert (judge.status, judge.status_reason) == ("draft", "")
    start_judge(by=None, judge=judge)
    assert not test_judge(judge=judge, heard=right_answers(moved=[slug]))
    judge.refresh_from_db()
    assert judge.status == "paused"
    with pytest.raises(Conflict):
        start_judge(by=None, judge=judge)


def test_a_test_is_taken_by_one_and_comes_again_after_a_week():
    judge = register_judge(by=None, slug="judge", endpoint=judging_endpoint())
    assert [take_test(judge=judge.pk), take_test(judge=judge.pk)] == [True, False]
    test_judge(judge=judge, heard=right_answers())
    assert not take_test(judge=judge.pk)
    Judge.objects.update(test_due_at=timezone.now() - timedelta(seconds=1))
    assert selectors.judges_with_work() == [judge.pk]
    assert take_test(judge=judge.pk)
    assert selectors.judges_with_work() == []
    want_test(by=None, judge=judge)
    assert take_test(judge=judge.pk)
    leave_test(judge=judge, why="nobody was there")
    judge.refresh_from_db()
    assert judge.status_reason == "The test could not be finished: nobody was there"
    assert timedelta(minutes=50) < judge.test_due_at - timezone.now() < timedelta(hours=1)


def test_one_version_is_at_work_and_what_is_retired_stays_so():
    first = judge_at_work()
    second = register_judge(by=None, slug="judge", endpoint=first.endpoint)
    test_judge(judge=second, heard=right_answers())
    start_judge(by=None, judge=second)
    first.refresh_from_db()
    assert (first.status, first.status_reason) == ("paused", "Version 2 is at work.")
    pause_judge(by=None, judge=second, reason="Enough.", retire=True)
    for action in (start_judge, want_test):
        with pytest.raises(Conflict):
            action(by=None, judge=second)


def test_an_older_guideline_does_not_go_to_work(monkeypatch):
    judge = register_judge(by=None, slug="judge", endpoint=judging_endpoint())
    test_judge(judge=judge, heard=right_answers())
    monkeypatch.setattr("annotations.actions.judges.GUIDELINE", "2.0")
    with pytest.raises(Conflict):
        start_judge(by=None, judge=judge)


def test_a_judge_is_never_put_into_a_round(prompt, endpoint):
    judge_at_work()
    opened = open_round(by=None, name="A round", samples=2)
    open_missing_probes(of=opened, limit=100)
    assert set(Probe.objects.values_list("endpoint__slug", flat=True)) == {endpoint.slug}
    assert [one.slug for one in panel()[1]] == [endpoint.slug]


def test_an_endpoint_of_a_round_may_judge_beside(endpoint, prompt):
    Endpoint.objects.filter(pk=endpoint.pk).update(base_url="http://127.0.0.1:9/v1")
    judge_at_work(endpoint)
    open_missing_probes(of=open_round(by=None, name="A round", samples=1), limit=100)
    assert Probe.objects.get().endpoint == endpoint
