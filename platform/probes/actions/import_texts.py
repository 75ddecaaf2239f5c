"""The texts of an import wait aside until all else of it is written, and become answers in its last moments.

An answer that is new is locked until its transaction ends, for all who bring the same text. So an import first does
all that takes long, with its texts in a table that only it can see. Then it makes the answers to questions that we
never ask; then those to questions of ours, which workers may be recording at this moment, in the order in which
record_answers makes them; and then it ends. Nothing of the caller's runs in between: it could take long.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import locks
from core.deadlocks import done_again
from core.errors import Conflict
from probes.actions.answers import Delivered, bring_back, priority
from probes.choices import AnswerState
from probes.identity import mask
from probes.selectors.identity import known_names

# sha256 in the order of Python's strings. `ours`: the question is one that we may ask.
ASIDE = """
CREATE TEMPORARY TABLE import_text (
  probe bigint NOT NULL, ours boolean NOT NULL, version bigint NOT NULL, sha256 text COLLATE "C" NOT NULL,
  text text NOT NULL, escaped boolean NOT NULL, language text NOT NULL, priority smallint NOT NULL,
  leaked boolean NOT NULL
) ON COMMIT DROP
"""
PUT = """
INSERT INTO import_text SELECT * FROM unnest(
  %s::bigint[], %s::boolean[], %s::bigint[], %s::text[], %s::text[], %s::boolean[], %s::text[], %s::smallint[],
  %s::boolean[]
)
"""
# What record_answers makes of a text, column for column.
MAKE = """
INSERT INTO probes_answer (public_id, version_id, sha256, text, escaped, language, state, wanted, counted, leased,
                           may_publish, priority, identity_leaked, created_at)
SELECT DISTINCT ON (version, sha256) gen_random_uuid(), version, sha256, text, escaped, language, 'open', %s, 0, 0,
       %s, priority, leaked, statement_timestamp()
FROM import_text WHERE ours = %s ORDER BY version, sha256, probe
ON CONFLICT (version_id, sha256) DO NOTHING
"""
STALE = """
SELECT DISTINCT answer.id FROM import_text
JOIN probes_answer answer ON (answer.version_id, answer.sha256) = (import_text.version, import_text.sha256)
WHERE import_text.ours = %s AND (answer.state = %s OR %s AND NOT answer.may_publish)
"""
GIVE = """
UPDATE probes_probe probe SET answer_id = answer.id FROM import_text
JOIN probes_answer answer ON (answer.version_id, answer.sha256) = (import_text.version, import_text.sha256)
WHERE probe.id = import_text.probe AND import_text.ours = %s
"""


@dataclass(frozen=True)
class Aside:
    """A text, the probe that is to bring it, and whether its question is one that we may ask."""

    probe: int
    ours: bool
    delivered: Delivered


def open_aside() -> None:
    """Makes room for the texts of one import. One import at a time is completed.

    Raises:
        Conflict: another import is being completed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 0)", [locks.IMPORTS])
        if cursor.fetchone() != (True,):
            raise Conflict(_("Another import is being completed at this moment. Try again later."))
        cursor.execute(ASIDE)


def put_aside(texts: Sequence[Aside]) -> None:
    if not texts:
        return
    names = known_names()
    rows = [
        (
            *(one.probe, one.ours, one.delivered.version, one.delivered.sha256),
            *(one.delivered.text, one.delivered.escaped, one.delivered.language, priority(one.delivered)),
            mask(one.delivered.text, names=names).leaked,
        )
        for one in texts
    ]
    with connection.cursor() as cursor:
        cursor.execute(PUT, [list(column) for column in zip(*rows, strict=True)])


def give_answers(*, may_publish: bool) -> None:
    """Makes or finds the answer of each text that waits, and gives it to its probe. The last thing an import does."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON import_text (ours, version, sha256, probe)")
        cursor.execute("ANALYZE import_text")
        done_again(lambda: give(ours=False, may_publish=may_publish))
        # All references so far are checked now; what is left for the end are those to the answers that follow.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        done_again(lambda: give(ours=True, may_publish=may_publish))
        cursor.execute("DROP TABLE import_text")


@transaction.atomic
def give(*, ours: bool, may_publish: bool) -> None:
    """All new rows in one order, then all others in one order, as record_answers does."""
    with connection.cursor() as cursor:
        cursor.execute(MAKE, [settings.ENV.labels_wanted, may_publish, ours])
        cursor.execute(STALE, [ours, AnswerState.WITHDRAWN, may_publish])
        bring_back([pk for (pk,) in cursor.fetchall()], may_publish=may_publish)
        cursor.execute(GIVE, [ours])
