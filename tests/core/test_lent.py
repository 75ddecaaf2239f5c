"""Few connections for many readers, and whoever wants a file never waits for those who stream."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from core import lent
from core.errors import Busy


@pytest.fixture(autouse=True)
def shelves(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The process for files and streams, with nothing lent yet and no patience."""
    settings.IS_FILES_PROCESS = True
    settings.ROOT_URLCONF = "config.files_urls"
    monkeypatch.setattr(lent, "WAITS_AT_MOST", 0.05)
    streams, files = lent.Shelf(lent.AT_ONCE), lent.Shelf(lent.FOR_FILES)
    monkeypatch.setattr(lent, "STREAMS", streams)
    monkeypatch.setattr(lent, "FILES", files)
    yield streams, files
    for shelf in (streams, files):
        while not shelf.empty():
            if (kept := shelf.get_nowait()) is not None:
                kept.close()


def held(shelf: lent.Shelf, leave: threading.Event, database: str) -> threading.Thread:
    """Somebody who asks something that takes long."""
    there = threading.Event()

    def ask() -> None:
        with lent.lent(shelf):
            assert connection.settings_dict["NAME"] == database
            there.set()
            leave.wait(20)

    thread = threading.Thread(target=ask)
    thread.start()
    assert there.wait(20)
    return thread


def asked(path: str) -> int:
    """The status of a request that asks the database for one thing."""

    def answer(_request: Any) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return HttpResponse(b"1")

    return lent.OneOfAFew(answer)(RequestFactory().get(path)).status_code


@pytest.mark.django_db(transaction=True)
def test_streams_that_hold_all_they_may_leave_one_for_files(shelves: Any) -> None:
    streams, files = shelves
    leave, database = threading.Event(), connection.settings_dict["NAME"]
    threads = [held(streams, leave, database) for _ in range(lent.AT_ONCE)]
    try:
        assert asked("/api/v1/answers/") == 503
        with pytest.raises(Busy), lent.lent(streams):
            pass
        assert asked(f"/data/files/{'0' * 64}/answers.csv") == 200
        assert asked("/nowhere") == 200
    finally:
        leave.set()
        for thread in threads:
            thread.join(20)
    assert asked("/api/v1/answers/") == 200
    assert (streams.qsize(), files.qsize()) == (lent.AT_ONCE, lent.FOR_FILES)


@pytest.mark.django_db(transaction=True)
def test_a_loan_within_a_loan_is_the_same_one(shelves: Any) -> None:
    _streams, files = shelves
    with lent.lent(files):
        outer = connection.connection
        with lent.lent(files), lent.lent():
            assert connection.connection is outer
    assert files.qsize() == 1
