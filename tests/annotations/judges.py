"""Judges for tests: registered, tested and at work, without asking anybody."""

from django.utils import timezone

from annotations.actions.judges import Heard, register_judge, start_judge, test_judge
from annotations.choices import VerdictStatus
from annotations.judging import canaries
from annotations.models import Consensus, Judge, Verdict
from probes.actions import add_endpoint, add_llm
from probes.models import Answer


def judging_endpoint(slug="judge-place", **more):
    llm = add_llm(by=None, slug="judge-model", name="Judge Model", maker="Maker J", maker_country="DE")
    values = {"kind": "judge", "base_url": "http://127.0.0.1:9/v1", "served_name": "judge", "allow_private": True}
    return add_endpoint(by=None, llm=llm, slug=slug, **{**values, **more})


def right_answers(moved=()):
    """What a judge says of every canary: what is right, but for those that move it."""
    return [
        Heard(one.slug, one.right, one.orders if one.slug in moved and one.orders != "cannot_judge" else
              "" if one.slug in moved else one.right, "said")
        for one in canaries()
    ]  # fmt: skip


def judge_at_work(endpoint=None, **more):
    judge = register_judge(by=None, slug="judge", endpoint=endpoint or judging_endpoint(), **more)
    assert test_judge(judge=judge, heard=right_answers())
    start_judge(by=None, judge=judge)
    return Judge.objects.get(pk=judge.pk)


def give(judge, answer, value):
    """A verdict; empty for one that was passed on."""
    given = {"status": VerdictStatus.GIVEN if value else VerdictStatus.PASSED, "given_at": timezone.now()}
    return Verdict.objects.create(judge=judge, answer=answer, value=value, reason="So it looks.", **given)


def settle_as(answer, value):
    """Closes an answer with a settled label, as if people had given it."""
    Answer.objects.filter(pk=answer.pk).update(state="settled", closed_at=timezone.now(), counted=3, wanted=3)
    Consensus.objects.update_or_create(answer=answer, defaults={value: 3, "value": value})
    answer.refresh_from_db()
    return answer
