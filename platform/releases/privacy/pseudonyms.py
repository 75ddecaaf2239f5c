"""What a release calls labels and people, and the private tables that lead back from these names.

The names are made with the release's own key, which is destroyed when it is published. From then on these tables alone
lead from a row of a file to a label or a person. A label's line goes when the label is erased; a person's when they
leave.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import connection

from releases.models import Release, ReleasedLabel, ReleasedPerson
from releases.rows.cut import Cut, labels
from releases.rows.judged import gold_labels

# Names written at a time.
BATCH = 20_000


def keep_names(release: Release, cut: Cut) -> None:
    """Writes down which label and which person each name of this release stands for, over what was written before.

    To be called in the transaction that reads the rows, so that both see the same. Memory stays flat: labels are read
    and written a batch at a time.
    """
    ReleasedLabel.objects.filter(release=release).delete()
    ReleasedPerson.objects.filter(release=release).delete()
    given = labels(cut).order_by().values_list("pk", flat=True).iterator(chunk_size=BATCH)
    copy(ReleasedLabel._meta.db_table, "label", release, cut, given)
    copy(ReleasedPerson._meta.db_table, "person", release, cut, sorted(people(cut)))


def people(cut: Cut) -> set[int]:
    """Everybody who has a pseudonym: who gave a label of the release, or one of its gold labels, and is still here."""
    given = labels(cut).filter(person__is_active=True).order_by().values_list("person", flat=True).distinct()
    return {*given, *gold_labels(cut).order_by().values_list("person", flat=True).distinct()}


def copy(table: str, noun: str, release: Release, cut: Cut, keys: Iterable[int]) -> None:
    """Adds a row for each key: the release, what it is, and its name there."""
    statement = f"COPY {table} (release_id, {noun}_id, name) FROM STDIN"
    for batch in batched(keys):
        # One after the other: nothing can be read while something is copied.
        with connection.cursor() as cursor, cursor.copy(statement) as rows:
            rows.write("".join(f"{release.pk}\t{key}\t{cut.name(noun, key)}\n" for key in batch))


def batched(keys: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(keys)
    while batch := list(islice(rest, BATCH)):
        yield batch
