"""What became public, changed or went, in an order in which nothing can come before what was read already.

Of each thing only the latest change is told. So reading from the beginning brings everything once, and the feed is no
history: which things were taken away together, and came back, can be read from it only while they are away.
"""

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from releases.models import Change

# The cursor before everything.
BEGINNING = 0


def fence() -> int:
    """Changes of transactions below it are all committed, and no other can come below it any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT releases_change_fence()")
        return int(cursor.fetchone()[0])


def told() -> QuerySet[Change]:
    """The latest change of each thing, by transaction and id. As of this moment, however late it is read."""
    safe = Change.objects.filter(transaction__lt=fence())
    same = safe.filter(noun=OuterRef("noun"), key=OuterRef("key"))
    later = same.filter(
        Q(transaction__gt=OuterRef("transaction")) | Q(transaction=OuterRef("transaction"), id__gt=OuterRef("id"))
    )
    return safe.filter(~Exists(later))


def transaction_of(change: int) -> int | None:
    """The transaction of a change, by which a cursor finds its place; None where there is no such change."""
    return Change.objects.filter(pk=change).values_list("transaction", flat=True).first()


def newest() -> int:
    """The id of the last change that can be told now: a cursor behind everything so far."""
    last = Change.objects.filter(transaction__lt=fence()).order_by("-transaction", "-id")
    return last.values_list("pk", flat=True).first() or BEGINNING
