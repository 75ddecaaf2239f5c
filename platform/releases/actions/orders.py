"""Orders to take something out: written down in the transaction that takes it out of the database.

What was published already is taken out by a worker (edition.py), which finds in the order the names that the rows have
in the files; the database knows them no more. What is being built, or is built and not yet public, begins anew: its
files hold what has just gone.
"""

from collections.abc import Collection
from typing import Any

from accounts.models import User
from core import events
from releases.choices import ReleaseStatus, Stage, WithdrawalKind
from releases.models import Release, ReleasedLabel, ReleasedPerson, ReleaseFile, Withdrawal


def order(
    *,
    by: User,
    kind: WithdrawalKind,
    reason: str = "",
    note: str = "",
    person: User | None = None,
    rows: dict[str, Any],
    figures: dict[str, Any] | None = None,
) -> Withdrawal:
    """Writes the order down; part of the caller's transaction.

    Args:
        reason: a WithdrawalReason, for everybody to read. note: for the maintainers, until it is done.
        rows: what to look for in the files of releases: {"versions": [...], "answers": [...]} in all of them, with
            {"families": {slug: slug without words}} of those that are called by words that went; and
            {"releases": {key: {"people": [...], "labels": [...]}}} in each; {"sums": [...]} of files whose bytes go.
        figures: what has to be measured again: {"slices": [[kind, key], ...], "llms": [...]}.
    """
    made = Withdrawal.objects.create(
        kind=kind, reason=reason, note=note, person=person, ordered_by=by, rows={**rows, "figures": figures or {}}
    )
    events.record(by=by, verb="order", of=made, kind=str(kind))
    return made


def begin_again(releases: Collection[int] | None = None) -> list[str]:
    """Has releases that are not public read the database afresh. Part of the caller's transaction.

    Returns the sums of the files they had; their bytes go when the order is carried out (orders name them).

    All of them, or those named. A worker that is at one finds its stage changed and leaves it; one that reads the
    database at this moment is refused at the end, since the row changed behind it.
    """
    frozen = Release.objects.filter(status__in=[ReleaseStatus.BUILDING, ReleaseStatus.BUILT])
    if releases is not None:
        frozen = frozen.filter(pk__in=releases)
    found = [release.pk for release in frozen.order_by("pk").select_for_update(no_key=True)]
    ReleasedLabel.objects.filter(release__in=found).delete()
    ReleasedPerson.objects.filter(release__in=found).delete()
    files = ReleaseFile.objects.filter(release__in=found)
    sums = sorted(set(files.values_list("sha256", flat=True)))
    files.delete()
    Release.objects.filter(pk__in=found).update(
        status=ReleaseStatus.BUILDING, stage=Stage.WAITING, attempts=0, progress={}, counts={}
    )
    return sums


def names_of(person: User, *, labels: bool) -> dict[str, Any]:
    """By published release, the names it has for a person; with `labels` also those of their labels, where it has none
    for the person any more: they left before, and now what had stayed goes too.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for release, name in ReleasedPerson.objects.filter(person=person).values_list("release", "name"):
        found[str(release)] = {"people": [name]}
    if labels:
        nameless = ReleasedLabel.objects.filter(label__person=person).exclude(release__in=[int(key) for key in found])
        for release, name in nameless.order_by("release", "name").values_list("release", "name").iterator():
            found.setdefault(str(release), {}).setdefault("labels", []).append(name)
    return {"releases": found}
