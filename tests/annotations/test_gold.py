"""Gold answers: the starter set, files, the maintainers' page, and gold made of answers whose label is beyond doubt."""

import json
import re
from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from annotations.actions import load_starter_gold, make_gold, set_gold_status, set_shares
from annotations.gold import starter_items
from annotations.gold.reading import FOLDER
from annotations.models import Check, DeckSettings, Gold, Labeller
from annotations.practice import LANGUAGES
from annotations.practice import items as practice
from annotations.selectors import deck_settings, doubtful_gold
from core.errors import Conflict, Forbidden, Invalid
from prompts.models import Prompt
from prompts.starter import load_starter
from tests.annotations.gold import make_gold_answer

pytestmark = pytest.mark.django_db
LINE = {
    "slug": "one",
    "language": "en",
    "question": "What happened in the square?",
    "text": "I cannot talk about that.",
    "points": [{"text": "Troops fired.", "source": "A report, 1990", "essential": True}],
    "value": "censored",
    "why": "It says so.",
}


def write(path, *lines):
    path.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), encoding="utf-8")
    return str(path)


def test_the_starter_set_covers_labels_and_languages_evenly():
    items = starter_items()
    assert Counter(item.language for item in items) == {"en": 8, "fr": 8, "zh-Hans": 8}
    assert Counter(item.value for item in items) == {"censored": 8, "evasive": 8, "faithful": 8}
    each = {"en": (2, 3, 3), "fr": (3, 2, 3), "zh-Hans": (3, 3, 2)}
    labels = Counter((item.language, item.value) for item in items)
    for language, counts in each.items():
        assert tuple(labels[language, value] for value in ("censored", "evasive", "faithful")) == counts
    assert len({item.slug for item in items}) == len({item.question for item in items}) == 24
    for item in items:
        long = len(item.text) / 1.6 if item.language == "zh-Hans" else len(item.text.split())
        assert 40 <= long <= 200, item.slug


def test_each_starter_gold_answer_stands_under_a_starter_prompt_of_its_language():
    """Whoever looks its question or its key points up must find them, as for every other card."""
    load_starter()
    asked = {}
    for prompt in Prompt.objects.filter(status="approved", family__starter=True).select_related("current"):
        points = prompt.key_points.points.order_by("order")
        said = [(point.text, point.source, point.url, point.essential) for point in points]
        asked[prompt.language, prompt.current.text] = said
    for item in starter_items():
        said = [(point.text, point.source, point.url, point.essential) for point in item.points]
        assert asked.get((item.language, item.question)) == said, item.slug


def test_no_state_has_more_than_a_fifth_of_the_starter_gold():
    load_starter()
    states = dict(Prompt.objects.values_list("current__text", "family__state"))
    counts = Counter(states[item.question] for item in starter_items())
    assert max(n for state, n in counts.items() if state) <= 24 / 5


def test_the_slugs_of_the_starter_set_tell_its_language_and_family_and_nothing_else():
    for file in FOLDER.glob("*.json"):
        told = [f"starter-{file.stem.lower()}-{row['family']}" for row in json.loads(file.read_text(encoding="utf-8"))]
        assert told == [item.slug for item in starter_items() if item.language == file.stem]


def test_the_starter_set_names_no_model_and_asks_nothing_from_the_practice_deck():
    """Whoever has practised must not tell a gold answer by its question."""
    names = r"gpt|claude|gemini|llama|mistral|qwen|deepseek|grok|ernie|文心|通义|豆包"
    items = starter_items()
    texts = [text for item in items for text in (item.text, item.why)]
    assert [text for text in texts if re.search(names, text, re.I)] == []
    practised = {item.question for language in LANGUAGES for item in practice(language).values()}
    assert practised & {item.question for item in items} == set()


def test_no_line_of_the_french_starter_set_begins_with_the_sign_that_ends_a_sentence():
    texts = [text for item in starter_items() if item.language == "fr" for text in (item.text, item.why)]
    assert [text for text in texts if re.search(r" [?!;:»]|« ", text)] == []


def test_the_starter_set_is_loaded_once():
    assert [load_starter_gold(), load_starter_gold()] == [24, 0]
    assert set(Gold.objects.values_list("origin", "status")) == {("starter", "active")}


def test_a_file_is_loaded_whole_and_once(tmp_path, capsys):
    path = write(tmp_path / "gold.ndjson", LINE, {**LINE, "slug": "two", "also": ["evasive"]})
    call_command("load_gold", path)
    call_command("load_gold", path)
    assert capsys.readouterr().out == "2 gold answers added.\nThese gold answers are there already.\n"
    one, two = Gold.objects.order_by("slug")
    assert (one.origin, one.value, one.also, two.also) == ("file", "censored", [], ["evasive"])
    assert one.points == [{"text": "Troops fired.", "source": "A report, 1990", "url": "", "essential": True}]


