"""An import beside workers that record, labellers, and other imports: nobody waits for it long, and nobody for ever."""

import json
import random
import threading
import time

import pytest
from django.db import connection, transaction
from django.utils import timezone

from core.errors import Conflict, Invalid
from probes.actions import (
    Finished,
    ImportReport,
    begin_import,
    complete_import,
    import_answers,
    import_loading,
    import_texts,
    record_answer,
    record_result,
    record_results,
    stage_piece,
)
from probes.models import Answer, Probe, StagedImport
from tests.probes.import_beside import at_once, claimed, delivered
from tests.probes.import_files import record, sha, study

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = [
    {"kind": "batch", "source": "A study", "licence": "CC BY 4.0", "may_publish": True},
    {"kind": "llm", "slug": "model-b", "name": "Model B", "maker": "Maker B", "maker_country": "DE"},
    {"kind": "endpoint", "slug": "b-recorded", "llm": "model-b"},
]


def brought(prompt, sample, text, **more):
    return {
        "kind": "answer", "endpoint": "b-recorded", "family": prompt.family.slug, "language": "en",
        "prompt": prompt.current.text, "sample": sample, "delivery": "delivered", "text": text, **more,
    }  # fmt: skip


def staged(rows):
    """The SHA-256 of these rows as a file that has come whole."""
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    begin_import(by=None, sha256=sha(content), size=len(content))
    stage_piece(by=None, sha256=sha(content), offset=0, content=content)
    return sha(content)


def test_a_worker_records_the_same_text_while_a_file_comes_in(prompt, endpoint):
    (one,) = claimed([prompt], endpoint)
    sha256 = staged([*HEAD, *(brought(prompt, n, "Same." if n == 1 else f"Text {n}.") for n in range(1, 301))])
    waited = []

    def tick(step, lines):
        if lines != 303:
            return
        # All is read and written, and the import could go on for hours.
        begun = time.monotonic()
        gave = at_once(lambda: record_result(probe_id=one.probe, attempt=one.attempt, result=delivered("Same.")))
        waited.append((gave, time.monotonic() - begun < 2, at_once(record)))

    assert complete_import(by=None, sha256=sha256, tick=tick).answers == 300
    assert [(gave, soon) for gave, soon, _ in waited] == [([True], True)]
    # Of the import nobody had seen anything: one model, one endpoint, one answer and one probe were there.
    assert waited[0][2] == [[0, 1, 1, 1, 1]]
    same = Answer.objects.get(text="Same.")
    assert (same.state, same.probes.count(), Answer.objects.count()) == ("open", 2, 300)
    assert not Probe.objects.filter(answer=None).exists()


def test_workers_and_an_import_never_wait_in_a_circle(make_prompt, endpoint, monkeypatch):
    """The same texts come from both sides in any order and one by one."""
    monkeypatch.setattr(import_loading, "AT_ONCE", 1)
    prompts = [make_prompt(text=f"What happened on day {day} of {day + 1900}?") for day in range(5)]
    for turn in range(4):
        texts = {prompt.current_id: f"Answer {turn}." for prompt in prompts}
        finished = [
            Finished(one.probe, one.attempt, delivered(texts[Probe.objects.get(pk=one.probe).version_id]))
            for one in claimed(prompts, endpoint)
        ]
        rows = [brought(one, 1, texts[one.current_id]) for one in prompts]
        random.shuffle(rows)
        random.shuffle(finished)
        sha256 = staged([HEAD[0] | {"remark": str(turn)}, *HEAD[1:], *rows])
        report, recorded, others = at_once(
            lambda sha256=sha256: complete_import(by=None, sha256=sha256),
            lambda some=finished[:3]: record_results(some),
            lambda some=finished[3:]: record_results(some),
        )
        assert (report.answers, recorded | others) == (5, {one.probe for one in finished})
        assert Answer.objects.count() == 5 * (turn + 1)


