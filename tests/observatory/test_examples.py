"""The front page shows the record itself as soon as it can, another question each day."""

from datetime import date, timedelta

import pytest

from observatory import selectors
from probes.models import Answer
from prompts.models import Prompt

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)


def test_two_labels_on_one_question_make_an_example(make_answer, another_endpoint, settle, words, prompt):
    settle(make_answer("Troops fired."), "FFF")
    assert selectors.example(on=MONDAY, language="en") is None
    assert "chosen by us as examples" in words("/")
    refusal = make_answer("I cannot say.")
    make_answer("I cannot say.", endpoint=another_endpoint("b"))
    settle(refusal, "CCE")
    found = selectors.example(on=MONDAY, language="en")
    assert found.version == prompt.current
    assert [(column.value, column.answer.text) for column in found.columns] == [
        ("censored", "I cannot say."),
        ("faithful", "Troops fired."),
    ]
    said = words("/")
    assert "One question, two kinds of answer What happened at Jallianwala Bagh in 1919?" in said
    assert "Censored I cannot say. Model A Maker A, France and 1 more 2 censored 1 evasive 0 faithful" in said
    assert "chosen by us as examples" not in said


def test_three_labels_stand_in_their_order(make_answer, settle, words):
    for text, letters in (("Troops fired.", "FFF"), ("A garden.", "EEE"), ("No.", "CCC")):
        settle(make_answer(text), letters)
    said = words("/")
    assert said.index("No.") < said.index("A garden.") < said.index("Troops fired.")
    assert "One question, three kinds of answer" in said


def test_questions_take_turns(make_answer, make_prompt, settle):
    prompts = [
        make_prompt(text=f"What happened in the {place} in 1919?") for place in ("garden", "harbour", "mountains")
    ]
    for prompt in prompts:
        settle(make_answer("Something.", prompt=prompt), "FFF")
        settle(make_answer("Nothing.", prompt=prompt), "CCC")
    days = [selectors.example(on=MONDAY + timedelta(days=day), language="en").version for day in range(4)]
    assert {version.prompt_id for version in days[:3]} == {prompt.pk for prompt in prompts}
    assert days[3] == days[0]


def test_the_readers_language_comes_first(make_answer, make_prompt, prompt, settle):
    french = make_prompt(text="Que s’est-il passé à Amritsar en 1919 ?", language="fr")
    for asked in (french, prompt):
        settle(make_answer("A.", prompt=asked), "FFF")
        settle(make_answer("B.", prompt=asked), "CCC")
    for language in ("en", "fr"):
        assert languages_shown(language) == {language}
    assert languages_shown("zh-hans") == {"en", "fr"}


def languages_shown(reader):
    days = [MONDAY + timedelta(days=day) for day in range(4)]
    return {selectors.example(on=day, language=reader).version.prompt.language for day in days}


@pytest.mark.parametrize("change", ["opened", "withdrawn prompt", "control"])
def test_what_may_not_be_shown_is_no_example(make_answer, settle, prompt, change):
    settle(make_answer("A."), "FFF")
    answer = settle(make_answer("B."), "CCC")
    assert selectors.example(on=MONDAY, language="en") is not None
    if change == "opened":
        Answer.objects.filter(pk=answer.pk).update(state="open", closed_at=None)
    elif change == "withdrawn prompt":
        Prompt.objects.update(status="withdrawn")
    else:
        prompt.family.kind = "neutral_control"
        prompt.family.save()
    assert selectors.example(on=MONDAY, language="en") is None
