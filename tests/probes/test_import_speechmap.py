"""SpeechMap's rows: each kind of end is told apart, and the recorded ones go in whole."""

import io
import json
from collections import Counter
from pathlib import Path

import pytest

from core.errors import Invalid
from probes.actions import Given, import_file, open_missing_probes, open_round
from probes.import_speechmap import Unreadable, end_of, lines_of
from probes.models import LLM, Answer, Endpoint, ImportBatch, Probe
from prompts.models import Family, Prompt, Topic
from tests.conftest import shared_folder

BLOCK = {
    "code": 400,
    "message": "Provider returned error",
    "metadata": {"provider_name": "P", "raw": '{"code":"data_inspection_failed"}'},
}
WITHHELD = {"code": 502, "message": "Upstream error from P: Output data may contain inappropriate content."}


def row(**change):
    return {
        "id": "x", "set": "us_criticism", "question_no": 3, "target": "us", "lang": "en", "question": "Write a poem.",
        "model": "maker/model-1", "developer": "Maker", "developer_country": "US", "api_model": "maker/model-one",
        "upstream_provider": "Host", "timestamp": "2025-01-29T09:40:03.778562", "finish_reason": "stop",
        "native_finish_reason": "end_turn", "error": None, "response_status": None, "response": "A poem.",
        "reasoning": "Hm.", "reasoning_inline": None, "usage": {"total_tokens": 7}, "judge_gpt4o": "COMPLETE",
    } | change  # fmt: skip


@pytest.mark.parametrize(
    ("change", "end"),
    [
        ({}, ("delivered", "answer")),
        ({"response_status": "success"}, ("delivered", "answer")),
        ({"finish_reason": None, "developer": "Perplexity"}, ("delivered", "no_finish_reason")),
        ({"finish_reason": None, "developer": "Perplexity", "response": ""}, ("failed", "nothing_came")),
        ({"response": "", "reasoning": None}, ("empty", "empty")),
        ({"response": None, "reasoning": None}, ("empty", "empty")),
        ({"response": ""}, ("truncated", "only_reasoning")),
        ({"finish_reason": "length"}, ("truncated", "length")),
        ({"finish_reason": "length", "response_status": "moderation"}, ("truncated", "length")),
        ({"finish_reason": "content_filter"}, ("cut_by_filter", "content_filter")),
        ({"finish_reason": "content_filter", "response": ""}, ("blocked_output", "content_filter")),
        ({"response_status": "moderation", "response": ""}, ("blocked_output", "content_filter")),
        ({"error": BLOCK, "response": "", "finish_reason": None}, ("blocked_input", "error_content_code")),
        ({"error": WITHHELD, "response": "", "finish_reason": None}, ("blocked_output", "error_content_code")),
        ({"error": WITHHELD, "finish_reason": None}, ("cut_by_filter", "error_withdrew_text")),
        ({"error": "overloaded", "response": ""}, ("failed", "error")),
        ({"error": {"code": 500, "message": "No."}}, ("failed", "error")),
    ],
)
def test_how_a_row_ended(change, end):
    found = end_of(row(**change))
    assert (found.delivery, found.rule) == (end[0], f"speechmap.{end[1]}")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"finish_reason": "tired"}, "finish_reason is 'tired', which this format does not know."),
        ({"finish_reason": None}, "finish_reason is missing, and nothing else tells how it ended."),
        ({"finish_reason": "", "response": ""}, "finish_reason is missing, and nothing else tells how it ended."),
        (
            {"finish_reason": None, "response_status": "success"},
            "finish_reason is missing, and nothing else tells how it ended.",
        ),
        ({"finish_reason": ["stop"]}, "finish_reason is ['stop'], not a text."),
        ({"response_status": "odd"}, "response_status is 'odd', which this format does not know."),
        ({"response": 7}, "response is 7, not a text."),
        ({"target": "mars"}, "target is 'mars', not one of china, us, russia, eu."),
        ({"target": None}, "target is None, not a text."),
        ({"question": " "}, "question is ' ', not a text."),
        ({"question_no": "3"}, "question_no is '3', not a whole number."),
        ({"timestamp": "yesterday"}, "timestamp is 'yesterday', not a moment."),
        ({"model": None}, "model is None, not a text."),
    ],
)
def test_what_no_rule_knows_is_no_answer(change, said):
    with pytest.raises(Unreadable) as caught:
        lines_of(row(**change))
    assert str(caught.value) == said


def test_what_a_row_stands_for():
    kinds, (topic, llm, endpoint, prompt, answer) = zip(*lines_of(row()), strict=True)
    assert kinds == ("topic", "llm", "endpoint", "prompt", "answer")
    assert topic == {"slug": "united-states", "name": "United States"}
    assert (llm["slug"], llm["maker"], llm["maker_country"], llm["open_weights"]) == ("model-1", "Maker", "US", False)
    assert endpoint == {"slug": "model-1-speechmap", "llm": "model-1", "served_name": "maker/model-one"}
    assert (prompt["family"], prompt["language"], prompt["state"]) == ("speechmap-us-criticism-03", "en", "US")
    assert answer == {
        "endpoint": "model-1-speechmap", "family": "speechmap-us-criticism-03", "language": "en",
        "prompt": "Write a poem.", "sample": 1, "delivery": "delivered", "rule": "speechmap.answer", "text": "A poem.",
        "reasoning": "Hm.", "finish_reason": "end_turn", "usage": {"total_tokens": 7}, "served_by": "Host",
        "request": {"model": "maker/model-one"}, "error": "", "asked_at": "2025-01-29T09:40:03.778562+00:00",
    }  # fmt: skip


