"""Whether an answer names its model is recorded with it, however it came."""

from collections.abc import Callable
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from core.models import Event
from probes.actions import record_answer
from probes.models import Answer, Endpoint
from probes.selectors import known_names, masked_answer
from probes.selectors.identity import KEPT, read_names
from prompts.models import Prompt

pytestmark = pytest.mark.django_db


def test_a_new_answer_says_whether_it_names_its_model(prompt: Prompt):
    leaks = record_answer(version=prompt.current, text="I am DeepSeek.", escaped=False)
    plain = record_answer(version=prompt.current, text="DeepSeek is a firm.", escaped=False)

    assert (leaks.identity_leaked, plain.identity_leaked) == (True, False)


def test_the_names_of_this_site_count(prompt: Prompt, endpoint: Endpoint):
    KEPT.until = 0.0
    found = record_answer(version=prompt.current, text="I was made by Maker A.", escaped=False)

    assert read_names() == (("Model A", "Maker A", "model-a"),)
    assert known_names() == read_names()
    assert found.identity_leaked


def test_answers_from_before_are_looked_through(prompt: Prompt):
    leaks = record_answer(version=prompt.current, text="我是通义千问。", escaped=False)
    plain = record_answer(version=prompt.current, text="It was a massacre.", escaped=False)
    Answer.objects.update(identity_leaked=False)

    import_module("probes.migrations.0008_identity").look(apps, connection.schema_editor())

    assert set(Answer.objects.filter(identity_leaked=True)) == {leaks}
    assert not Answer.objects.get(pk=plain.pk).identity_leaked


def test_looking_again_finds_names_that_are_new(prompt: Prompt, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]):
    answer = record_answer(version=prompt.current, text="I was made by Maker A.", escaped=False)
    Answer.objects.update(identity_leaked=False)

    call_command("look_for_leaks")
    call_command("look_for_leaks")

    assert capsys.readouterr().out.splitlines() == [
        "1 more answers name their model; labellers see a bar there.",
        "0 more answers name their model; labellers see a bar there.",
    ]
    assert Answer.objects.get(pk=answer.pk).identity_leaked
    assert Event.objects.filter(verb="mark_leak").count() == 1


def test_nothing_is_looked_for_where_nothing_leaked(django_assert_num_queries: Callable):
    """Yet the names are read for it as for any other, or the time it takes would tell which cards are always masked."""
    for leaked, text in ((False, "I am DeepSeek."), (True, "I am █████.")):
        KEPT.until = 0.0
        with django_assert_num_queries(2):
            assert masked_answer("I am DeepSeek.", leaked=leaked, question="").text == text
        with django_assert_num_queries(0):
            masked_answer("I am DeepSeek.", leaked=leaked, question="")
