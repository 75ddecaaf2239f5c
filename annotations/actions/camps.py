"""What is left of each label's share where people are of two camps. Only answers with ten labels can show it.

Camps are seen across answers, so those with as many labels that were closed last are looked at with it. Most sites stop
at seven labels and never come here.
"""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from django.db import connection

from annotations.agreement.bridging import LEAST_LABELS, bridge
from annotations.choices import Value

# So many answers are looked at besides those that are asked about.
BESIDE = 1000
SAID = """
SELECT label.answer_id, label.person_id, label.value FROM annotations_label label
WHERE label.status = 'current' AND label.person_id IS NOT NULL AND (label.answer_id = ANY(%s) OR label.answer_id IN (
    SELECT answer.id FROM probes_answer answer
    WHERE answer.state IN ('settled', 'contested') AND answer.counted >= %s
    ORDER BY answer.closed_at DESC, answer.id LIMIT %s))
ORDER BY label.answer_id, label.person_id
"""


def bridged_shares(answers: Collection[int]) -> dict[int, list[float]]:
    """For each of these answers the bridged share of each label, in the order of Value; those of which nothing can be
    said are left out. All of them have LEAST_LABELS labels.
    """
    if not answers:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(SAID, [list(answers), LEAST_LABELS, BESIDE])
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    items, people = [row[0] for row in rows], [row[1] for row in rows]
    found: dict[int, list[float]] = {}
    for value in Value.values:
        said = np.array([row[2] == value for row in rows], dtype=np.float64)
        for one in bridge(items, people, said).items:
            if one.bridged.value is not None:
                found.setdefault(one.item, []).append(one.bridged.value)
    return {pk: shares for pk, shares in found.items() if pk in answers and len(shares) == len(Value.values)}
