"""A file on its way in: it may break off anywhere, goes on where it stopped, and comes in whole or not at all."""

import io
import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.models import Event
from probes.actions import (
    begin_import,
    complete_import,
    drop_abandoned_imports,
    drop_import,
    import_file,
    import_staging,
    imports,
    stage_piece,
)
from probes.actions.import_staging import OutOfStep
from probes.models import ImportBatch, StagedChunk, StagedFault, StagedImport
from tests.probes.import_files import announce, record, sha, study

pytestmark = pytest.mark.django_db


@pytest.fixture
def content(prompt):
    return study(prompt)


@pytest.mark.parametrize("step", [1, 7, 100, 1000, 10**6])
def test_a_file_comes_in_pieces_of_any_size(content, step):
    announce(content)
    for at in range(0, len(content), step):
        staged = stage_piece(by=None, sha256=sha(content), offset=at, content=content[at : at + step])
        assert (staged.received, staged.lines) == (len(content[: at + step]), content[: at + step].count(b"\n"))
        assert record() == [0, 0, 0, 0, 0]
    report = complete_import(by=None, sha256=sha(content))
    assert (report.answers, report.prompts, report.endpoints, report.skipped) == (7, 0, 1, False)
    assert record() == [1, 1, 1, 3, 7]
    assert (StagedImport.objects.count(), StagedChunk.objects.count()) == (0, 0)
    assert Event.objects.filter(verb="import").get().data == {"answers": 7, "prompts": 0, "endpoints": 1}


def test_the_last_line_needs_no_line_break(content):
    short = content.rstrip(b"\n")
    assert import_file(by=None, file=io.BytesIO(short)).answers == 7


def test_what_was_sent_is_not_sent_again(content, monkeypatch):
    monkeypatch.setattr(imports, "PIECE", 200)
    sent = []

    def stage(**piece):
        if len(sent) == 3:
            raise KeyboardInterrupt
        sent.append(piece["offset"])
        return stage_piece(**piece)

    monkeypatch.setattr(imports, "stage_piece", stage)
    with pytest.raises(KeyboardInterrupt):
        import_file(by=None, file=io.BytesIO(content))
    assert (sent, StagedImport.objects.get().received, record()) == ([0, 200, 400], 600, [0, 0, 0, 0, 0])
    monkeypatch.setattr(imports, "stage_piece", stage_piece)
    steps = []
    assert import_file(by=None, file=io.BytesIO(content), tick=lambda *step: steps.append(step)).answers == 7
    assert next(step for step in steps if step[0] == "send") == ("send", content[:600].count(b"\n"))
    assert steps[-1] == ("import", 10)


def test_a_piece_out_of_step_is_told_where_to_go_on(content):
    announce(content)
    stage_piece(by=None, sha256=sha(content), offset=0, content=content[:100])
    for offset in (0, 50, 101, 10**9):
        with pytest.raises(OutOfStep) as caught:
            stage_piece(by=None, sha256=sha(content), offset=offset, content=b"x")
        assert (caught.value.received, caught.value.message) == (100, "The import has 100 bytes. Go on from there.")
    assert stage_piece(by=None, sha256=sha(content), offset=100, content=b"").received == 100


def test_not_more_than_was_announced_and_not_too_much_at_once(content, monkeypatch):
    announce(content)
    with pytest.raises(Invalid, match=f"{len(content)} bytes; with this piece it would have {len(content) + 1}"):
        stage_piece(by=None, sha256=sha(content), offset=0, content=content + b"\n")
    monkeypatch.setattr(import_staging, "CHUNK_AT_MOST", 10)
    with pytest.raises(Invalid, match="at most 10 bytes"):
        stage_piece(by=None, sha256=sha(content), offset=0, content=content[:11])
    assert StagedImport.objects.get().received == 0


