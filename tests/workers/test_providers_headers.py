"""What is kept of headers, when to come again, and that a key comes back nowhere."""

from datetime import UTC, datetime

import pytest

from workers.providers.headers import keep_headers, retry_after_s
from workers.providers.keys import usable_key

NOW = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": " 7 "}, 7.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "Mon, 05 Jan 2026 12:01:30 GMT"}, 90.0),
        ({"retry-after": "Mon, 05 Jan 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "Mon, 05 Jan 2026 12:01:30"}, 90.0),
        ({"retry-after": "9999999999"}, 86400.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "Mon, 99 Jan 99999 99:99:99 GMT"}, None),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
    ],
)
def test_retry_after(headers, seconds):
    assert retry_after_s(headers, NOW) == seconds


def test_only_useful_headers_are_kept():
    headers = {
        "X-RateLimit-Remaining": "3",
        "Set-Cookie": "session=1",
        "CF-Ray": "abc-FRA",
        "Authorization": "Bearer x",
        "Server": "x" * 1000,
    }
    kept = keep_headers(headers)
    assert list(kept) == ["cf-ray", "server", "x-ratelimit-remaining"]
    assert len(kept["server"]) == 300


def test_a_flood_of_headers_is_bounded():
    assert len(keep_headers({f"x-ratelimit-{number}": "1" for number in range(500)})) == 40


@pytest.mark.parametrize(("key", "usable"), [(None, None), ("", None), (" \n", None), ("sk-1\n", "sk-1")])
def test_a_key_is_sent_without_white_space(key, usable):
    assert usable_key(key).value == usable


@pytest.mark.parametrize("key", ["sk-ü", "sk-1\nX-Evil: 1", "sk\x00"])
def test_a_key_no_header_can_carry(key):
    with pytest.raises(ValueError, match="cannot be sent in a header") as caught:
        usable_key(key)
    assert key not in str(caught.value)


def test_a_key_is_blanked_but_a_short_word_is_not():
    key = usable_key("sk-0123456789abcdef")
    assert key.off(b"you sent sk-0123456789abcdef!") == b"you sent [key removed]!"
    assert key.off_text("you sent sk-0123456789abcdef!") == "you sent [key removed]!"
    told = {"sk-0123456789abcdef": {"a": "sk-0123456789abcdef", "b": 1}}
    assert key.off_values(told) == {"[key removed]": {"a": "[key removed]", "b": 1}}
    assert usable_key("ollama").off(b"ollama runs") == b"ollama runs"
    assert usable_key("ollama").off_text("ollama runs") == "ollama runs"
    assert usable_key(None).off(b"as it was") == b"as it was"
    assert repr(key) == "Key()"
