"""A request in another charset, or with a session key that is none, is answered and not a 500."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.doorway import charset, only_utf8


def inside(environ, start_response):
    start_response("200 OK", [])
    return [b"inside"]


def status_of(content_type):
    seen = []
    b"".join(only_utf8(inside)({"CONTENT_TYPE": content_type}, lambda status, headers: seen.append(status)))
    return seen[0]


@pytest.mark.parametrize("name", ["hex", "undefined", "base64", "rot13", "zlib", "idna", "utf-7", "latin-1", "\x00"])
def test_another_charset_is_refused(name):
    assert status_of(f"text/plain; charset={name}") == "415 Unsupported Media Type"


@pytest.mark.parametrize("kind", ["", "text/plain", "text/plain; charset=UTF-8", 'application/json; charset="utf8"'])
def test_utf8_goes_on(kind):
    assert status_of(kind) == "200 OK"


def test_the_charset_is_read_however_it_is_written():
    assert [charset(text) for text in ("", "a/b", "a/b; CHARSET=Hex", 'a/b; charset="UTF-8"')] == [
        "",
        "",
        "hex",
        "utf-8",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("key", ['"\\000abcdefghijk"', "a b", "x" * 500, "é", "';--"])
def test_a_session_key_that_is_none_is_no_session(client, key):
    client.cookies["sessionid"] = key
    assert client.get("/label/").status_code == 302


@pytest.mark.parametrize("door", ["config.wsgi", "config.files_wsgi"])
def test_no_reader_waits_until_the_views_are_loaded_and_what_is_heavy_never_is(door):
    root = Path(__file__).resolve().parents[2]
    look = (
        f"import sys, {door}; print('config.urls' in sys.modules, {{'numba', 'scipy', 'pyarrow'}} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", look], cwd=root / "platform", env=os.environ | {"PYTHONPATH": f"{root}"}, text=True,
        capture_output=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.stdout == "True set()\n", done.stderr