def test_what_has_not_all_come_is_not_imported(content):
    announce(content)
    stage_piece(by=None, sha256=sha(content), offset=0, content=content[:-1])
    with pytest.raises(Conflict, match=f"Only {len(content) - 1} of {len(content)} bytes have come"):
        complete_import(by=None, sha256=sha(content))
    assert record() == [0, 0, 0, 0, 0]


def test_another_file_than_announced_is_not_imported(content):
    begin_import(by=None, sha256="a" * 64, size=len(content))
    stage_piece(by=None, sha256="a" * 64, offset=0, content=content)
    with pytest.raises(Invalid, match=f"another SHA-256: {sha(content)}"):
        complete_import(by=None, sha256="a" * 64)
    assert record() == [0, 0, 0, 0, 0]


def test_the_same_file_is_taken_once(content):
    assert import_file(by=None, file=io.BytesIO(content)).skipped is False
    assert import_file(by=None, file=io.BytesIO(content)).skipped is True
    assert announce(content) is None
    assert complete_import(by=None, sha256=sha(content)).skipped is True
    assert record() == [1, 1, 1, 3, 7]


def test_bad_lines_are_known_early_and_all_of_them_at_the_end(content, prompt):
    bad = content + b'{"kind": "letter"}\n\xff\n' + content.splitlines()[-1] + b"\n"
    announce(bad)
    staged = stage_piece(by=None, sha256=sha(bad), offset=0, content=bad)
    # That a sample stands there twice shows only when all is put together.
    kinds = "batch, topic, prompt, llm, endpoint, answer"
    early = [(11, f"its kind is 'letter', not one of {kinds}."), (12, "it is not UTF-8 at byte 1.")]
    assert (staged.faults, list(staged.bad_lines.order_by("line").values_list("line", "reason"))) == (2, early)
    with pytest.raises(Invalid) as caught:
        complete_import(by=None, sha256=sha(bad))
    last = (13, "this sample stands in the file already.")
    assert caught.value.message == "Nothing was imported: 3 bad lines."
    assert caught.value.fields["lines"] == [f"Line {number}: {reason}" for number, reason in [*early, last]]
    assert record() == [0, 0, 0, 0, 0]
    staged.refresh_from_db()
    assert staged.faults == 3
    assert list(staged.bad_lines.order_by("line").values_list("line", "reason")) == [*early, last]


def test_of_very_many_bad_lines_the_first_are_kept_and_all_counted(content, monkeypatch):
    monkeypatch.setattr(import_staging, "FAULTS_KEPT", 5)
    monkeypatch.setattr(imports, "ERRORS_AT_MOST", 3)
    bad = content + b"[]\n" * 50
    with pytest.raises(Invalid) as caught:
        announce(bad)
        stage_piece(by=None, sha256=sha(bad), offset=0, content=bad[: len(content) + 90])
        stage_piece(by=None, sha256=sha(bad), offset=len(content) + 90, content=bad[len(content) + 90 :])
        assert (StagedImport.objects.get().faults, StagedFault.objects.count()) == (50, 5)
        complete_import(by=None, sha256=sha(bad))
    assert caught.value.message == "Nothing was imported: 50 bad lines."
    assert caught.value.fields["lines"] == [f"Line {n}: a line is a JSON object." for n in (11, 12, 13)]
    assert (StagedImport.objects.get().faults, StagedFault.objects.count()) == (50, 5)


def test_after_bad_lines_a_file_leaves_nothing(content):
    with pytest.raises(Invalid):
        import_file(by=None, file=io.BytesIO(content + b"[]\n"))
    assert (record(), StagedImport.objects.count()) == ([0, 0, 0, 0, 0], 0)


