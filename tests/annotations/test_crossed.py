"""Two slices crossed, against the answers that are in both; the record is that of test_figures."""

import pytest

from annotations.actions import refresh_stale
from annotations.choices import GUIDELINE, Scale, Slice
from annotations.models import Agreement, Label
from annotations.selectors import crossed, crossed_table
from core.errors import Invalid
from probes.models import Probe
from tests.annotations.test_figures import (
    FIRST_AND_SECOND,
    SECOND,
    SECOND_AND_THIRD,
    exactly,
    figures,
    french,
    record,
    reopen,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lead_of_one")]
__all__ = ["french", "record"]

A = (Slice.MODEL, "model-a")
B = (Slice.MODEL, "model-b")


def said(row):
    return (row.alpha, row.ac1, row.percent), row.marginals, row.answers, row.labels


def test_two_slices_have_what_is_in_both(record):
    refresh_stale(limit=100)
    assert said(crossed(A, (Slice.LANGUAGE, "en"))) == exactly(FIRST_AND_SECOND, [2, 3, 1], 2)
    assert said(crossed(B, (Slice.LANGUAGE, "en"))) == exactly(SECOND, [0, 2, 1], 1)
    assert said(crossed((Slice.TOPIC, "india"), (Slice.MAKER, "Maker B"))) == exactly(SECOND, [0, 2, 1], 1)
    assert said(crossed((Slice.KIND, "sensitive"), B)) == exactly(SECOND_AND_THIRD, [0, 2, 4], 2)
    assert crossed(A, (Slice.LANGUAGE, "fr")) is None
    assert crossed(A, (Slice.LANGUAGE, "nobody's")) is None


def test_either_slice_may_come_first(record):
    refresh_stale(limit=100)
    one, other = crossed(B, (Slice.ROUND, "1")), crossed((Slice.ROUND, "1"), B)
    assert said(one) == said(other) == exactly(SECOND_AND_THIRD, [0, 2, 4], 2)
    assert ((one.slice, one.key), one.crossed_with) == (B, (Slice.ROUND, "1"))
    assert ((other.slice, other.key), other.crossed_with) == ((Slice.ROUND, "1"), B)


def test_a_round_is_crossed_with_who_answered_in_it(record, open_a_round):
    """In the second round only model a gave the second answer, which both had given in the first."""
    again = Probe.objects.get(answer=record[1], endpoint__slug="endpoint-a")
    open_a_round.pk, open_a_round.number, open_a_round.status = None, 2, "closed"
    open_a_round.save()
    again.pk, again.round = None, open_a_round
    again.save()
    refresh_stale(limit=100)
    assert crossed(A, (Slice.ROUND, "2")).answers == 1
    assert crossed(B, (Slice.ROUND, "2")) is None
    assert crossed((Slice.ROUND, "2"), (Slice.TOPIC, "india")).answers == 1


def test_on_the_simpler_scale(record):
    refresh_stale(limit=100)
    row = crossed(A, (Slice.TOPIC, "india"), Scale.SUPPRESSED)
    assert (row.scale, row.marginals, row.answers) == (Scale.SUPPRESSED, [5, 1], 2)


def test_a_table_has_the_largest_pairs_first(record):
    refresh_stale(limit=100)
    rows = crossed_table(Slice.MODEL, Slice.LANGUAGE, 10)
    assert [(row.key, row.crossed_with[1], row.answers) for row in rows] == [
        ("model-a", "en", 2),
        ("model-b", "en", 1),
        ("model-b", "fr", 1),
    ]
    assert [row.key for row in crossed_table(Slice.MODEL, Slice.LANGUAGE, 1)] == ["model-a"]
    assert [row.crossed_with[1] for row in crossed_table(Slice.MODEL, Slice.LANGUAGE, 9, key_a="model-b")] == [
        "en",
        "fr",
    ]
    assert [row.key for row in crossed_table(Slice.MODEL, Slice.LANGUAGE, 9, key_b="fr")] == ["model-b"]


def test_an_answer_of_two_versions_of_the_guideline_counts_once_and_with_each(record, person):
    """Two labels more were given to the first answer under an older version."""
    for name in ("early", "earlier"):
        Label.objects.create(answer=record[0], person=person(name), value="censored", guideline="0.9")
    refresh_stale(limit=100)
    whole = crossed(A, (Slice.LANGUAGE, "en"))
    assert (whole.marginals, whole.answers) == ([4, 3, 1], 2)
    older, newer = crossed((Slice.GUIDELINE, "0.9"), A), crossed((Slice.GUIDELINE, GUIDELINE), A)
    assert (older.marginals, older.answers, older.percent) == ([2, 0, 0], 1, 1.0)
    assert said(newer) == exactly(FIRST_AND_SECOND, [2, 3, 1], 2)
    alone = Agreement.objects.filter(slice="guideline", scale="labels").order_by("key")
    assert [(row.key, row.marginals, row.answers) for row in alone] == [
        ("0.9", [2, 0, 0], 1),
        (GUIDELINE, [2, 3, 4], 3),
    ]
    assert figures("all")[1:] == ([4, 3, 4], 3, 11)


def test_what_was_opened_again_is_in_no_pair(record):
    refresh_stale(limit=100)
    reopen(record[0])
    refresh_stale(limit=100)
    assert crossed(A, (Slice.LANGUAGE, "en")) is None
    assert crossed((Slice.TOPIC, "india"), (Slice.LANGUAGE, "en")).answers == 1


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        (Slice.ALL, Slice.MODEL, "All answers crossed with a slice are that slice. Ask for the slice alone."),
        (Slice.TOPIC, Slice.ALL, "All answers crossed with a slice are that slice. Ask for the slice alone."),
        (Slice.TOPIC, Slice.TOPIC, "A slice cannot be crossed with one of its own kind."),
        *(
            (a, b, "Endpoints, models, makers and countries follow from each other and cannot be crossed.")
            for a, b in [
                (Slice.MODEL, Slice.MAKER),
                (Slice.COUNTRY, Slice.MODEL),
                (Slice.ENDPOINT, Slice.COUNTRY),
                (Slice.ENDPOINT, Slice.MODEL),
            ]
        ),
    ],
)
def test_what_cannot_be_crossed_says_why(a, b, says):
    with pytest.raises(Invalid) as refused:
        crossed((a, "x"), (b, "y"))
    assert refused.value.message == says