def test_a_worker_in_the_middle_of_a_batch_waits_in_the_same_order(make_prompt, endpoint, monkeypatch):
    """It holds one text of the file already and brings another: the import waits for it, not it for the import."""
    monkeypatch.setattr(import_loading, "AT_ONCE", 1)
    first, second = (make_prompt(text=f"What happened in {year}?") for year in (1901, 1902))
    one, two = sorted(claimed([first, second], endpoint), key=lambda one: one.probe)
    sha256 = staged([*HEAD, brought(second, 1, "B."), brought(first, 1, "A.")])
    holds, begun = threading.Event(), threading.Event()

    def work():
        with transaction.atomic():
            record_result(probe_id=one.probe, attempt=one.attempt, result=delivered("A."))
            holds.set()
            begun.wait(5)
            time.sleep(0.3)
            return record_result(probe_id=two.probe, attempt=two.attempt, result=delivered("B."))

    def bring():
        holds.wait(5)
        begun.set()
        return complete_import(by=None, sha256=sha256)

    assert at_once(work, bring) == [True, ImportReport(answers=2, prompts=0, endpoints=1)]
    assert [answer.probes.count() for answer in Answer.objects.all()] == [2, 2]


def test_an_answer_of_an_import_is_as_one_that_is_recorded(make_prompt, endpoint):
    first, second = (make_prompt(text=f"What happened in {year}?") for year in (1901, 1902))
    record_answer(version=first.current, text="Nul is \\x00.", escaped=True)
    import_answers(
        by=None, lines=[json.dumps(row) for row in [*HEAD, brought(second, 1, "Nul is \\x00.", escaped=True)]]
    )
    own = {"id", "public_id", "version_id", "shuffle", "created_at"}
    columns = [
        {name: value for name, value in row.items() if name not in own}
        for row in Answer.objects.order_by("pk").values()
    ]
    assert columns[0] == columns[1]
    made = Answer.objects.get(version=second.current)
    assert (0 <= made.shuffle < 1, made.public_id.version) == (True, 4)


@pytest.mark.parametrize(("may_publish", "now"), [(True, True), (False, False)])
def test_what_may_be_published_by_one_source_may_be(prompt, may_publish, now):
    answer = record_answer(version=prompt.current, text="Hidden.", escaped=False, may_publish=False)
    head = HEAD[0] | {"may_publish": may_publish}
    import_answers(by=None, lines=[json.dumps(row) for row in [head, *HEAD[1:], brought(prompt, 1, "Hidden.")]])
    answer.refresh_from_db()
    assert (answer.may_publish, answer.probes.count()) == (now, 1)


def test_what_was_withdrawn_is_open_again_when_a_file_brings_it(prompt):
    answer = record_answer(version=prompt.current, text="Withdrawn.", escaped=False)
    Answer.objects.update(state="withdrawn", closed_at=timezone.now())
    import_answers(by=None, lines=[json.dumps(row) for row in [*HEAD, brought(prompt, 1, "Withdrawn.")]])
    answer.refresh_from_db()
    assert (answer.state, answer.closed_at) == ("open", None)


def test_of_many_that_complete_a_file_one_does_and_the_others_hear_so(prompt):
    content = study(prompt)
    for turn in range(5):
        file = content.replace(b"A study", b"Study %d" % turn)
        begin_import(by=None, sha256=sha(file), size=len(file))
        stage_piece(by=None, sha256=sha(file), offset=0, content=file)
        said = at_once(*[lambda file=file: complete_import(by=None, sha256=sha(file))] * 4)
        done = [one for one in said if isinstance(one, ImportReport) and not one.skipped]
        rest = [one for one in said if not (isinstance(one, ImportReport) and not one.skipped)]
        assert [one.answers for one in done] == [7]
        assert [one for one in rest if not (isinstance(one, Conflict) or one == ImportReport(skipped=True))] == []