def test_a_line_that_is_too_long_is_named_and_the_rest_is_read(content, monkeypatch):
    monkeypatch.setattr("probes.import_lines.LINE_AT_MOST", 400)
    monkeypatch.setattr("probes.actions.import_reading.LINE_AT_MOST", 400)
    long = content.replace(b'"A study"', b'"' + b"x" * 500 + b'"')
    announce(long)
    for at in range(0, len(long), 90):
        staged = stage_piece(by=None, sha256=sha(long), offset=at, content=long[at : at + 90])
    assert list(staged.bad_lines.values_list("line", "reason")) == [(1, "it is longer than 400 bytes.")]
    with pytest.raises(Invalid) as caught:
        complete_import(by=None, sha256=sha(long))
    assert caught.value.fields["lines"] == [
        "Line 1: it is longer than 400 bytes.",
    ]


@pytest.mark.parametrize("content", [b"\n\n \n", b" "])
def test_a_file_that_says_nothing(content):
    with pytest.raises(Invalid) as caught:
        import_file(by=None, file=io.BytesIO(content))
    assert caught.value.fields["lines"] == ["Line 1: the file says nothing."]


def test_an_empty_file():
    with pytest.raises(Invalid, match="The file is empty"):
        import_file(by=None, file=io.BytesIO(b""))


def test_a_file_is_dropped(content):
    announce(content)
    stage_piece(by=None, sha256=sha(content), offset=0, content=content)
    drop_import(by=None, sha256=sha(content))
    assert (StagedImport.objects.count(), StagedChunk.objects.count()) == (0, 0)
    for act in (drop_import, complete_import):
        with pytest.raises(NotFound):
            act(by=None, sha256=sha(content))
    with pytest.raises(NotFound):
        stage_piece(by=None, sha256=sha(content), offset=0, content=b"x")


def test_what_nobody_goes_on_with_is_dropped_after_some_days(content):
    announce(content)
    begin_import(by=None, sha256="b" * 64, size=10)
    now = timezone.now()
    StagedImport.objects.filter(sha256="b" * 64).update(touched_at=now - timedelta(days=8))
    StagedImport.objects.exclude(sha256="b" * 64).update(touched_at=now - timedelta(days=6))
    assert [drop_abandoned_imports(), drop_abandoned_imports()] == [1, 0]
    assert StagedImport.objects.get().sha256 == sha(content)


def test_only_maintainers_import(content, reviewer, maintainer):
    announce(content)
    common = {"by": reviewer, "sha256": sha(content)}
    for act, more in [
        (begin_import, {"size": 10}),
        (stage_piece, {"offset": 0, "content": b"x"}),
        (complete_import, {}),
        (drop_import, {}),
    ]:
        with pytest.raises(Forbidden):
            act(**common, **more)
    with pytest.raises(Forbidden):
        import_file(by=reviewer, file=io.BytesIO(content))
    assert import_file(by=maintainer, file=io.BytesIO(content)).answers == 7
    assert ImportBatch.objects.get().imported_by == maintainer


@pytest.mark.django_db(transaction=True)
def test_nothing_is_seen_before_all_is_and_nobody_else_gets_in_between(content):
    announce(content)
    stage_piece(by=None, sha256=sha(content), offset=0, content=content)
    seen = []

    def look():
        try:
            seen.append(record())
            for act in (complete_import, drop_import):
                with pytest.raises(Conflict, match="at this import"):
                    act(by=None, sha256=sha(content))
        finally:
            connections.close_all()

    def tick(step, lines):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    assert complete_import(by=None, sha256=sha(content), tick=tick).answers == 7
    assert (seen, record()) == ([[0, 0, 0, 0, 0]], [1, 1, 1, 3, 7])


@pytest.mark.django_db(transaction=True)
def test_a_process_that_dies_in_the_middle_leaves_the_staging(content, monkeypatch):
    announce(content)
    stage_piece(by=None, sha256=sha(content), offset=0, content=content)

    def die(step, lines):
        connection.close()
        raise SystemExit

    with pytest.raises(SystemExit):
        complete_import(by=None, sha256=sha(content), tick=die)
    connection.ensure_connection()
    assert (record(), StagedImport.objects.get().received) == ([0, 0, 0, 0, 0], len(content))
    assert complete_import(by=None, sha256=sha(content)).answers == 7
