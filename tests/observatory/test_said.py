"""A figure that cannot be had says why, one that rests on few answers waits, and aims are called aims."""

import pytest

from annotations.choices import Slice
from annotations.models import Agreement

pytestmark = pytest.mark.django_db


def measured(answers):
    Agreement.objects.create(
        slice=Slice.ALL, answers=answers, labels=3 * answers, marginals=[answers] * 3, alpha=0.8125, alpha_low=0.7,
        alpha_high=0.9,
    )  # fmt: skip


@pytest.mark.parametrize(("answers", "said"), [(1, "not enough"), (9, "not enough"), (10, ".81 95%"), (500, ".81 95%")])
def test_alpha_is_on_the_front_page_from_ten_answers_on(words, answers, said):
    measured(answers)
    assert words("/").split("Agreement, alpha ")[1].startswith(said)


def test_the_table_of_agreement_says_why_a_number_is_missing(make_answer, settle, words):
    settle(make_answer("the only one"), "CCC")
    table = words("/agreement/?by=model").split("Model · Three labels")[1]
    assert "only one label was used" in table
    assert "not enough labels yet" not in table


@pytest.mark.parametrize("address", ["/", "/about/"])
def test_what_review_watches_over_is_called_an_aim(words, address):
    said = words(address)
    assert said.count("We aim at") == said.count("twin") + (address == "/about/")
    assert "Each sensitive prompt has" not in said
    assert "No state is the subject" not in said
