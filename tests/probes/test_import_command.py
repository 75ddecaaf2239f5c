"""manage.py import_answers: what it prints, where it stops, and that it goes on from there."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from probes.actions import imports, stage_piece
from probes.demo import FILE
from probes.import_progress import ImportProgress, clock_time
from probes.models import Answer, ImportBatch, Probe, StagedImport
from prompts.starter import load_starter


@pytest.fixture
def file(prompt, tmp_path):
    rows = [
        {"kind": "batch", "source": "A study", "licence": "CC BY 4.0", "may_publish": True},
        {"kind": "llm", "slug": "model-b", "name": "Model B", "maker": "Maker B", "maker_country": "DE"},
        {"kind": "endpoint", "slug": "b-recorded", "llm": "model-b"},
        {
            "kind": "answer", "endpoint": "b-recorded", "family": prompt.family.slug, "language": "en",
            "prompt": prompt.current.text, "sample": 1, "delivery": "delivered", "text": "A massacre.",
        },
    ]  # fmt: skip
    path: Path = tmp_path / "answers.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_it_says_what_came_in_and_takes_a_file_once(file, capsys):
    call_command("import_answers", file)
    assert capsys.readouterr().out == "1 answers imported. New: 0 prompts, 1 endpoints.\n"
    call_command("import_answers", file)
    assert capsys.readouterr().out == "This file was imported before; nothing to do.\n"


def test_each_bad_line_has_its_number_and_reason(file):
    file.write_text(file.read_text() + "{}\n[]\n")
    with pytest.raises(CommandError) as caught:
        call_command("import_answers", file)
    assert caught.value.returncode == 1
    assert str(caught.value).splitlines() == [
        "Nothing was imported: 2 bad lines.",
        "Line 5: its kind is '', not one of batch, topic, prompt, llm, endpoint, answer.",
        "Line 6: a line is a JSON object.",
    ]
    assert (Probe.objects.count(), StagedImport.objects.count()) == (0, 0)


def test_options_go_before_what_the_file_says(file):
    call_command("import_answers", file, source="Elsewhere", licence="CC0", remark="Old.", may_publish=False)
    batch = ImportBatch.objects.get()
    assert (batch.source, batch.licence, batch.remark, batch.may_publish) == ("Elsewhere", "CC0", "Old.", False)


def test_an_option_that_cannot_be_is_named(file):
    with pytest.raises(CommandError) as caught:
        call_command("import_answers", file, source="x" * 301)
    assert str(caught.value).splitlines()[1] == "source: source has 301 characters, and 300 is the most."


def test_a_file_that_is_not_there(tmp_path, db):
    with pytest.raises(CommandError, match="cannot be read: No such file or directory"):
        call_command("import_answers", tmp_path / "nothing.ndjson")


def test_stopped_it_says_how_to_go_on_and_does(file, monkeypatch, capsys):
    monkeypatch.setattr(imports, "PIECE", 100)
    sent = []

    def stage(**piece):
        if len(sent) == 2:
            raise KeyboardInterrupt
        sent.append(piece["offset"])
        return stage_piece(**piece)

    monkeypatch.setattr(imports, "stage_piece", stage)
    with pytest.raises(CommandError, match="the same command goes on from there") as caught:
        call_command("import_answers", file)
    assert (caught.value.returncode, StagedImport.objects.get().received, Answer.objects.count()) == (130, 200, 0)
    sent.pop()
    with pytest.raises(CommandError):
        call_command("import_answers", file)
    assert sent == [0, 200]
    monkeypatch.setattr(imports, "stage_piece", stage_piece)
    call_command("import_answers", file)
    assert capsys.readouterr().out == "1 answers imported. New: 0 prompts, 1 endpoints.\n"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(stream):
    now = [0.0]
    progress = ImportProgress(stream, clock=lambda: now[0])
    for seconds, step, lines in [
        *[(0, "read", 500), (1, "read", 1000), (1, "send", 0), (6, "send", 250), (6.05, "send", 260)],
        *[(21, "send", 1000), (21, "import", 0), (41, "import", 1000)],
    ]:
        now[0] = seconds
        progress(step, lines)
    progress.close()
    return stream.getvalue()


def test_progress_moves_on_a_terminal():
    assert shown(Terminal()).split("\r\x1b[K") == [
        "",
        "Reading: 500 lines",
        "Reading: 1,000 lines",
        f"Staging: [{' ' * 30}] 0 of 1,000 lines (0%), 0 lines/s",
        f"Staging: [{'#' * 8}{' ' * 22}] 250 of 1,000 lines (25%), 50 lines/s, 0:15 left",
        f"Staging: [{'#' * 30}] 1,000 of 1,000 lines (100%), 50 lines/s",
        f"Importing: [{' ' * 30}] 0 of 1,000 lines (0%), 0 lines/s",
        f"Importing: [{'#' * 30}] 1,000 of 1,000 lines (100%), 50 lines/s",
        "",
    ]


def test_elsewhere_a_line_comes_now_and_then():
    assert shown(io.StringIO()).splitlines() == [
        "Staging: 1,000 of 1,000 lines (100%), 50 lines/s",
        "Importing: 1,000 of 1,000 lines (100%), 50 lines/s",
    ]


def test_a_terminal_that_is_gone_stops_nothing():
    stream = Terminal()
    progress = ImportProgress(stream)
    stream.close()
    progress.show("Anything.")


@pytest.mark.parametrize(("seconds", "said"), [(0, "0:00"), (59.6, "1:00"), (90, "1:30"), (5400, "1:30:00")])
def test_time_left(seconds, said):
    assert clock_time(seconds) == said


def test_the_demo_answers_still_go_in_once(db, capsys):
    load_starter()
    call_command("load_demo")
    call_command("load_demo")
    there = FILE.read_text(encoding="utf-8").count('"kind": "answer"')
    assert capsys.readouterr().out.splitlines() == [
        f"{there} recorded demo answers added.",
        "The demo answers are there.",
    ]
    assert Probe.objects.count() == there
