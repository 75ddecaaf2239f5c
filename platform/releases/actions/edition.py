"""Taking things out of releases that are out: the orders that wait are carried out, in every release they touch.

A worker that is killed has changed nothing, or whole editions; the next call finds the order still waiting and does
what is left; at the least it looks whether bytes are left to delete. An order that is done forgets what it was about.
One that cannot be carried out in some release says why, waits, and is tried again; the others are carried out.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from annotations.actions import erase_verdicts, erase_words, remeasure
from annotations.choices import Slice
from core import events
from releases.actions.edit import InHand, edit
from releases.actions.orders import begin_again, names_of
from releases.actions.unheld import drop_unheld, sweep_store
from releases.choices import ReleaseStatus, WithdrawalKind, WithdrawalStatus
from releases.models import Release, ReleasedPerson, ReleaseFile, Withdrawal

log = logging.getLogger("candor.releases")

RETRY = timedelta(minutes=10)


def make_editions() -> int:
    """Carries out the orders that wait, oldest first, all in one go; how many. For a worker that may import pyarrow.

    Where a release cannot be edited now, or not by this version of the site, the orders that touch it say so and are
    tried again after RETRY, or with the next order; the others are carried out all the same. Opens its own
    transactions.

    Raises:
        OperationalError: the database went away.
    """
    orders = list(Withdrawal.objects.filter(status=WithdrawalStatus.WAITING).order_by("ordered_at", "pk"))
    now = timezone.now()
    if not any(order.retry_at is None or order.retry_at <= now for order in orders):
        return 0
    stuck = carry_out(orders)
    for order in orders:
        if order.pk not in stuck:
            finish(order)
        elif line := stuck[order.pk]:
            put_off(order, line)
    return len(orders) - len(stuck)


def carry_out(orders: Sequence[Withdrawal]) -> dict[int, str]:
    """Does what can be done; returns the keys of the orders that are not done whole, each with a line why. An empty one
    means that another worker is at it, or that somebody published at this moment.
    """
    stuck: dict[int, str] = {}
    for order in orders:
        try:
            catch_up(order)
            measure_again(order)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            log.exception("order %s could not be carried out", order.pk)
            stuck[order.pk] = f"What is left of it in the database could not be taken away ({said(error)})."
    ready = [order for order in orders if order.pk not in stuck]
    seen: set[int] = set()
    # From the oldest on: what a release's delta says depends on the one before.
    for release in Release.objects.filter(status=ReleaseStatus.PUBLISHED).order_by("cutoff", "pk"):
        seen.add(release.pk)
        for pk, line in carried_out(release, ready).items():
            stuck[pk] = stuck.get(pk) or line
    if Release.objects.filter(status=ReleaseStatus.PUBLISHED).exclude(pk__in=seen).exists():
        stuck = {**{order.pk: "" for order in ready}, **stuck}
    gone = set(ReleaseFile.objects.exclude(withdrawn_at=None).values_list("sha256", flat=True))
    try:
        drop_unheld(gone.union(*(order.rows.get("sums", []) for order in orders)))
        # Then all that nobody knows of.
        sweep_store()
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("bytes that were taken out of releases could not be deleted")
        line = f"Files that were taken out could not be deleted ({said(error)})."
        stuck = {order.pk: stuck.get(order.pk) or line for order in orders}
    return stuck


def carried_out(release: Release, orders: Sequence[Withdrawal]) -> dict[int, str]:
    """Takes out of one release what they order; returns the orders for which that could not be done, and why."""
    from releases.privacy.removal import Removal
    from releases.tables.layout import OldLayout
    from releases.tables.thaw import holds

    removals = {order.pk: Removal.of(order.kind, order.rows, release.pk) for order in orders}
    after = {order.pk for order in orders if release.pk in order.rows.get("again", [])}
    touching = [order for order in orders if order.pk in after or removals[order.pk] != Removal()]
    if not touching:
        return {}
    try:
        try:
            edit(release, touching, again=bool(after))
        except OldLayout as error:
            held = [one.pk for one in touching if one.pk in after or holds(release, removals[one.pk].columns)]
            if held:
                log.error("nothing can be taken out of release %s: %s", release.version, error)
            line = f"Release {release.version} has a layout in which it cannot be told where that is ({error})."
            return dict.fromkeys(held, line)
    except (OperationalError, InterfaceError):
        raise
    except InHand:
        return {order.pk: "" for order in touching}
    except Exception as error:
        log.exception("something could not be taken out of release %s", release.version)
        return {order.pk: f"Release {release.version} could not be edited ({said(error)})." for order in touching}
    return {}


def said(error: Exception) -> str:
    """What went wrong, without a word of the data: the log has the rest."""
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


@transaction.atomic
def catch_up(order: Withdrawal) -> None:
    """What slipped in while the person was going: a verdict in flight, and a release that was frozen at that moment."""
    person = order.person
    if person is None:
        return
    late = ReleasedPerson.objects.filter(person=person)
    sums = begin_again(list(late.exclude(release__status=ReleaseStatus.PUBLISHED).values_list("release", flat=True)))
    erase = order.kind == WithdrawalKind.LABELS
    found = names_of(person, labels=erase)["releases"]
    if erase:
        erase_verdicts(by=person, person=person)
    erase_words(by=person, person=person)
    if found or sums:
        order.rows["releases"] = merged(order.rows.get("releases", {}), found)
        order.rows["sums"] = [*order.rows.get("sums", []), *sums]
        order.save(update_fields=["rows"])
    late.delete()


def merged(
    known: dict[str, dict[str, list[str]]], found: dict[str, dict[str, list[str]]]
) -> dict[str, dict[str, list[str]]]:
    """Both, by release and by what they name."""
    return {
        release: {
            noun: sorted({*known.get(release, {}).get(noun, []), *found.get(release, {}).get(noun, [])})
            for noun in {*known.get(release, {}), *found.get(release, {})}
        }
        for release in {*known, *found}
    }


def measure_again(order: Withdrawal) -> None:
    """The site's own figures of what was erased."""
    figures = order.rows.get("figures", {})
    slices = {(Slice(kind), key) for kind, key in figures.get("slices", [])}
    llms = set(figures.get("llms", []))
    if slices or llms:
        remeasure(slices=slices, llms=llms)


@transaction.atomic
def put_off(order: Withdrawal, line: str) -> None:
    """Says on the order why it could not be carried out; it is tried again later."""
    waiting = Withdrawal.objects.filter(pk=order.pk, status=WithdrawalStatus.WAITING)
    if waiting.update(error=line[:500], retry_at=timezone.now() + RETRY) and order.error != line[:500]:
        events.record(by=None, verb="put_off", of=order)


@transaction.atomic
def finish(order: Withdrawal) -> None:
    """Done, and forgotten: nothing in the order leads to whom or what it was about."""
    Withdrawal.objects.filter(pk=order.pk, status=WithdrawalStatus.WAITING).update(
        status=WithdrawalStatus.DONE,
        done_at=timezone.now(),
        rows={},
        note="",
        person=None,
        prompt=None,
        answer=None,
        error="",
        retry_at=None,
    )
    events.record(by=None, verb="finish", of=order)
