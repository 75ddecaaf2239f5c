"""The counters on answers are kept in step by every action; once a night they are counted again."""

import logging

from django.db import connection, transaction

log = logging.getLogger("candor.annotations")


@transaction.atomic
def recount() -> int:
    """Counts labels and leases afresh, mends what drifted, and reports how many answers had."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH truth AS (
                   SELECT answer.id,
                       (SELECT count(*) FROM annotations_label label
                        WHERE label.answer_id = answer.id AND label.status = 'current') AS counted,
                       (SELECT count(*) FROM annotations_assignment held
                        WHERE held.answer_id = answer.id AND held.status = 'leased') AS leased
                   FROM probes_answer answer
               )
               UPDATE probes_answer answer
               SET counted = truth.counted, leased = truth.leased,
                   wanted = GREATEST(answer.wanted, truth.counted + truth.leased)
               FROM truth
               WHERE truth.id = answer.id AND (answer.counted, answer.leased) <> (truth.counted, truth.leased)"""
        )
        drifted = cursor.rowcount
    if drifted:
        log.error("the counters of %s answers had drifted and were mended", drifted)
    return drifted
