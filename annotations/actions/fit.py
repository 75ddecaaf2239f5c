"""Learning how the crowd labels: one full fit of the Dawid-Skene model to all labels, and how far to believe it.

In a worker that may import numpy, once a night and whenever the labels have grown by a tenth. What is learned of the
crowd stands in one Fit, what is learned of each person in a Skill; both are written in one transaction, so that nobody
ever weighs a label by one fit and the next by another. With few labels or few people there is no fit, and everything
works by votes alone.

Labels of harm controls are in: how somebody labels is asked here, and not what a model does. Gold is not in: its truth
is for measuring how sure the fit makes, which only works with answers the fit has never seen. Gold that was made of an
answer of the record measures nothing for that reason.

Labels of open answers are in, because people are known best by all they said. So nothing of this fit is told: with all
other votes public, its shares would give away those of an open answer. What is told of the crowd is learned a second
time, from closed answers alone.
"""

from typing import Any, NamedTuple

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from annotations.agreement.dawid_skene import STRENGTH, DawidSkene, fit_dawid_skene
from annotations.agreement.gold import calibrate_on_gold
from annotations.agreement.matching import is_ahead
from annotations.agreement.measure import Interval, Measure
from annotations.agreement.oneself import self_agreement
from annotations.agreement.pairs import pairwise_kappas
from annotations.agreement.posterior import smoothed
from annotations.agreement.strength import choose_strength
from annotations.choices import CODES, SURE
from annotations.models import Fit, Label, Progress, Skill
from annotations.selectors.said import Asked, Said, all_labels, asked_again, asked_of_gold

K = len(CODES)
# With fewer on closed answers there is nothing to learn of anybody: by as few people a fit is mostly its own prior.
LEAST_LABELS = 200
LEAST_PEOPLE = 5
# The nightly fit apart, one is due when there are so many times the labels of the last one more, and at least as many.
GROWTH = 0.1
LEAST_NEW = 100
# Labels with which the strength is chosen; whole answers are drawn from more of them.
CHOSEN_WITH = 100_000
FOLDS = 5
SEED = 0
# Two people are compared where they have so many answers in common.
IN_COMMON = 20
KEPT = 30
AT_ONCE = 1000


class Learned(NamedTuple):
    """A fit and what was measured with it, not written yet; `told` is the one to closed answers alone."""

    row: Fit
    fitted: DawidSkene
    told: DawidSkene


def fit_if_grown() -> Fit | None:
    """Fits the crowd if there are a tenth more labels than the last time. Cheap where there are not: nothing is
    counted, the labels' own numbers tell.
    """
    progress = Progress.objects.filter(pk=1).first()
    before = progress.fitted_at_label if progress else 0
    known = Fit.objects.order_by("-fitted_at", "-pk").values_list("labels", flat=True).first() or 0
    return fit_crowd() if newest_label() - before >= max(LEAST_NEW, GROWTH * known) else None


def fit_crowd() -> Fit | None:
    """Fits the crowd and writes what was learned; None where too few labels or people are public.

    Reading takes 18 bytes a label, and the fit some five more.
    """
    newest = newest_label()
    said = all_labels()
    closed = said.of_closed()
    if len(closed.values) < LEAST_LABELS or closed.count_people() < LEAST_PEOPLE:
        Progress.objects.update_or_create(pk=1, defaults={"fitted_at_label": newest})
        return None
    return write(learn(said), newest)


def learn(said: Said) -> Learned:
    """The fit of these labels, calibrated, what people are to themselves and each other, and what is told of it all."""
    closed, asked = said.of_closed(), asked_of_gold()
    some = sample(closed)
    strengths = choose_strength(
        some.answers, some.people, some.values, classes=K, folds=FOLDS, seed=SEED, repeats="all"
    )
    strength = strengths.chosen or STRENGTH
    fitted = fit(said, strength)
    told = fitted if len(closed.values) == len(said.values) else fit(closed, strength)
    calibration, measured = calibrated(fitted, asked)
    row = Fit(
        answers=len(fitted.items),
        labels=len(said.values),
        people=said.count_people(),
        strength=strength,
        strengths=[{"strength": one.strength, "log_likelihood": one.log_likelihood} for one in strengths.table],
        prior=fitted.prior.tolist(),
        pooled=fitted.pooled.ravel().tolist(),
        iterations=fitted.iterations,
        log_likelihood=fitted.log_likelihood,
        calibration=calibration,
        measured=measured,
        themselves=themselves(),
        pairs=pairs(closed),
        published=published(told, closed, asked),
    )
    return Learned(row, fitted, told)


def fit(said: Said, strength: float) -> DawidSkene:
    return fit_dawid_skene(said.answers, said.people, said.values, classes=K, strength=strength, repeats="all")


