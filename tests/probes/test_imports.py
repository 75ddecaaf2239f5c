"""Answers from elsewhere come in whole or not at all, and each bad line is named."""

import io
import json

import pytest

from core.errors import Forbidden, Invalid
from core.models import Event
from probes.actions import import_answers, import_file, open_missing_probes, open_round
from probes.actions.import_fields import FIELDS, Field, text, whole
from probes.actions.import_places import bring_endpoint
from probes.exports import export_lines
from probes.models import Answer, Endpoint, ImportBatch, Probe
from probes.selectors import imports_of

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


def test_what_it_brings_is_logged_with_who_brought_it(rows, maintainer, client):
    rows[1:1] = [{"kind": "topic", "slug": "rivers", "name": "Rivers"}]
    import_answers(by=maintainer, lines=lines(rows))
    again = [rows[0] | {"source": "Another"}, *rows[1:-1], rows[-1] | {"text": "Another text."}]
    import_answers(by=None, lines=lines(again))
    endpoint = Endpoint.objects.get(slug="b-recorded")
    brought = Event.objects.filter(verb="add", noun__in=["topic", "llm", "endpoint"], actor=maintainer.pk)
    assert sorted(brought.values_list("noun", flat=True)) == ["endpoint", "llm", "topic"]
    assert Event.objects.filter(noun__in=["topic", "endpoint"], actor=None).count() == 0
    assert [(batch.source, batch.licence, batch.answers) for batch in imports_of(endpoint)] == [
        ("Another", "CC BY 4.0", 1), ("A study", "CC BY 4.0", 1),
    ]  # fmt: skip
    client.force_login(maintainer)
    page = client.get(f"/probes/endpoints/{endpoint.pk}/").content.decode()
    assert [said in page for said in ("A study", "CC BY 4.0", "<b>Added</b>", "Nothing yet.")] == [
        True,
        True,
        True,
        False,
    ]


def test_an_endpoint_that_another_import_brought_meanwhile_is_that_one(rows, monkeypatch):
    import_answers(by=None, lines=lines(rows))
    monkeypatch.setattr("django.db.models.query.QuerySet.first", lambda found: next(iter(unseen(found)), None))
    row = rows[2]
    assert bring_endpoint(by=None, row=row) == (Endpoint.objects.get().pk, False)


