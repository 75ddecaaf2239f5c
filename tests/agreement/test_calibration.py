"""What gold says of posteriors: learned where they are right and where they are not, and measured on gold kept out."""

import numpy as np
import pytest

from annotations.agreement.calibrating import calibrate
from annotations.agreement.calibration import Calibration
from annotations.agreement.gold import calibrate_on_gold, gold_needed

GOOD = ((0.9, 0.08, 0.02), (0.05, 0.9, 0.05), (0.02, 0.08, 0.9))
PRIOR = (0.15, 0.25, 0.6)


def rows(truths, *, each=12, right=0.9, seed=0):
    """Labels of `each` people on every gold answer, each right with that chance, else any other."""
    rng = np.random.default_rng(seed)
    told = []
    for item, truth in enumerate(truths):
        for worker in range(each):
            label = truth if rng.random() < right else (truth + int(rng.integers(1, 3))) % 3
            told.append((item, f"w{worker}", int(label)))
    return told


def learn(told, truths, **options):
    items, workers, labels = zip(*told, strict=True)
    known = {item: (truth,) for item, truth in enumerate(truths)}
    given = {"skills": {}, "pooled": GOOD, "prior": PRIOR} | options
    return calibrate_on_gold(items, workers, labels, known, **given)


TRUTHS = [place % 3 for place in range(90)]


def test_how_much_gold_is_needed():
    assert (gold_needed(0.95), gold_needed(0.9), gold_needed(0.95, level=0.9)) == (59, 29, 45)


def test_too_little_gold_is_no_calibration_and_says_how_much_is_needed():
    truths = TRUTHS[:58]
    calibration, measured = learn(rows(truths), truths)
    assert calibration is None
    assert (measured.gold, measured.labels, measured.calibrated) == (58, 58 * 12, False)
    assert measured.why == "58 gold answers have 7 labels; with fewer than 59 nothing can be shown"
    # What the votes settle is measured all the same.
    assert measured.settled > 0.9
    assert measured.low < measured.right <= measured.high
    assert learn(rows(TRUTHS[:59]), TRUTHS[:59])[0] is not None


def test_gold_that_few_have_labelled_does_not_count():
    calibration, measured = learn(rows(TRUTHS, each=6), TRUTHS)
    assert calibration is None
    assert measured.to_dict() == {
        "settled": None, "right": None, "low": None, "high": None, "asked": None, "gold": 0, "labels": 0,
        "calibrated": False, "why": "0 gold answers have 7 labels; with fewer than 59 nothing can be shown",
    }  # fmt: skip


def test_good_labellers_are_believed_after_three():
    calibration, measured = learn(rows(TRUTHS, right=0.93), TRUTHS)
    assert calibration.chance_right((0.001, 0.001, 0.998), 3) > 0.95
    assert measured.calibrated
    assert measured.why == ""
    assert measured.settled > 0.9
    assert measured.right > 0.97
    assert measured.asked < 3.8
    # An interval of ninety answers, however many ways were drawn from them.
    assert 0.03 < measured.high - measured.low < 0.12


def test_a_posterior_that_promises_too_much_is_not_believed():
    # The matrices say nine in ten are right, but it is six in ten.
    calibration, measured = learn(rows(TRUTHS, right=0.6, each=15), TRUTHS)
    assert 0.65 < calibration.chance_right((0.01, 0.01, 0.98), 3) < 0.8
    # So most answers take all seven labels, and few are settled; but those that are, are right.
    assert measured.asked > 6
    assert measured.settled < 0.5
    assert measured.right > 0.95


def test_gold_that_misleads_everybody_leaves_the_votes_to_decide():
    truths = [0] * 30 + [1] * 30 + [2] * 30
    told = rows([truth if item % 3 else (truth + 1) % 3 for item, truth in enumerate(truths)], right=0.97)
    calibration, measured = learn(told, truths)
    assert calibration is None
    assert measured.why == "not even the surest answers are right often enough on gold"
    assert not measured.calibrated
    assert measured.right == pytest.approx(2 / 3, abs=0.02)
    assert measured.low < 2 / 3 < measured.high


def test_a_label_that_is_taken_for_right_too_is_right():
    told = rows([1] * 70, right=1.0)
    items, workers, labels = zip(*told, strict=True)
    also = dict.fromkeys(range(70), (2, 1))
    _, measured = calibrate_on_gold(items, workers, labels, also, skills={}, pooled=GOOD, prior=PRIOR)
    assert (measured.right, measured.high) == (1.0, 1.0)


