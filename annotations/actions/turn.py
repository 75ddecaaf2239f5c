"""Whose turn it is to write figures: one worker at a time, or the slower would put older figures over newer ones."""

import time

from django.db import connection

from core import locks

EVERY_S = 0.1


def has_turn() -> bool:
    """Whether no other worker writes figures now; then none does until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 0)", [locks.AGREEMENT])
        found: tuple[bool] = cursor.fetchone()
    return found[0]


def take_turn() -> None:
    """Waits for it. To be called first in a transaction, so that nobody waits for what this one holds."""
    while not has_turn():
        time.sleep(EVERY_S)
