"""Taking things out of releases that are out: each one touched gets an edition, 2026.11.0+e1, made of its own files.

Rows go, figures are computed again from what is left, and every file whose bytes change takes the place of the one
before, whose bytes are deleted; all others stay as they are, at the same addresses. withdrawn.json says what kind of
thing went and how many rows of which table, and never whose. Nothing is ever put in.

A worker that is killed has changed nothing, or a whole edition; the next call finds the order still waiting and does
what is left; at the least it looks whether bytes are left to delete. An order that is done forgets what it was about.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from annotations.actions import erase_verdicts, erase_words, remeasure
from annotations.choices import Slice
from core import events
from releases import store
from releases.actions.folders import Workshop
from releases.actions.holding import held
from releases.actions.orders import begin_again, names_of
from releases.actions.published import on_edited
from releases.actions.unheld import drop_unheld, hold_store
from releases.choices import ReleaseStatus, WithdrawalKind, WithdrawalStatus
from releases.models import Edition, Release, ReleasedPerson, ReleaseFile, Withdrawal
from releases.sealed import Written

log = logging.getLogger("candor.releases")


def make_editions() -> int:
    """Carries out the orders that wait, oldest first, all in one go; how many. For a worker that may import pyarrow.

    A release that cannot be edited now (its files cannot be read, the disk is full) leaves the orders waiting, and the
    others are edited all the same. Opens its own transactions.
    """
    orders = list(Withdrawal.objects.filter(status=WithdrawalStatus.WAITING).order_by("ordered_at", "pk"))
    if not orders:
        return 0
    for order in orders:
        catch_up(order)
    measure_again(orders)
    whole = True
    changed: set[int] = set()
    # From the oldest on: what a release's delta says depends on the one before.
    for release in Release.objects.filter(status=ReleaseStatus.PUBLISHED).order_by("cutoff", "pk"):
        try:
            if edit(release, orders, again=release.previous_id in changed):
                changed.add(release.pk)
        except OSError:
            log.exception("something could not be taken out of release %s", release.version)
            whole = False
    gone = set(ReleaseFile.objects.exclude(withdrawn_at=None).values_list("sha256", flat=True))
    try:
        drop_unheld(gone.union(*(order.rows.get("sums", []) for order in orders)))
    except OSError:
        log.exception("bytes that were taken out of releases could not be deleted")
        whole = False
    if whole:
        for order in orders:
            finish(order)
    return len(orders) if whole else 0


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


def measure_again(orders: Sequence[Withdrawal]) -> None:
    """The site's own figures of what was erased."""
    figures = [order.rows.get("figures", {}) for order in orders]
    slices = {(Slice(kind), key) for each in figures for kind, key in each.get("slices", [])}
    llms = {llm for each in figures for llm in each.get("llms", [])}
    if slices or llms:
        remeasure(slices=slices, llms=llms)


def edit(release: Release, orders: Sequence[Withdrawal], *, again: bool) -> bool:
    """Makes an edition of a release where an order touches it, or where its delta is against one that changed.

    Returns whether rows of it changed.
    """
    from releases.actions.describing import describe
    from releases.documents import Tombstone
    from releases.figures import compute_figures
    from releases.removal import Removal, take_out
    from releases.schema import FROZEN
    from releases.spool import Spool
    from releases.thaw import OldLayout, thaw
    from releases.writing import write_tables

    removals = [Removal.of(order.kind, order.rows, release.pk) for order in orders]
    if not again and all(removal == Removal() for removal in removals):
        return False
    with held(release) as mine:
        if not mine:
            raise OSError(f"another worker has release {release.version} in hand")
        place = Workshop.of(release)
        place.clear()
        try:
            raw, spool = Spool(place.folder / "before"), Spool(place.spool)
            try:
                thaw(release, raw, [table.name for table in FROZEN])
            except OldLayout:
                log.error("release %s is of an older layout: nothing can be taken out of it", release.version)
                return False
            taken = take_out(raw, spool, removals)
            if not any(taken) and not again:
                return False
            number = (release.editions.order_by("-number").values_list("number", flat=True).first() or 0) + 1
            today = timezone.now().date()
            told = [
                Tombstone(number, today, order.kind, order.reason, rows)
                for order, rows in zip(orders, taken, strict=True)
                if rows
            ]
            before = [Tombstone.of(one) for each in release.editions.order_by("number") for one in told_by(each)]
            compute_figures(spool)
            tables = write_tables(spool, place.files)
            described = describe(release, place, spool, tables, number=number, withdrawn=[*before, *told])
            if not told and deltas(described.files) == deltas(release.files.filter(withdrawn_at=None)):
                return False
            replace_files(
                release,
                place,
                described.files,
                number=number,
                counts=described.counts,
                tombstone={"orders": [one.as_dict() for one in told]},
            )
        finally:
            # Nothing that was taken out stays on this machine.
            place.clear()
    return any(taken)


def deltas(files: Iterable[Written | ReleaseFile]) -> set[tuple[str, str]]:
    """The files that say what changed since the release before."""
    return {(file.path, file.sha256) for file in files if file.path.startswith("delta/")}


def told_by(edition: Edition) -> list[Mapping[str, object]]:
    found: list[Mapping[str, object]] = edition.tombstone.get("orders", [])
    return found


@transaction.atomic
def replace_files(
    release: Release,
    place: Workshop,
    files: Sequence[Written],
    *,
    number: int,
    counts: Mapping[str, object],
    tombstone: Mapping[str, object],
) -> None:
    """Makes these the files of the release. One with the same path and bytes stays; all others are withdrawn."""
    hold_store()
    now = timezone.now()
    live = {file.path: file for file in ReleaseFile.objects.filter(release=release, withdrawn_at=None)}
    new = {file.path: file for file in files}
    same = {path for path, file in new.items() if path in live and live[path].sha256 == file.sha256}
    Edition.objects.create(release=release, number=number, made_at=now, counts=counts, tombstone=tombstone)
    gone = [file.pk for path, file in live.items() if path not in same]
    ReleaseFile.objects.filter(pk__in=gone).update(withdrawn_at=now)
    for path in sorted(new.keys() - same):
        store.adopt(place.files / path, new[path].sha256)
    ReleaseFile.objects.bulk_create(
        ReleaseFile(
            release=release,
            edition=number,
            path=path,
            sha256=file.sha256,
            bytes=file.bytes,
            rows=file.rows,
            media_type=file.media_type,
        )
        for path, file in sorted(new.items())
        if path not in same
    )
    events.record(by=None, verb="edit", of=release, edition=number, files=len(new) - len(same))
    on_edited(release, edition=number)


@transaction.atomic
def finish(order: Withdrawal) -> None:
    """Done, and forgotten: nothing in the order leads to whom or what it was about."""
    Withdrawal.objects.filter(pk=order.pk, status=WithdrawalStatus.WAITING).update(
        status=WithdrawalStatus.DONE, done_at=timezone.now(), rows={}, person=None, prompt=None, answer=None
    )
    events.record(by=None, verb="finish", of=order)
