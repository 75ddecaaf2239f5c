"""What the log says of an error of the database."""

import logging
import sys

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.models import User
from core.logs import Line, without_rows

NAME = "zebulon-quartermain"


@pytest.mark.django_db
def test_a_row_that_was_refused_is_not_in_the_log():
    User.objects.create(username=NAME)
    try:
        with transaction.atomic():
            User.objects.create(username=NAME)
    except IntegrityError as error:
        assert NAME in str(error)
        record = logging.LogRecord("candor", logging.ERROR, __file__, 1, "it failed: %s", (error,), sys.exc_info())
        text = Line("{message}", style="{").format(record)
    assert NAME not in text
    assert "DETAIL: left out" in text
    assert "unique constraint" in text
    assert "Traceback" in text
    assert "test_logs.py" in text


@pytest.mark.django_db
def test_a_statement_that_was_not_taken_is_not_in_the_log():
    """As when the code is newer than the tables: psycopg writes the values into the statement itself."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 WHERE nobody = %s", [NAME])
    except ProgrammingError as error:
        assert NAME in str(error)
        record = logging.LogRecord("candor", logging.ERROR, __file__, 1, "it failed: %s", (error,), sys.exc_info())
        text = Line("{message}", style="{").format(record)
    assert NAME not in text
    assert "LINE: left out" in text
    assert 'column "nobody" does not exist' in text
    assert "^\n" not in text.partition("Traceback")[0]


def test_a_row_of_several_lines_goes_whole_and_what_follows_stays():
    text = 'ERROR: no\nDETAIL:  Failing row contains (a note\nof two lines, x).\nCONTEXT:  COPY\n  File "x.py", line 1'
    assert without_rows(text) == 'ERROR: no\nDETAIL: left out\nCONTEXT:  COPY\n  File "x.py", line 1'
