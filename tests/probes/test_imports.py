"""Answers from elsewhere come in whole or not at all, and each bad line is named."""

import json

import pytest

from core.errors import Forbidden, Invalid
from probes.actions import import_answers, open_missing_probes, open_round
from probes.exports import export_lines
from probes.models import Answer, Endpoint, ImportBatch, Probe

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(prompt):
    return [
        {"kind": "batch", "source": "A study", "licence": "CC BY 4.0", "may_publish": True, "remark": "Old."},
        {"kind": "llm", "slug": "model-b", "name": "Model B", "maker": "Maker B", "maker_country": "DE"},
        {"kind": "endpoint", "slug": "b-recorded", "llm": "model-b", "served_name": "b-1"},
        {
            "kind": "answer", "endpoint": "b-recorded", "family": prompt.family.slug, "language": "en",
            "prompt": prompt.current.text, "sample": 1, "delivery": "delivered", "rule": "answer",
            "text": "A massacre.", "finish_reason": "stop", "asked_at": "2026-11-01T09:30:00+00:00",
        },
    ]  # fmt: skip


def lines(rows):
    return [json.dumps(row) + "\n" for row in rows]


def test_a_file_comes_in_once(rows):
    assert import_answers(by=None, lines=lines(rows)).answers == 1
    probe = Probe.objects.get()
    assert (probe.status, probe.answer.text, probe.batch.source) == ("done", "A massacre.", "A study")
    assert probe.asked_at.isoformat() == "2026-11-01T09:30:00+00:00"
    assert import_answers(by=None, lines=lines(rows)).skipped is True
    assert Probe.objects.count() == 1


def test_an_imported_endpoint_is_never_asked(rows):
    import_answers(by=None, lines=lines(rows))
    opened = open_round(by=None, name="A round", samples=1)
    assert open_missing_probes(of=opened, limit=10) == 0


def test_what_may_not_be_published_says_so(rows):
    rows[0]["may_publish"] = False
    import_answers(by=None, lines=lines(rows))
    assert Answer.objects.get().may_publish is False


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"delivery": "said"}, "Line 4: delivery is 'said', not one of delivered"),
        ({"text": ""}, "Line 4: a delivered answer has a text."),
        ({"text": "a\x00b"}, "Line 4: a text holds a NUL character"),
        ({"text": "\ud800"}, "Line 4: a value has the wrong form"),
        ({"endpoint": "nobody"}, "Line 4: endpoint 'nobody' is not in this file."),
        ({"prompt": "Another question?"}, "Line 4: no prompt of family"),
        ({"asked_at": "yesterday"}, "Line 4: asked_at is 'yesterday', not a moment"),
        ({"sample": "two"}, "Line 4: a value has the wrong form"),
        ({"kind": "letter"}, "Line 4: its kind is 'letter', not one of"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(rows, change, said):
    rows[3] |= change
    with pytest.raises(Invalid) as caught:
        import_answers(by=None, lines=lines(rows))
    assert caught.value.fields["lines"][0].startswith(said)
    assert (ImportBatch.objects.count(), Endpoint.objects.count(), Probe.objects.count()) == (0, 0, 0)


def test_every_bad_line_is_reported(rows):
    bad = [*lines(rows), "{not json\n", "[]\n", json.dumps({"kind": "answer"}) + "\n"]
    with pytest.raises(Invalid) as caught:
        import_answers(by=None, lines=bad)
    assert [line.split(":")[0] for line in caught.value.fields["lines"]] == ["Line 5", "Line 6", "Line 7"]


def test_only_maintainers_import(rows, labeller):
    with pytest.raises(Forbidden):
        import_answers(by=labeller, lines=lines(rows))


def test_an_export_can_be_imported(make_answer, prompt):
    make_answer("It was a massacre.")
    Probe.objects.update(asked_at="2026-11-01T09:30:00Z")
    exported = list(
        export_lines(Probe.objects.all(), source="Here", licence="CC0", may_publish=True, remark="Recorded.")
    )
    assert [row["kind"] for row in exported] == ["batch", "llm", "endpoint", "answer"]
    assert import_answers(by=None, lines=lines(exported)).answers == 1
    assert Answer.objects.count() == 1
    assert Probe.objects.filter(batch__isnull=False).get().answer == Answer.objects.get()
