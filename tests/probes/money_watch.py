"""A witness in the database: a trigger that notes each moment at which a month stood above its budget."""

import contextlib

from django.db import connection

TRIGGER = """
CREATE TABLE test_money_seen (endpoint_id bigint, spent numeric, reserved numeric, budget numeric);
CREATE FUNCTION test_money_see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO test_money_seen
    SELECT NEW.endpoint_id, NEW.spent, NEW.reserved, budget FROM probes_endpoint WHERE id = NEW.endpoint_id;
    RETURN NEW;
END $$;
CREATE TRIGGER test_money_see AFTER INSERT OR UPDATE ON probes_spending
FOR EACH ROW EXECUTE FUNCTION test_money_see();
"""
GONE = """
DROP TRIGGER IF EXISTS test_money_see ON probes_spending;
DROP FUNCTION IF EXISTS test_money_see;
DROP TABLE IF EXISTS test_money_seen;
"""


@contextlib.contextmanager
def watched_money():
    """While this lasts, every state of every month is noted."""
    with connection.cursor() as cursor:
        cursor.execute(GONE + TRIGGER)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(GONE)


def breaches():
    """The states that were above the budget: (spent, reserved, budget)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT spent, reserved, budget FROM test_money_seen WHERE spent + reserved > budget")
        return cursor.fetchall()


def moments():
    """How many states were noted, and the most that was spent and put aside at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(spent + reserved) FROM test_money_seen")
        return cursor.fetchone()