def test_who_comes_as_the_file_is_just_imported_hears_so(prompt, monkeypatch):
    """It was not in the record when this looked, and no longer on its way when this took it up."""
    content = study(prompt)
    import_answers(by=None, lines=content.decode().splitlines())
    looked = iter([False, True])
    monkeypatch.setattr("probes.actions.imports.imported", lambda sha256: next(looked))
    assert complete_import(by=None, sha256=sha(content)) == ImportReport(skipped=True)


def test_a_file_that_is_imported_while_it_is_announced_again_is_not_begun(prompt, monkeypatch):
    content = study(prompt)
    import_answers(by=None, lines=content.decode().splitlines())
    looked = iter([False, True])
    monkeypatch.setattr("probes.actions.import_staging.imported", lambda sha256: next(looked))
    assert begin_import(by=None, sha256=sha(content), size=len(content)) is None
    assert StagedImport.objects.count() == 0


def test_one_import_at_a_time_is_completed(prompt):
    first, second = staged([*HEAD, brought(prompt, 1, "A.")]), staged([*HEAD, brought(prompt, 1, "B.")])
    said = []

    def tick(step, lines):
        said.extend(at_once(lambda: complete_import(by=None, sha256=second)))

    assert complete_import(by=None, sha256=first, tick=tick).answers == 1
    assert [(type(one), one.message) for one in said] == [
        (Conflict, "Another import is being completed at this moment. Try again later.")
    ]
    assert complete_import(by=None, sha256=second).answers == 1


def ended(times, monkeypatch):
    """The last part of an import is ended so many times by a real deadlock's error."""
    give, left = import_texts.give, [times]

    def gives(**told):
        with transaction.atomic():
            give(**told)
            if told["ours"] and left[0]:
                left[0] -= 1
                with connection.cursor() as cursor:
                    cursor.execute("DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40P01'; END $$")

    monkeypatch.setattr(import_texts, "give", gives)


def test_what_postgresql_ends_for_another_is_done_again(prompt, monkeypatch):
    sha256 = staged([*HEAD, brought(prompt, 1, "A.")])
    ended(2, monkeypatch)
    assert complete_import(by=None, sha256=sha256).answers == 1
    assert Answer.objects.get().probes.count() == 1


def test_ended_again_and_again_it_says_so_and_can_be_tried_later(prompt, monkeypatch):
    sha256 = staged([*HEAD, brought(prompt, 1, "A.")])
    ended(3, monkeypatch)
    with pytest.raises(Conflict, match="Nothing was imported: others were writing the same"):
        complete_import(by=None, sha256=sha256)
    assert record() == [0, 0, 0, 0, 0]
    assert complete_import(by=None, sha256=sha256).answers == 1


def test_a_file_answers_our_questions_so_often_at_most(prompt, monkeypatch):
    monkeypatch.setattr(import_loading, "OURS_AT_MOST", 2)
    asked = {
        "kind": "prompt", "family": "wall", "language": "en", "text": "Why a wall?",
        "topic": prompt.family.topic.slug, "prompt_kind": "neutral_control", "act": "explain",
    }  # fmt: skip
    other = {"family": "wall", "prompt": "Why a wall?"}
    theirs = [brought(prompt, n, f"Text {n}.") | other for n in range(1, 6)]
    refused = brought(prompt, 9, "", delivery="blocked_input")
    good = [*HEAD, asked, *theirs, refused, brought(prompt, 1, "A."), brought(prompt, 2, "B.")]
    with pytest.raises(Invalid) as caught:
        rows = [*good, brought(prompt, 3, "C."), brought(prompt, 4, "D.")]
        import_answers(by=None, lines=[json.dumps(row) for row in rows])
    (said,) = caught.value.fields["lines"]
    assert said == f"Line {len(good) + 1}: {import_loading.TOO_MANY}"
    assert import_answers(by=None, lines=[json.dumps(row) for row in good]).answers == 8