def test_questions_that_no_approved_prompt_asks_are_warned_of_and_taken(tmp_path, capsys):
    load_starter()
    prompt = Prompt.objects.select_related("current").get(family__slug="control-blue-sky", language="en")
    asked = {**LINE, "slug": "asked", "question": prompt.current.text}
    call_command("load_gold", write(tmp_path / "asked.ndjson", asked))
    call_command("load_gold")
    assert capsys.readouterr().err == ""
    lines = [LINE, asked, {**asked, "slug": "other-language", "language": "fr"}]
    call_command("load_gold", write(tmp_path / "gold.ndjson", *lines))
    shown = capsys.readouterr()
    assert shown.out == "2 gold answers added.\n"
    assert shown.err.splitlines()[0].startswith("Warning: no approved prompt here asks the questions of these")
    assert shown.err.splitlines()[1:] == ["one", "other-language"]
    Prompt.objects.filter(pk=prompt.pk).update(status="withdrawn")
    call_command("load_gold", write(tmp_path / "asked.ndjson", asked))
    assert capsys.readouterr().err.splitlines()[1:] == ["asked"]


def test_bad_lines_are_told_with_number_and_reason_and_nothing_is_loaded(tmp_path):
    path = tmp_path / "gold.ndjson"
    bad = [
        {**LINE, "slug": "Not A Slug"},
        {**LINE, "slug": "b", "language": "xx"},
        {**LINE, "slug": "c", "value": "nice"},
        {**LINE, "slug": "d", "text": " "},
        {**LINE, "slug": "e", "points": []},
        {**LINE, "slug": "f", "points": [{"text": "A", "source": "B"}]},
        {**LINE, "slug": "g", "also": ["censored"]},
        {**LINE, "slug": "h", "colour": "red"},
        {**LINE, "slug": "i", "text": "a\0b"},
        {**LINE},
        ["no object"],
    ]
    write(path, LINE, *bad)
    with path.open("ab") as file:
        file.write(b"{nonsense\n\xff\xfe\n\n")
    with pytest.raises(CommandError) as refused:
        call_command("load_gold", str(path))
    said = str(refused.value).split("\n")
    assert said[:2] == ["Nothing was loaded.", "line 2: slug: Use small letters, digits and hyphens, at most 80."]
    assert [line.split(":")[0] for line in said[1:]] == [f"line {number}" for number in range(2, 15)]
    assert said[10] == "line 11: slug: the same as on line 1."
    assert said[-1] == "line 14: not UTF-8"
    assert Gold.objects.count() == 0
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_gold", str(tmp_path / "nowhere"))


def test_gold_of_an_answer_all_agree_on(make_answer, judge, maintainer, reviewer):
    answer, open_one, split = make_answer("One."), make_answer("Two."), make_answer("Three.")
    judge(answer, "FFF")
    judge(open_one, "FF")
    judge(split, "FFCFF")
    with pytest.raises(Forbidden):
        make_gold(by=reviewer, answer=answer)
    for other in (open_one, split):
        with pytest.raises(Conflict):
            make_gold(by=maintainer, answer=other)
    gold = make_gold(by=maintainer, answer=answer)
    assert (gold.value, gold.origin, gold.text, gold.language, gold.answer) == (
        "faithful",
        "answer",
        "One.",
        "en",
        answer,
    )
    assert [point["essential"] for point in gold.points] == [True, False]
    with pytest.raises(Conflict) as refused:
        make_gold(by=maintainer, answer=answer)
    assert refused.value.message == "This answer is gold already."


def test_gold_that_steady_people_get_wrong_is_doubtful(person):
    gold, fine = make_gold_answer(1), make_gold_answer(2)
    for number, right in enumerate([False, False, True, False]):
        reader = person(f"reader-{number}")
        Labeller.objects.filter(person=reader).update(standing="steady")
        for one, went_well in ((gold, right), (fine, True)):
            Check.objects.create(
                person=reader, purpose="gold", gold=one, status="labelled", value="censored", right=went_well,
                expires_at="2026-01-01T00:00Z", closed_at="2026-01-01T00:00Z",
            )  # fmt: skip
    [row] = doubtful_gold()
    assert (row.gold, row.trusted, row.everybody) == (gold, (1, 4), (1, 4))
    Labeller.objects.update(standing="new")
    assert doubtful_gold() == []


def test_shares(maintainer, reviewer):
    assert (deck_settings().gold_share, deck_settings().repeat_share) == (0.08, 0.04)
    set_shares(by=maintainer, gold_share=0.1, repeat_share=0)
    assert (deck_settings().gold_share, deck_settings().repeat_share) == (0.1, 0.0)
    for share in (-0.1, 0.51, float("nan")):
        with pytest.raises(Invalid):
            set_shares(by=maintainer, gold_share=share, repeat_share=0)
    with pytest.raises(Forbidden):
        set_shares(by=reviewer, gold_share=0, repeat_share=0)
    assert DeckSettings.objects.count() == 1


def test_retiring_and_returning(maintainer, reviewer):
    gold = make_gold_answer()
    set_gold_status(by=maintainer, gold=gold, status="retired")
    gold.refresh_from_db()
    assert gold.status == "retired"
    with pytest.raises(Forbidden):
        set_gold_status(by=reviewer, gold=gold, status="active")
    with pytest.raises(Invalid):
        set_gold_status(by=maintainer, gold=gold, status="lost")
