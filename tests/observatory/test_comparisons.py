"""One model compared with itself, on its page: what has pairs enough, with its test; the rest is in the API alone."""

import pytest

from annotations.models import Comparison
from probes.models import LLM

pytestmark = pytest.mark.django_db


def compare(compared, a, b, cells, **more):
    both, only_a, only_b, neither = cells
    Comparison.objects.create(
        llm=LLM.objects.get(),
        **{"compared": compared, "a": a, "b": b, "pairs": sum(cells)},
        **{"both": both, "only_a": only_a, "only_b": only_b, "neither": neither, **more},
    )


def test_what_has_five_pairs_is_shown_with_its_test(endpoint, words):
    compare("language", "en", "fr", (3, 1, 5, 3), difference=-1 / 3, low=-0.58, high=0.01, p=0.21875)
    compare("language", "en", "de", (1, 0, 2, 1), difference=-0.5, low=-0.8, high=0.2, p=0.5)
    compare("twin", "CN", "US", (2, 0, 0, 4), difference=0.0, low=-0.2, high=0.2, why="no pair differs")
    said = words("/models/model-a/")
    assert "English / Français 12 3 1 5 3 −33 −58 to +1 .219" in said
    assert "China / United States 6 2 0 0 4 0 −20 to +20 no pair differs" in said
    assert "Deutsch" not in said


def test_without_comparisons_nothing_is_said_of_them(endpoint, words):
    compare("twin", "CN", "US", (1, 0, 0, 0), difference=0.0, low=-0.8, high=0.8, why="no pair differs")
    said = words("/models/model-a/")
    assert "The same question" not in said
    assert "McNemar" not in said