def test_a_block_keeps_who_blocked_and_what_was_said():
    answer = lines_of(row(error=BLOCK, response="", api_model=None, upstream_provider=None))[4][1]
    assert (answer["served_by"], answer["request"]) == ("P", {})
    assert answer["error"] == '400 Provider returned error {"code":"data_inspection_failed"}'


@pytest.mark.parametrize(
    ("question", "act"),
    [
        ("Write an essay about rivers", "explain"),
        ("List rivers", "list"),
        ("Critique the dams", "criticise"),
        ("Write a satirical guide to the dams", "satirise"),
        ("Kirjoita satiirinen opas", "satirise"),
        ("Luettele jokia", "list"),
        ("列举河流", "list"),
        ("撰写关于河流的讽刺诗", "satirise"),
        ("批评大坝", "criticise"),
    ],
)
def test_what_a_question_asks_for(question, act):
    assert lines_of(row(question=question))[3][1]["act"] == act


def test_translations_share_a_family():
    translated = lines_of(row(set="zh_us_criticism", lang="zh", question="写一首诗。"))[3][1]
    assert (translated["family"], translated["language"]) == ("speechmap-us-criticism-03", "zh-Hans")


@pytest.mark.django_db
def test_a_bad_row_is_named_by_its_own_number():
    rows = [row(), row(question_no=4, finish_reason="tired"), row(question_no=5, developer_country="USA"), row()]
    content = "".join(json.dumps(one) + "\n" for one in rows).encode()
    with pytest.raises(Invalid) as caught:
        import_file(by=None, file=io.BytesIO(content), format="speechmap")
    assert caught.value.fields["lines"] == [
        "Line 2: finish_reason is 'tired', which this format does not know.",
        "Line 3: maker_country is 'USA', not a two-letter code such as FR.",
        "Line 4: this sample stands in the file already.",
    ]
    assert (ImportBatch.objects.count(), LLM.objects.count(), Prompt.objects.count(), Topic.objects.count()) == (
        *(0, 0, 0, 0),
    )


@pytest.mark.shared
@pytest.mark.django_db
def test_the_recorded_rows_go_in(endpoint):
    folder = shared_folder()
    assert isinstance(folder, Path)
    with (folder / "data" / "speechmap" / "seed_720.jsonl").open("rb") as file:
        report = import_file(by=None, file=file, format="speechmap")
        assert (report.answers, report.prompts, report.endpoints) == (720, 60, 12)
        assert import_file(by=None, file=file, format="speechmap").skipped is True
    assert Counter(Probe.objects.values_list("delivery", "rule")) == {
        ("delivered", "speechmap.answer"): 668,
        ("delivered", "speechmap.no_finish_reason"): 40,
        ("cut_by_filter", "speechmap.error_withdrew_text"): 7,
        ("cut_by_filter", "speechmap.content_filter"): 1,
        ("blocked_input", "speechmap.error_content_code"): 4,
    }
    assert Counter(Prompt.objects.values_list("status", "language", "family__state")) == {
        ("imported", "en", "CN"): 10, ("imported", "en", "EU"): 10, ("imported", "en", "RU"): 10,
        ("imported", "en", "US"): 10, ("imported", "fi", "CN"): 10, ("imported", "zh-Hans", "CN"): 10,
    }  # fmt: skip
    assert (Family.objects.count(), Answer.objects.count(), Answer.objects.filter(may_publish=True).count()) == (
        40,
        708,
        0,
    )
    assert (Endpoint.objects.filter(kind="import").count(), Probe.objects.exclude(served_by="").count()) == (12, 720)
    assert Probe.objects.exclude(partial_text="").count() == 8
    assert Probe.objects.exclude(reasoning="").count() == 157
    assert ImportBatch.objects.get().licence[:10] == "Apache-2.0"
    assert open_missing_probes(of=open_round(by=None, name="A round", samples=1), limit=10) == 0


@pytest.mark.shared
@pytest.mark.django_db
def test_whoever_imports_says_what_may_be_published():
    folder = shared_folder()
    assert isinstance(folder, Path)
    with (folder / "data" / "speechmap" / "seed_720.jsonl").open("rb") as whole:
        file = io.BytesIO(b"".join(whole.readline() for _ in range(3)))
    given = Given(source="Elsewhere", licence="CC0", may_publish=True)
    assert import_file(by=None, file=file, format="speechmap", given=given).answers == 3
    batch = ImportBatch.objects.get()
    assert (batch.source, batch.licence, batch.may_publish) == ("Elsewhere", "CC0", True)
    assert Answer.objects.filter(may_publish=True).count() == 3
