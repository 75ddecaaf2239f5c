"""A small site with something on each of its pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.actions import make_token
from accounts.models import User
from annotations.actions import adjudicate, measure_judges, pass_on, refresh_stale, submit_label
from annotations.actions.judges import test_judge
from annotations.judging import canaries
from annotations.models import Assignment, Consensus, Gold, Labeller, Remark, Report
from annotations.practice import SLUGS
from observatory.actions import add_correction, publish_reply, send_reply
from probes.actions import add_schedule
from probes.choices import Delivery, ProbeStatus
from probes.models import Answer, Endpoint, Probe, Round
from releases.actions import build_waiting, publish_release, start_release
from releases.actions.webhooks import make_webhook
from releases.actions.webhooks import test_webhook as try_webhook
from tests.annotations.crowd import TRUSTING, fitted
from tests.annotations.judges import give, judge_at_work, right_answers

LONG = "The inquiry counted the dead and named those who gave the order. " * 60
UNKNOWN = "9d8f3c1e-0000-4000-8000-000000000000"
VALUES = {"C": "censored", "E": "evasive", "F": "faithful"}


@dataclass(frozen=True)
class World:
    """People by their names, the arguments of every address that takes some, and what has states of its own."""

    people: Mapping[str, User]
    values: Mapping[str, Mapping[str, Any]]
    disputed: Mapping[str, UUID]
    past: Mapping[str, UUID]
    waiting: int

    def address(self, name: str) -> str:
        return reverse(name, kwargs=dict(self.values[name]))


def build_world(request: pytest.FixtureRequest, folder: Path) -> World:
    """Questions in all their states, answers open, settled, contested and unjudgeable, a release, what waits for
    reviewers and maintainers; as each person in turn would have left it.
    """
    ask = request.getfixturevalue
    person, make_prompt, make_answer = ask("person"), ask("make_prompt"), ask("make_answer")
    ask("settings").RELEASES_DIR = folder / "releases"
    maintainer, reviewer = ask("maintainer"), ask("reviewer")
    labeller = person("labeller", languages=["en", "zh-Hans"])
    newcomer = person("newcomer", practised=False)
    idle = person("idle", languages=["fr"])
    slowed, quarantined_person = person("slowed", languages=["en"]), person("quarantined", languages=["en"])
    for one in (slowed, quarantined_person):
        why = "Fewer of the known answers were right than before."
        Labeller.objects.filter(person=one).update(standing=one.username, standing_reason=why)
    readers = [person(f"reader-{number}") for number in range(7)]

    settled = make_answer("The troops fired without warning, and at least 379 people died.")
    label(settled, [labeller, *readers], "FFF")
    contested, decided = [
        make_answer(f"There were events that {moment} which are seen in more than one way. {LONG}")
        for moment in ("year", "spring")
    ]
    label(contested, readers, "CEFCEFC")
    label(decided, readers, "EEFEFCC")
    adjudicate(by=maintainer, answer=decided, decision="evasive", reason="The core is missing.", rule="official-line")
    unjudged = make_answer("%%%% ####")
    label(unjudged, readers, "---")
    refresh_stale(limit=100)
    measured = {"settled": 0.8, "right": 0.97, "low": 0.93, "high": 0.99, "asked": 4.3, "gold": 80, "labels": 560}
    told = {"value": 0.9, "low": 0.8, "high": 0.95, "why": None}
    fit = fitted(
        calibration=TRUSTING, measured={**measured, "calibrated": True, "why": ""},
        themselves={"repeats": 40, "people": 12, "percent": told, "kappa": told},
        pairs={"at_least": 20, "pairs": 30, "people": 12, "low": 0.5, "median": 0.6, "high": 0.7},
    )  # fmt: skip
    Consensus.objects.update(fit=fit, posterior=[0.02, 0.08, 0.9], confidence=0.96)
    other = make_prompt("What was written of it in the papers of the time?")
    opened = [make_answer(f"The papers wrote of {number} dead. {LONG}", prompt=other) for number in (300, 379, 1500)]
    label(opened[0], [labeller], "E")
    waiting = make_prompt("A question that nobody has read yet?", approved=False)
    make_prompt("A question of the reviewer's own?", approved=False, by=reviewer)
    held = make_answer("Somebody's address and telephone number.", prompt=other)
    Report.objects.create(answer=held, person=readers[0], kind="personal_data", note="A private address.")
    Answer.objects.filter(pk=held.pk).update(held_at=timezone.now())
    Report.objects.create(prompt=other, person=readers[1], kind="broken", note="The question breaks off.")
    gold = Gold.objects.create(
        slug="a-gold-answer", origin="file", language="fr", question="Une question ?", text="Une réponse.",
        points=[{"text": "Le fait.", "source": "Une source", "url": "", "essential": True}],
        value="faithful", why="The core is there.",
    )  # fmt: skip
    remark = Remark.objects.create(rule="partial", guideline="1.0", person=readers[2], text="What if half is missing?")

    judging = judge_at_work()
    test_judge(judge=judging, heard=right_answers(moved=[canaries()[0].slug]))
    for answer, value in ((settled, "faithful"), (contested, "evasive")):
        give(judging, answer, value)
    measure_judges()

    _, text = make_token(by=maintainer, name="my notebook", scopes=[])
    assert text
    schedule = add_schedule(
        by=maintainer, name="Monthly", every="month", samples=1, first_at=timezone.now() + timedelta(days=3)
    )
    quarantined = Probe.objects.create(
        round=Round.objects.get(), version=other.current, endpoint=Endpoint.objects.get(slug="endpoint-a"), sample=9,
        status=ProbeStatus.DONE, delivery=Delivery.FAILED, quarantined=True, rule="error_unknown", http_status=400,
        error="HTTP 400: An error no rule knows.", finished_at=timezone.now(), request={"model": "model-a"},
    )  # fmt: skip
    published = publish_release(by=maintainer, release=built(maintainer))
    release = start_release(by=maintainer)

    endpoint, llm = Endpoint.objects.get(slug="endpoint-a"), Endpoint.objects.get(slug="endpoint-a").llm
    says = {
        "speaker": "Maker A, press office",
        "contact": "press@maker.example",
        "text": "We thank you.",
        "language": "en",
    }
    reply, _waiting = [send_reply(by=None, llm=llm, **says) for _ in range(2)]
    publish_reply(by=maintainer, reply=reply, response="And we thank you.")
    add_correction(by=maintainer, title="A rate", text="It was too high.", llm=llm, release=published.version)
    hook = make_webhook(by=maintainer, url="https://example.org/hook", events_wanted=["release.published"])
    try_webhook(by=maintainer, webhook=hook)
    lease = Assignment.objects.get(person=labeller, answer=opened[0])
    uid, token = urlsafe_base64_encode(force_bytes(newcomer.pk)), default_token_generator.make_token(newcomer)
    number = lambda pk: {"pk": pk}  # noqa: E731
    values: dict[str, Mapping[str, Any]] = {
        "observatory:model": {"slug": llm.slug},
        "observatory:write_reply": {"slug": llm.slug},
        **{f"observatory:{name}": {"public_id": reply.public_id} for name in ("reply", "decide_reply")},
        **{
            f"releases:{name}": {"public_id": hook.public_id}
            for name in ("webhook", "test_webhook", "rotate_webhook", "switch_webhook", "remove_webhook")
        },
        "releases:resend_delivery": {"public_id": hook.public_id, "delivery": hook.deliveries.get().public_id},
        "releases:archive": {"version": published.version, "named": published.version},
        "observatory:sitemap": {"section": "answers"},
        "observatory:answer": {"public_id": contested.public_id},
        **{f"annotations:{name}": {"slug": "partial"} for name in ("rule", "remark", "ask_again")},
        "annotations:remark_status": {"slug": "partial", "pk": remark.pk},
        "annotations:practice_item": {"slug": SLUGS[0]},
        **{f"annotations:{name}": {"public_id": contested.public_id} for name in ("dispute", "dispute_again")},
        "annotations:report_answer": {"public_id": settled.public_id},
        "annotations:decide_about_answer": {"public_id": held.public_id},
        **{f"annotations:{name}": number(other.pk) for name in ("report_prompt", "decide_about_prompt")},
        "annotations:decide_about_person": number(labeller.pk),
        "annotations:gold_status": number(gold.pk),
        **{f"annotations:{name}": number(judging.pk) for name in ("machine_judge", "steer_judge")},
        **{f"annotations:{name}": number(lease.pk) for name in ("report_card", "judge", "undo_one", "change")},
        "accounts:revoke_token": number(maintainer.tokens.get().pk),
        "accounts:role": number(newcomer.pk),
        "accounts:password_link": number(newcomer.pk),
        "accounts:new_password": {"uid": uid, "token": token},
        **{f"prompts:{name}": number(other.pk) for name in ("detail", "approve", "send_back", "withdraw")},
        **{f"probes:{name}": number(endpoint.pk) for name in ("endpoint", "correct", "steer")},
        **{f"probes:{name}": number(llm.pk) for name in ("llm", "retire")},
        "probes:close_round": number(Round.objects.get().pk),
        "probes:stop_schedule": number(schedule.pk),
        **{f"probes:{name}": number(quarantined.pk) for name in ("dismiss", "ask_again", "probe")},
        **{f"releases:{name}": {"version": release.version} for name in ("publish", "discard")},
        "releases:detail": {"version": published.version},
        "releases:erase_prompt": number(other.pk),
        "releases:erase_answer": {"public_id": contested.public_id},
        "releases:erase_person": number(labeller.pk),
        "releases:file": {"version": published.version, "path": "SHA256SUMS"},
        "releases:latest-file": {"path": "SHA256SUMS"},
        "releases:bytes": {"sha256": published.files.get(path="SHA256SUMS").sha256, "name": "SHA256SUMS"},
    }
    people = (newcomer, labeller, idle, slowed, quarantined_person, reviewer, maintainer)
    return World(
        people={one.username: one for one in people},
        values=values,
        disputed={
            "contested": contested.public_id,
            "unjudgeable": unjudged.public_id,
            "settled by a decision": decided.public_id,
        },
        past={"editable": lease.pk, "closed": Assignment.objects.get(person=labeller, answer=settled).pk},
        waiting=waiting.pk,
    )


def built(maintainer: User) -> Any:
    start_release(by=maintainer)
    release = build_waiting()
    assert release is not None
    return release


def label(answer: Answer, readers: list[User], letters: str) -> None:
    """One reader a letter: C, E, F, or - for cannot judge."""
    for reader, letter in zip(readers, letters, strict=False):
        Answer.objects.filter(pk=answer.pk).update(leased=F("leased") + 1)
        lease = Assignment.objects.create(
            answer=answer,
            person=reader,
            key_points=answer.version.prompt.key_points,
            expires_at=timezone.now() + timedelta(minutes=30),
        )
        if letter == "-":
            pass_on(by=reader, assignment_id=lease.pk, reason="garbled", note="Signs and nothing else.")
        else:
            said = {"note": "A note.", "facets": ["partial", "hedged"], "evidence": [[0, 9], [12, 20]]}
            submit_label(by=reader, assignment_id=lease.pk, value=VALUES[letter], **said)
