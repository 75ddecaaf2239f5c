"""One release that is out gets an edition, 2026.11.0+e1, made of its own files.

Rows go, figures are computed again from what is left, and every file whose bytes change takes the place of the one
before, whose bytes are deleted; all others stay as they are, at the same addresses. withdrawn.json says what kind of
thing went and how many rows of which table, and never whose. Nothing is ever put in.

What the release after it says of the difference follows: in the transaction that makes the edition, one that is not
public yet is set back, to be built against the edition; of one that is public the order notes that its turn comes.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from core import events
from releases.actions.folders import Workshop
from releases.actions.holding import held
from releases.actions.orders import begin_again
from releases.actions.published import on_edited
from releases.actions.unheld import hold_store
from releases.choices import ReleaseStatus, WithdrawalStatus
from releases.files import store
from releases.files.sealed import Written
from releases.models import Edition, Release, ReleaseFile, Withdrawal


class InHand(Exception):
    """Another worker edits that release at this moment."""


def edit(release: Release, orders: Sequence[Withdrawal], *, again: bool) -> None:
    """Makes an edition of a release where an order takes something out of it, or where its delta is against one that
    changed (`again`). Opens its own transactions.

    Raises:
        InHand: another worker has it in hand.
        OldLayout: it cannot be told from how its files are laid out where in them it is.
        OSError: files cannot be read or written.
    """
    from releases.actions.carry_over import carry_over, fill_in_figures, without_figures
    from releases.actions.describing import describe
    from releases.documents import Tombstone
    from releases.figures import compute_figures
    from releases.privacy.removal import Removal
    from releases.privacy.take_out import take_out
    from releases.schema import FROZEN, TABLES
    from releases.tables.layout import layout_of
    from releases.tables.spool import Spool
    from releases.tables.thaw import thaw
    from releases.tables.writing import write_tables

    with held(release) as mine:
        if not mine:
            raise InHand
        place = Workshop.of(release)
        place.clear()
        try:
            own = layout_of(release)
            tables = TABLES if own.is_current else own.tables
            raw, spool = Spool(place.folder / "before", tables), Spool(place.spool, tables)
            thaw(release, raw, [table.name for table in FROZEN] if own.is_current else own.names)
            taken = take_out(raw, spool, [Removal.of(order.kind, order.rows, release.pk) for order in orders])
            if not any(taken) and not again:
                return
            number = (release.editions.order_by("-number").values_list("number", flat=True).first() or 0) + 1
            today = timezone.now().date()
            told = [
                Tombstone(number, today, order.kind, order.reason, rows)
                for order, rows in zip(orders, taken, strict=True)
                if rows
            ]
            before = [Tombstone.of(one) for each in release.editions.order_by("number") for one in told_by(each)]
            if own.is_current:
                compute_figures(spool)
                files = write_tables(spool, place.files)
                described = describe(release, place, spool, files, number=number, withdrawn=[*before, *told])
            else:
                told = without_figures(told, fill_in_figures(own, raw, spool, taken))
                everything = [*before, *told]
                described = carry_over(release, place, own, raw, spool, number=number, withdrawn=everything)
            if not told and deltas(described.files) == deltas(release.files.filter(withdrawn_at=None)):
                return
            with transaction.atomic():
                replace_files(
                    release,
                    place,
                    described.files,
                    number=number,
                    counts=described.counts,
                    tombstone={"orders": [one.as_dict() for one in told]},
                )
                follow(release, orders, changed=any(taken))
        finally:
            # Nothing that was taken out stays on this machine.
            place.clear()


def deltas(files: Iterable[Written | ReleaseFile]) -> set[tuple[str, str]]:
    """The files that say what changed since the release before."""
    return {(file.path, file.sha256) for file in files if file.path.startswith("delta/")}


def told_by(edition: Edition) -> list[Mapping[str, object]]:
    found: list[Mapping[str, object]] = edition.tombstone.get("orders", [])
    return found


def replace_files(
    release: Release,
    place: Workshop,
    files: Sequence[Written],
    *,
    number: int,
    counts: Mapping[str, object],
    tombstone: Mapping[str, object],
) -> None:
    """Makes these the files of the release. One with the same path and bytes stays; all others are withdrawn.

    Part of the caller’s transaction, whose moment is the edition’s.
    """
    hold_store()
    live = {file.path: file for file in ReleaseFile.objects.filter(release=release, withdrawn_at=None)}
    new = {file.path: file for file in files}
    same = {path for path, file in new.items() if path in live and live[path].sha256 == file.sha256}
    edition = Edition.objects.create(release=release, number=number, counts=counts, tombstone=tombstone)
    edition.refresh_from_db(fields=["made_at"])
    gone = [file.pk for path, file in live.items() if path not in same]
    ReleaseFile.objects.filter(pk__in=gone).update(withdrawn_at=edition.made_at)
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


def follow(release: Release, orders: Sequence[Withdrawal], *, changed: bool) -> None:
    """Has the releases after it told anew what changed since, where they are not public; notes those that are, where
    rows changed.
    """
    after = Release.objects.filter(previous=release)
    sums = begin_again(list(after.values_list("pk", flat=True)))
    public = set(after.filter(status=ReleaseStatus.PUBLISHED).values_list("pk", flat=True)) if changed else set()
    for order in orders:
        order.rows["sums"] = sorted({*order.rows.get("sums", []), *sums})
        order.rows["again"] = sorted({*order.rows.get("again", []), *public})
        Withdrawal.objects.filter(pk=order.pk, status=WithdrawalStatus.WAITING).update(rows=order.rows)