def test_the_shares_of_the_classes_are_those_of_the_record():
    # Everybody is misled on censored answers: a third of gold, but a twentieth of the record.
    truths = [place % 3 for place in range(120)]
    told = rows([1 if truth == 0 else truth for truth in truths], right=0.98)
    _, often = learn(told, truths, prior=(1 / 3, 1 / 3, 1 / 3))
    _, seldom = learn(told, truths, prior=(0.05, 0.25, 0.7))
    assert often.right == pytest.approx(2 / 3, abs=0.02)
    assert seldom.right == pytest.approx(0.95, abs=0.02)


def test_nobody_in_particular_has_the_pooled_matrix():
    told = rows(TRUTHS)
    assert learn(told, TRUTHS) == learn(told, TRUTHS, skills={f"w{worker}": GOOD for worker in range(12)})


def test_order_and_repetition_change_nothing_and_a_seed_is_a_seed():
    told = rows(TRUTHS)
    again = [*told, *[(item, worker, (label + 1) % 3) for item, worker, label in told]]
    assert learn(told, TRUTHS, seed=3) == learn(again, TRUTHS, seed=3)
    shuffled = [told[place] for place in np.random.default_rng(1).permutation(len(told))]
    assert learn(told, TRUTHS, seed=3) == learn(shuffled, TRUTHS, seed=3)
    assert learn(told, TRUTHS, seed=3) != learn(told, TRUTHS, seed=4)


def test_rows_that_are_no_labels_are_refused():
    with pytest.raises(ValueError, match="none of 3 classes"):
        calibrate_on_gold([0], ["w"], [3], {0: (0,)}, skills={}, pooled=GOOD, prior=PRIOR)
    with pytest.raises(ValueError, match="shorter"):
        calibrate_on_gold([0, 1], ["w"], [1], {0: (0,)}, skills={}, pooled=GOOD, prior=PRIOR)
    with pytest.raises(ValueError, match="cases"):
        calibrate(np.empty((0, 3)), [], [], gold=[])


def cases(curve, *, answers=4000, labels=3, seed=0):
    rng = np.random.default_rng(seed)
    best = rng.uniform(0.5, 0.999, answers)
    return np.stack([best, 1 - best], axis=1), np.full(answers, labels), rng.random(answers) < curve(best)


def test_where_posteriors_are_honest_they_are_believed():
    posteriors, labels, right = cases(lambda best: best)
    found = calibrate(posteriors, labels, right, gold=np.arange(4000))
    for chance in (0.6, 0.8, 0.95):
        assert found.chance_right((chance, 1 - chance), 3) == pytest.approx(chance, abs=0.02)
    assert isinstance(found, Calibration)
    assert found.gold == 4000


def test_where_posteriors_are_wrong_what_is_so_is_learned():
    # Half the log odds: what claims .95 is right .81 of the time.
    posteriors, labels, right = cases(lambda best: 1 / (1 + np.sqrt((1 - best) / best)))
    found = calibrate(posteriors, labels, right, gold=np.arange(4000))
    assert found.chance_right((0.95, 0.05), 3) == pytest.approx(0.813, abs=0.02)


def test_little_gold_means_little_trust():
    def trusted(answers):
        crowds = [cases(lambda best: best, answers=answers, seed=seed) for seed in range(20)]
        return np.mean([calibrate(*one, gold=np.arange(answers)).chance_right((0.9, 0.1), 3) for one in crowds])

    assert trusted(60) < trusted(240) < trusted(4000) < 0.9


def test_one_answer_many_times_is_one_answer():
    posteriors, labels, right = cases(lambda best: best, answers=200)
    once = calibrate(posteriors, labels, right, gold=np.arange(200))
    often = calibrate(
        np.repeat(posteriors, 30, axis=0),
        np.repeat(labels, 30),
        np.repeat(right, 30),
        gold=np.repeat(np.arange(200), 30),
    )
    assert once.chances[3] == pytest.approx(often.chances[3], abs=1e-9)


def test_the_surer_are_never_less_likely_right_even_where_gold_says_so():
    posteriors, labels, right = cases(lambda best: 1.2 - best)
    found = calibrate(posteriors, labels, right, gold=np.arange(4000))
    assert found.chances[3][0] == found.chances[3][-1]
    assert 0.4 < found.chances[3][0] < 0.5
