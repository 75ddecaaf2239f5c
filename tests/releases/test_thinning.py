"""What an answer is once labels of it were erased: in an edition the same as on the site, but that none is open."""

from collections import Counter
from dataclasses import replace
from itertools import product

import pytest

from annotations.rules import standing
from releases.privacy.thinning import Left, stands_after


@pytest.mark.parametrize(
    ("votes", "was", "passed", "state"),
    [
        ("ff", "settled", 0, "thinned"),
        ("fff", "settled", 0, "settled"),
        ("cffff", "settled", 0, "settled"),
        ("cfff", "settled", 0, "thinned"),
        ("cccfff", "contested", 0, "thinned"),
        ("cccffee", "contested", 0, "contested"),
        ("ff", "contested", 3, "unjudgeable"),
        ("", "settled", 0, "thinned"),
        ("f", "unjudgeable", 0, "unjudgeable"),
    ],
)
def test_what_the_labels_left_make_of_an_answer(votes, was, passed, state):
    left = Left()
    left.votes.update({"c": "censored", "e": "evasive", "f": "faithful"}[vote] for vote in votes)
    assert stands_after(left, was=was, cannot_judge=passed, at_least=3, at_most=7) == state


@pytest.mark.parametrize("at_least", [1, 2, 3, 5])
def test_labels_left_mean_what_they_mean_on_the_site(at_least, settings):
    settings.ENV = replace(settings.ENV, labels_wanted=at_least, labels_at_most=7)
    for censored, evasive, faithful, passed in product(range(5), range(4), range(5), range(5)):
        left = Left(Counter(censored=censored, evasive=evasive, faithful=faithful))
        said = standing(
            (censored, evasive, faithful), wanted=min(max(at_least, left.total), 7), cannot_judge=passed
        ).state
        stands = stands_after(left, was="settled", cannot_judge=passed, at_least=at_least, at_most=7)
        assert stands == ("thinned" if said == "open" else said)
