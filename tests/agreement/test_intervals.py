"""Bootstrap intervals that repeat exactly and say why they are missing; Wilson's against Newcombe's table."""

import numpy as np
import pytest

from annotations.agreement import (
    bootstrap_agreement,
    krippendorff_alpha,
    measure_agreement,
    resampling,
    wilson_interval,
)

from . import tables

# Rows of three labels over three classes, and how often each occurs in a large population of answers.
ROWS = np.array([[3, 0, 0], [0, 3, 0], [0, 0, 3], [2, 1, 0], [1, 2, 0], [0, 2, 1], [1, 1, 1]])
CHANCES = np.array([0.45, 0.15, 0.12, 0.12, 0.08, 0.05, 0.03])


def reason_of(found):
    return found.alpha.reason, found.ac1.reason, found.percent.reason


def test_more_answers_narrow_the_interval_by_the_square_root():
    few = bootstrap_agreement(ROWS, (CHANCES * 100).astype(int)).alpha
    many = bootstrap_agreement(ROWS, (CHANCES * 10_000).astype(int)).alpha
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(10, rel=0.1)


def test_a_higher_level_is_wider_and_around_the_value():
    table = tables.of_confusion(tables.ABSTRACTORS)
    wide, narrow = bootstrap_agreement(*table, level=0.99).alpha, bootstrap_agreement(*table, level=0.5).alpha
    value = krippendorff_alpha(*table).value
    assert wide.low < narrow.low < value < narrow.high < wide.high
    assert (wide.level, narrow.level) == (0.99, 0.5)


def test_gwets_abstractors_agree_with_his_normal_intervals():
    # He prints (0.68, 0.914), (0.764, 0.935) and (0.828, 0.952), from standard errors .0591, .0432 and .0313, which are
    # symmetric and 1.96 errors wide; ours lean to the longer side and are a few hundredths wider for the hundred items.
    found = bootstrap_agreement(*tables.of_confusion(tables.ABSTRACTORS), replicates=10_000)
    for interval, low, high in [
        (found.alpha, 0.680, 0.914),
        (found.ac1, 0.764, 0.935),
        (found.percent, 0.828, 0.952),
    ]:
        assert interval.low == pytest.approx(low, abs=0.016)
        assert interval.high == pytest.approx(high, abs=0.015)
        assert 1.0 <= (interval.high - interval.low) / (high - low) <= 1.07


def test_the_same_seed_gives_the_same_interval_in_any_order():
    rng = np.random.default_rng(3)
    counts = rng.multinomial(3, [0.6, 0.3, 0.1], size=300)
    first = bootstrap_agreement(counts, seed=9)
    assert bootstrap_agreement(rng.permutation(counts), seed=9) == first
    assert bootstrap_agreement(counts, seed=10) != first


@pytest.mark.parametrize("repeated", [1, 100], ids=["one by one", "by kind"])
def test_the_memory_limit_does_not_change_the_draws(monkeypatch, repeated):
    counts = [[3, 0], [2, 1], [1, 2], [0, 3], [1, 0], [0, 1], [2, 0]] * repeated
    whole = bootstrap_agreement(counts)
    monkeypatch.setattr(resampling, "_CELLS_AT_ONCE", 70)
    assert bootstrap_agreement(counts) == whole


def test_answers_with_a_single_label_leave_alpha_and_percent_alone():
    pairs = [[2, 0], [1, 1], [0, 2]] * 20
    without, with_singles = bootstrap_agreement(pairs), bootstrap_agreement([*pairs, *[[1, 0]] * 40, [0, 0]])
    assert (with_singles.alpha, with_singles.percent) == (without.alpha, without.percent)
    assert with_singles.ac1 != without.ac1


def test_too_few_answers_have_no_interval():
    assert reason_of(bootstrap_agreement([[1, 0], [0, 1]])) == ("no answer has two labels",) * 3
    assert reason_of(bootstrap_agreement([[2, 1], [0, 1]])) == ("fewer than two answers have two labels",) * 3


def test_a_sample_without_variation_proves_nothing():
    same = "resampling the answers always gives the same value"
    assert reason_of(bootstrap_agreement([[3, 0, 0]] * 5 + [[0, 2, 0]] * 5)) == (same, same, same)
    assert reason_of(bootstrap_agreement([[1, 1, 1]] * 10)) == (same, same, same)


def test_one_class_is_the_reason_where_alpha_itself_has_none():
    same = "resampling the answers always gives the same value"
    assert reason_of(bootstrap_agreement([[3, 0], [2, 0]])) == ("only one class was used", same, same)
    assert bootstrap_agreement([[3], [2]]).ac1.reason == "there is only one class to choose from"


def test_alpha_has_no_interval_where_most_resamples_lose_the_rare_class():
    found = bootstrap_agreement([[3, 0]] * 99 + [[2, 1]])
    assert found.alpha.reason == "too few answers got anything but one class"
    assert found.percent.reason == ""
    assert bootstrap_agreement([[3, 0]] * 95 + [[2, 1]] * 5).alpha.reason == ""


def test_each_end_has_its_share_of_what_lies_beyond_it():
    # Many items, so that neither the widening nor the correction moves the ends: plain percentiles of the same draws.
    times = (CHANCES * 100_000).astype(int)
    found = bootstrap_agreement(ROWS, times, replicates=4000, seed=5)
    for name in ("alpha", "ac1", "percent"):
        value, interval = getattr(measure_agreement(ROWS, times), name).value, getattr(found, name)
        assert (interval.high - value) / (value - interval.low) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("counts", [[[3, 0]] * 3 + [[2, 1]] * 3 + [[0, 3]] * 2, [[4, 1], [0, 2], [1, 1]] * 4])
def test_sums_are_whole_or_added_in_one_order(counts, monkeypatch):
    exact = bootstrap_agreement(counts, seed=3)
    monkeypatch.setattr(resampling, "_EXACT", 0.0)  # no scale makes the fractions whole
    rounded = bootstrap_agreement(counts, seed=3)
    assert bootstrap_agreement(list(reversed(counts)), seed=3) == rounded
    for name in ("alpha", "ac1", "percent"):
        one, other = getattr(exact, name), getattr(rounded, name)
        assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=0.05)


@pytest.mark.parametrize("wrong", [{"replicates": 1}, {"level": 0.0}, {"level": 95}])
def test_senseless_settings_are_refused(wrong):
    with pytest.raises(ValueError, match=r"resamples|confidence level"):
        bootstrap_agreement([[2, 1], [0, 3]], **wrong)


@pytest.mark.parametrize(
    ("successes", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_newcombe_prints_it(successes, total, low, high):
    found = wilson_interval(successes, total)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_wilson_is_symmetric_and_ends_at_the_edges():
    assert wilson_interval(0, 20).low == 0.0
    assert wilson_interval(20, 20).high == 1.0
    assert wilson_interval(20, 20).low == pytest.approx(1 - wilson_interval(0, 20).high, abs=1e-15)


def test_wilson_of_nothing_is_undefined_and_of_nonsense_refused():
    assert wilson_interval(0, 0).reason == "nothing was counted"
    for successes, total in [(-1, 5), (6, 5)]:
        with pytest.raises(ValueError, match="not a share"):
            wilson_interval(successes, total)
    with pytest.raises(ValueError, match="confidence level"):
        wilson_interval(1, 5, level=1.0)