def published(told: DawidSkene, closed: Said, asked: Asked) -> dict[str, Any]:
    """What may be told, of a fit to closed answers alone. Gold is outside the record, whatever is open."""
    calibration, measured = calibrated(told, asked)
    return {
        **{"answers": len(told.items), "labels": len(closed.values), "people": closed.count_people()},
        **{"prior": told.prior.tolist(), "pooled": told.pooled.ravel().tolist()},
        **{"calibration": calibration, "measured": measured},
    }


def sample(said: Said) -> Said:
    """About CHOSEN_WITH of the labels, in whole answers, the same ones whatever the order of the rows."""
    share = CHOSEN_WITH / max(1, len(said.values))
    if share >= 1:
        return said
    # Multiplied by an odd number and cut off, ids that follow each other fall anywhere.
    lot = (said.answers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
    drawn = lot < np.uint64(int(share * 2**32))
    return said.only(drawn)


def calibrated(fitted: DawidSkene, asked: Asked) -> tuple[dict[str, Any], dict[str, Any]]:
    """The calibration on gold, empty where there is too little of it, and how it did on gold kept out of it."""
    pooled = fitted.pooled.tolist()
    theirs = set(asked.people)
    skills = {
        person: smoothed(fitted.counts[place].tolist(), pooled, fitted.strength)
        for place, person in enumerate(fitted.workers)
        if person in theirs
    }
    calibration, measured = calibrate_on_gold(
        asked.gold,
        asked.people,
        asked.values,
        asked.truths,
        skills=skills,
        pooled=pooled,
        prior=fitted.prior.tolist(),
        seed=SEED,
        at_least=settings.ENV.labels_wanted,
        at_most=settings.ENV.labels_at_most,
        sure=SURE,
    )
    return calibration.to_dict() if calibration else {}, measured.to_dict()


def themselves() -> dict[str, Any]:
    """How far people agree with themselves when they are asked again."""
    people, first, again = asked_again()
    found = self_agreement(people, first, again, classes=K, seed=SEED)
    return {
        "repeats": found.repeats,
        "people": found.people,
        "percent": told(found.percent, found.percent_interval),
        "kappa": told(found.kappa, found.kappa_interval),
    }


def told(measure: Measure, interval: Interval) -> dict[str, Any]:
    return {
        **{"value": measure.value, "low": interval.low, "high": interval.high},
        "why": str(measure.reason or interval.reason) or None,
    }


def pairs(said: Said) -> dict[str, Any]:
    """How kappa is spread over the pairs of people with enough answers in common, and how many people are in these
    pairs: five people make ten of them. Nobody is named.
    """
    known = said.of_somebody()
    found = pairwise_kappas(known.answers, known.people, known.values, classes=K, at_least=IN_COMMON)
    kappas = [pair.kappa.value for pair in found if pair.kappa.value is not None]
    people = {person for pair in found if pair.kappa.value is not None for person in (pair.one, pair.other)}
    low, middle, high = np.quantile(kappas, (0.25, 0.5, 0.75)).tolist() if kappas else (None, None, None)
    counted = {"at_least": IN_COMMON, "pairs": len(kappas), "people": len(people)}
    return {**counted, "low": low, "median": middle, "high": high}


@transaction.atomic
def write(learned: Learned, newest: int) -> Fit:
    """The fit, the skill of everybody in it, and from where the workers behind the labels begin. Two at once wait."""
    Progress.objects.get_or_create(pk=1)
    progress = Progress.objects.select_for_update(no_key=True).get(pk=1)
    row = learned.row
    pooled, prior = learned.fitted.pooled.tolist(), learned.fitted.prior.tolist()
    row.save(force_insert=True)
    Skill.objects.all()._raw_delete(Skill.objects.db)
    here = set(User.objects.filter(is_active=True).values_list("pk", flat=True))
    labels = learned.fitted.counts.sum(axis=(1, 2)).round().astype(int).tolist()
    told = dict(zip(learned.told.workers, learned.told.counts, strict=True))
    Skill.objects.bulk_create(
        (
            Skill(
                person_id=person,
                fit=row,
                counts=learned.fitted.counts[place].ravel().tolist(),
                published=told[person].ravel().tolist() if person in told else None,
                labels=labels[place],
                ahead=is_ahead(
                    smoothed(learned.fitted.counts[place].tolist(), pooled, row.strength),
                    pooled,
                    prior,
                    labels=labels[place],
                ),
            )
            for place, person in enumerate(learned.fitted.workers)
            if person in here
        ),
        batch_size=AT_ONCE,
    )
    if progress.fit_id is None:
        # Until now nobody has looked at labels. From here on all new ones are, and those there are with their answers.
        progress.seen = progress.looked_at = progress.fenced = newest
    progress.fit, progress.answer, progress.fitted_at_label = row, 0, newest
    progress.save()
    kept = list(Fit.objects.order_by("-fitted_at", "-pk").values_list("pk", flat=True)[:KEPT])
    Fit.objects.exclude(pk__in=kept).delete()
    return row


def newest_label() -> int:
    """The highest number a label has; read off the end of its index."""
    newest: int | None = Label.objects.aggregate(newest=Max("pk"))["newest"]
    return newest or 0
