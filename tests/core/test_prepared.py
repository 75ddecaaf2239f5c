"""Statements that are prepared, and connections that are not asked before each request."""

import time
from collections.abc import Iterator
from typing import cast

import psycopg
import pytest
from django.db import connection

from accounts.backend import Backend
from accounts.models import User
from core import prepared
from core.postgresql.base import ASK_EVERY, DatabaseWrapper


def test_values_are_numbered_in_the_order_they_are_first_named() -> None:
    statement = "SELECT %(b)s, %(a)s::int, %(b)s, 7 %% 4"
    assert prepared.numbered(statement) == (b"SELECT $1, $2::int, $1, 7 % 4", ["b", "a"])


@pytest.mark.django_db
def test_a_long_statement_is_prepared_once_whatever_its_values() -> None:
    long = f"SELECT %(a)s::bigint + 1, %(b)s::text /* {'x' * 5000} */"
    with prepared.cursor() as cursor:
        for number, text in ((1, "a"), (2**40, "bb"), (-1, "")):
            cursor.execute(long, {"b": text, "a": number})
            assert cursor.fetchone() == (number + 1, text)
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %(like)s", {"like": "%xxxx%"})
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_the_plans_are_kept() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('plan_cache_mode'), current_setting('random_page_cost')")
        assert cursor.fetchone() == ("force_generic_plan", "1.1")


@pytest.mark.django_db
def test_a_session_is_of_somebody_who_is_there_and_active() -> None:
    person = User.objects.create(username="ada", languages=["en", "fr"])
    asked = Backend()
    found = asked.get_user(person.pk)
    assert found is not None
    assert vars(found).keys() - {"_state"} == vars(User.objects.get(pk=person.pk)).keys() - {"_state"}
    assert (found.username, found.languages, found.created_at) == ("ada", ["en", "fr"], person.created_at)
    found.save()
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert asked.get_user(person.pk) is None
    assert asked.get_user(2**40) is None


@pytest.fixture
def wrapper(db: None) -> Iterator[DatabaseWrapper]:
    """A connection of its own."""
    made = cast(DatabaseWrapper, connection.copy())
    made.connect()
    yield made
    made.close()


def asked(wrapper: DatabaseWrapper) -> str:
    """The statement the server saw last on this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [wrapper.connection.info.backend_pid])
        [(query,)] = cursor.fetchall()
    return str(query)


def test_a_connection_in_use_is_usable_without_a_question(wrapper: DatabaseWrapper) -> None:
    wrapper.connection.execute("SELECT 2")
    assert wrapper.is_usable()
    assert asked(wrapper) == "SELECT 2"
    wrapper.asked_at = time.monotonic() - ASK_EVERY
    assert wrapper.is_usable()
    assert asked(wrapper) == "SELECT 1"


def test_a_connection_that_the_server_closed_is_not_usable(wrapper: DatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [wrapper.connection.info.backend_pid])
        assert cursor.fetchone() == (True,)
    assert not wrapper.is_usable()
    with pytest.raises(psycopg.OperationalError):
        wrapper.connection.execute("SELECT 1")