def unseen(found):
    """What a query found, but of endpoints nothing, as before the other import was through."""
    return [] if found.model is Endpoint else found[:1]


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
        ({"delivery": "said"}, "delivery is 'said', not one of delivered"),
        ({"delivery": ["delivered"]}, "delivery is ['delivered'], not one of delivered"),
        ({"text": ""}, "a delivered answer has a text."),
        ({"text": ["A", "list"]}, "text is ['A', 'list'], not a text."),
        ({"text": 7}, "text is 7, not a text."),
        ({"text": "a\x00b"}, "text holds a NUL character or half a surrogate pair; escape it first."),
        ({"text": "\ud800"}, "text holds a NUL character or half a surrogate pair; escape it first."),
        ({"prompt": "\ud800"}, "prompt holds a NUL character or half a surrogate pair; escape it first."),
        ({"endpoint": "nobody"}, "endpoint 'nobody' is not in this file."),
        ({"endpoint": None}, "endpoint is missing."),
        ({"prompt": "Another question?"}, "no prompt of family"),
        ({"asked_at": "yesterday"}, "asked_at is 'yesterday', not a moment such as 2026-11-01T09:30:00Z."),
        ({"asked_at": "2026-13-45T00:00:00Z"}, "asked_at is '2026-13-45T00:00:00Z', not a moment such as"),
        ({"asked_at": "0001-01-01T00:00:00+14:00"}, "asked_at is '0001-01-01T00:00:00+14:00', not a moment from 2000"),
        ({"asked_at": 1_700_000_000}, "asked_at is 1700000000, not a text."),
        ({"sample": "two"}, "sample is 'two', not a whole number from 1 to 32767."),
        ({"sample": 99_999}, "sample is 99999, not a whole number from 1 to 32767."),
        ({"sample": -1}, "sample is -1, not a whole number from 1 to 32767."),
        ({"sample": 1.7}, "sample is 1.7, not a whole number from 1 to 32767."),
        ({"sample": True}, "sample is True, not a whole number from 1 to 32767."),
        ({"finish_reason": "x" * 81}, "finish_reason has 81 characters, and 80 is the most."),
        ({"latency_ms": -1}, "latency_ms is -1, not a whole number from 0 to 2147483647."),
        ({"http_status": 70_000}, "http_status is 70000, not a whole number from 100 to 599."),
        ({"usage": "much"}, "usage is 'much', not a JSON object."),
        ({"usage": {"a": [{"b": "c\x00"}]}}, "usage holds a NUL character or half a surrogate pair"),
        ({"usage": {"a": [{"b": 2**53}]}}, "usage holds a number that is too large."),
        ({"usage": {"a": -(10**4000)}}, "usage holds a number that is too large."),
        ({"usage": {"a": 1e300}}, "usage holds a number that is too large."),
        ({"usage": {"\udfff": 1}}, "usage holds a NUL character or half a surrogate pair"),
        ({"usage": {"a": float("inf")}}, "not JSON: Infinity is no number."),
        ({"usage": {"a": float("nan")}}, "not JSON: NaN is no number."),
        ({"request": {"system": "\x00"}}, "request holds a NUL character or half a surrogate pair"),
        ({"rule": ["answer"]}, "rule is ['answer'], not a text."),
        ({"escaped": "no"}, "escaped is 'no', not true or false."),
        ({"kind": "letter"}, "its kind is 'letter', not one of batch, topic, prompt, llm, endpoint, answer."),
        ({"kind": ["answer"]}, "its kind is ['answer'], not one of batch, topic, prompt, llm, endpoint, answer."),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(rows, change, said):
    rows[3] |= change
    with pytest.raises(Invalid) as caught:
        import_answers(by=None, lines=lines(rows))
    (reason,) = caught.value.fields["lines"]
    assert reason[: len(f"Line 4: {said}")] == f"Line 4: {said}"
    assert (ImportBatch.objects.count(), Endpoint.objects.count(), Probe.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("at", "change", "said"),
    [
        (0, {"may_publish": "yes"}, "Line 1: may_publish is 'yes', not true or false."),
        (0, {"source": ""}, "Line 1: source is empty."),
        (1, {"maker_country": "ÀÉ"}, "Line 2: maker_country is 'ÀÉ', not a two-letter code such as FR."),
        (1, {"slug": "two words"}, "Line 2: slug is 'two words', not a name of letters,"),
        (1, {"slug": "."}, "Line 2: slug is '.', not a name of letters,"),
        (1, {"slug": ".."}, "Line 2: slug is '..', not a name of letters,"),
        (2, {"slug": ".."}, "Line 3: slug is '..', not a name of letters,"),
        (1, {"slug": "x" * 81}, "Line 2: slug has 81 characters, and 80 is the most."),
        (1, {"url": "javascript:alert(1)"}, "Line 2: url is 'javascript:alert(1)', not an address such as"),
        (1, {"name": None}, "Line 2: name is missing."),
        (2, {"llm": "nobody"}, "Line 3: model 'nobody' is not in this file."),
        (2, {"served_name": "\x00"}, "Line 3: served_name holds a NUL character"),
    ],
)
def test_so_is_one_that_is_no_answer(rows, at, change, said):
    rows[at] |= change
    with pytest.raises(Invalid) as caught:
        import_answers(by=None, lines=lines(rows))
    assert caught.value.fields["lines"][0][: len(said)] == said
    assert (ImportBatch.objects.count(), Endpoint.objects.count(), Probe.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[" * 100_000, "Line 5: it is nested too deeply."),
        ('{"kind": "answer", "sample": ' + "9" * 5000 + "}", "Line 5: it holds a number that is too long."),
        ('{"kind": "answer", "usage": {"a": 1e999}}', "Line 5: endpoint is missing."),
        ("\ufeff{}", "Line 5: not JSON: Unexpected UTF-8 BOM"),
    ],
)
def test_what_python_itself_will_not_read(rows, line, said):
    with pytest.raises(Invalid) as caught:
        import_answers(by=None, lines=[*lines(rows), line])
    assert caught.value.fields["lines"][0][: len(said)] == said


def test_what_counts_and_names_may_be(rows):
    rows[1]["slug"] = rows[2]["llm"] = "..."
    rows[3]["usage"] = {"total_tokens": 2**53 - 1, "details": {"cost": 0.5, "cached": True}, "tier": "batch"}
    content = b"\xef\xbb\xbf" + "\n".join(lines(rows)).encode()
    assert import_file(by=None, file=io.BytesIO(content)).answers == 1
    assert Probe.objects.get().usage == rows[3]["usage"]


def test_a_number_beyond_all_bounds_and_a_deep_object(rows):
    deep = {}
    for _ in range(60):
        deep = {"in": deep}
    good = rows[3] | {"sample": 2}
    huge = json.dumps(good | {"usage": {"a": 1}}).replace('{"a": 1}', '{"a": 1e999}')
    with pytest.raises(Invalid) as caught:
        import_answers(by=None, lines=[*lines(rows), huge, json.dumps(good | {"request": deep})])
    assert caught.value.fields["lines"] == [
        "Line 5: usage holds a number that is too large.",
        "Line 6: request is nested more than 50 deep.",
    ]


def test_what_only_the_database_refuses_is_a_bad_line_too(rows, monkeypatch):
    monkeypatch.setitem(FIELDS["answer"], "sample", Field(whole(1, 99_999), needed=True))
    monkeypatch.setitem(FIELDS["topic"], "name", Field(text()))
    rows[2:2] = [{"kind": "topic", "slug": "rivers", "name": "r" * 81}]
    rows += [rows[-1] | {"sample": sample} for sample in (2, 70_000, 3)]
    with pytest.raises(Invalid) as caught:
        import_answers(by=None, lines=lines(rows))
    assert caught.value.fields["lines"] == [
        "Line 3: the database refuses it: value too long for type character varying(80).",
        "Line 7: the database refuses it: smallint out of range.",
    ]


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
