"""How a stream is sent: compressed, to no more than there is room for, and never taken for whole where it broke off."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import zstandard
from django.core.signals import request_finished
from django.db import OperationalError, close_old_connections

from accounts.choices import Scope
from accounts.models import User
from api.streams import made, sending
from core import readers
from core.readers import Gate
from probes.models import Answer
from tests.api.conftest import Caller, is_problem
from tests.api.streaming import CSV, NDJSON, body


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("zstd, gzip", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("*", "zstd"),
        ("gzip;q=0", None),
        ("br", None),
        ("identity, gzip;q=0.5", None),
        ("", None),
        ("gzip;q=nonsense", None),
    ],
)
def test_compressed_as_the_reader_takes_it(nobody: Caller, varied: None, accepted: str, encoding: str | None) -> None:
    plain_bytes = body(nobody.get("answers/", headers={"accept": NDJSON}))
    response = nobody.get("answers/", headers={"accept": NDJSON, "accept-encoding": accepted})
    assert response.get("Content-Encoding") == encoding
    assert {"Accept", "Accept-Encoding"} <= {part.strip() for part in response["Vary"].split(",")}
    sent = body(response)
    if encoding == "gzip":
        sent = gzip.decompress(sent)
    if encoding == "zstd":
        sent = zstandard.ZstdDecompressor().decompressobj().decompress(sent)
    assert sent == plain_bytes


def test_json_is_what_comes_unless_somebody_asks(nobody: Caller, varied: None) -> None:
    for accept in ("*/*", "application/json", "text/html,application/xhtml+xml,*/*;q=0.8"):
        response = nobody.get("answers/", headers={"accept": accept})
        assert response["Content-Type"] == "application/json"
        assert set(response.json()) == {"next", "results"}
    is_problem(nobody.get("answers/", headers={"accept": "application/pdf"}), 406)


def test_what_is_wrong_is_a_problem_and_no_stream(
    nobody: Caller, varied: None, caller: Callable[..., Caller], labeller: User
) -> None:
    for query in ({"page_size": "10"}, {"cursor": "nonsense"}, {"format": "xml"}, {"language": "xx"}):
        for accept in (NDJSON, CSV):
            is_problem(nobody.get("answers/", query, headers={"accept": accept}), 422)
    # One answer is no list, and what is somebody's own is no stream.
    one = Answer.objects.filter(state="settled")[0].public_id
    is_problem(nobody.get(f"answers/{one}/", headers={"accept": CSV}), 406)
    is_problem(caller(labeller, Scope.LABEL).get("assignments/", headers={"accept": NDJSON}), 406)
    # Slices crossed are counted for whoever asks, on one page.
    crossed = {"slice": "topic", "with": "language"}
    is_problem(nobody.get("agreement/", crossed, headers={"accept": NDJSON}), 406)


def test_head_says_what_would_come(nobody: Caller, varied: None) -> None:
    response = nobody.client.head("/api/v1/answers/", headers={"accept": CSV})
    assert (response.status_code, response.content) == (200, b"")
    assert response["Content-Type"] == "text/csv; charset=utf-8; header=present"


def test_the_site_leads_on_to_the_process_for_streams(nobody: Caller, varied: None, settings: Any) -> None:
    settings.FILES_URL = "https://files.candor.example"
    response = nobody.get("answers/?language=en&cursor=00000000-0000-0000-0000-000000000000", headers={"accept": CSV})
    assert response.status_code == 307
    assert response["Location"] == (
        "https://files.candor.example/api/v1/answers/?language=en&cursor=00000000-0000-0000-0000-000000000000"
    )
    assert response["Access-Control-Allow-Origin"] == "*"
    is_problem(nobody.get("answers/?language=xx", headers={"accept": CSV}), 422)
    assert nobody.get("answers/").status_code == 200


def left(response: Any) -> None:
    """As the server does where a reader has gone; what Django does at the end of a request would end the test's own."""
    request_finished.disconnect(close_old_connections)
    try:
        response.close()
    finally:
        request_finished.connect(close_old_connections)


def test_no_more_readers_than_there_may_be(nobody: Caller, varied: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "STREAMS", Gate(at_most=2, per_address=2))
    one = nobody.get("answers/", headers={"accept": NDJSON})
    two = nobody.get("labels/", headers={"accept": CSV})
    third = nobody.get("labels/", headers={"accept": CSV})
    assert is_problem(third, 503)["code"] == "busy"
    assert third["Retry-After"] == str(readers.COME_BACK_AFTER)
    assert third["Access-Control-Allow-Origin"] == "*"
    left(one)  # whoever goes away makes room
    three = nobody.get("answers/", headers={"accept": NDJSON})
    assert three.status_code == 200
    list(two.streaming_content)  # and so does whoever has read it all
    assert nobody.get("labels/", headers={"accept": CSV}).status_code == 200
    # HEAD takes no place, nor does what was refused.
    assert sending.STREAMS.inside.total() == 2


def test_one_address_has_not_all_the_places() -> None:
    gate = Gate(at_most=3, per_address=1)
    leave = gate.enter("192.0.2.1")
    with pytest.raises(readers.Busy):
        gate.enter("192.0.2.1")
    gate.enter("192.0.2.2")
    leave()
    leave()
    assert gate.inside == {"192.0.2.2": 1}
    gate.enter("192.0.2.1")


@pytest.mark.parametrize("accept", [NDJSON, CSV])
@pytest.mark.parametrize("encoding", ["identity", "gzip", "zstd"])
def test_a_stream_that_breaks_off_is_not_taken_for_whole(
    nobody: Caller, varied: None, monkeypatch: pytest.MonkeyPatch, accept: str, encoding: str
) -> None:
    monkeypatch.setattr(sending, "FIRST", 2)
    monkeypatch.setattr(sending, "MOST", 2)
    response = nobody.get("answers/", headers={"accept": accept, "accept-encoding": encoding})

    def gone(*_told: Any) -> Any:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(made.Made, "page", gone)
    sent = body(response)
    if encoding == "gzip":
        with pytest.raises(EOFError):
            gzip.decompress(sent)
        return
    if encoding == "zstd":
        packed = zstandard.ZstdDecompressor().decompressobj()
        packed.decompress(sent)
        assert packed.eof is False
        return
    text = sent.decode()
    assert not text.endswith("\n")
    if accept == NDJSON:
        with pytest.raises(json.JSONDecodeError):
            json.loads(text.splitlines()[-1])
        last = json.loads(text.splitlines()[-2])
        assert f"cursor={last['id']}" in text.splitlines()[-1]
    else:
        with pytest.raises(csv.Error):
            list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_an_hour_is_enough(nobody: Caller, varied: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "FIRST", 2)
    monkeypatch.setattr(sending, "MOST", 2)
    monkeypatch.setattr(sending, "LASTS_AT_MOST", -1.0)
    text = body(nobody.get("answers/", headers={"accept": NDJSON})).decode()
    *rows, last = text.splitlines()
    assert len(rows) == 2
    assert last == f'{{"detail":"broken off here; go on with cursor={json.loads(rows[-1])["id"]}"'


def test_nothing_to_stream_is_an_empty_stream(nobody: Caller, topic: Any) -> None:
    assert body(nobody.get("answers/", headers={"accept": NDJSON})) == b""
    assert body(nobody.get("labels/", headers={"accept": CSV})) == (
        b"id,answer,prompt,language,value,facets,key_points,guideline,on\r\n"
    )
