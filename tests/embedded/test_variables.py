"""A wrong variable gives one line that says what to do, before anything is started."""

from pathlib import Path

import pytest

from embedded import variables
from embedded.errors import CannotRun
from embedded.variables import Variables
from tests.embedded.conftest import free_port

ROOT = Path("/somewhere/candor")


def test_unset_and_empty_variables_have_their_usual_values():
    usual = Variables(
        data=ROOT / "var", port=8000, files_port=8001, database_url=None, redis_url=None, model=True, host=""
    )
    assert variables.read({}, ROOT) == usual
    names = ("PORT", "FILES_PORT", "CANDOR_DATA", "DATABASE_URL", "REDIS_URL", "MODEL_IN_THE_BOX")
    assert variables.read(dict.fromkeys(names, ""), ROOT) == usual


def test_variables_are_honoured():
    given = {
        "PORT": "81",
        "CANDOR_DATA": "/data",
        "DATABASE_URL": "postgres://a@b/c",
        "REDIS_URL": "rediss://b:1/2",
        "MODEL_IN_THE_BOX": "off",
        "ALLOWED_HOSTS": ".candor.example, localhost",
    }
    read = variables.read(given, ROOT)
    assert read == Variables(Path("/data"), 81, 82, "postgres://a@b/c", "rediss://b:1/2", False, "candor.example")
    assert (read.address, read.files_address) == ("http://127.0.0.1:81", "http://127.0.0.1:82")
    assert variables.read({"FILES_PORT": "9"}, ROOT).files_port == 9
    assert variables.read({"PORT": "65535"}, ROOT).files_port == 65534


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1", "80.0", "８０００"])
def test_a_wrong_port(port):
    with pytest.raises(CannotRun, match=r"^PORT is “.*”, and has to be a number from 1 to 65535, such as PORT=8001.$"):
        variables.read({"PORT": port}, ROOT)


@pytest.mark.parametrize(
    "address", ["sqlite:///x", "mysql://me:secret@host/x", "secret", "postgresql//me", "http://[x", "postgresql:/x"]
)
def test_a_wrong_database_address_is_refused_and_not_shown(address):
    with pytest.raises(CannotRun, match=r"^DATABASE_URL has to begin with postgresql://") as raised:
        variables.read({"DATABASE_URL": address}, ROOT)
    assert "secret" not in str(raised.value)


def test_a_wrong_broker_address():
    with pytest.raises(CannotRun, match=r"^REDIS_URL has to begin with redis://"):
        variables.read({"REDIS_URL": "amqp://localhost"}, ROOT)


def test_a_wrong_switch():
    with pytest.raises(CannotRun, match=r"^MODEL_IN_THE_BOX is “perhaps”, and has to be yes or no.$"):
        variables.read({"MODEL_IN_THE_BOX": "perhaps"}, ROOT)


def test_servers_that_do_not_answer():
    port = free_port()
    wanted = variables.read({"DATABASE_URL": f"postgresql://me:secret@127.0.0.1:{port}/x"}, ROOT)
    with pytest.raises(CannotRun, match=r"^The database of DATABASE_URL does not answer: .*refused") as raised:
        variables.check_servers(wanted)
    assert "\n" not in str(raised.value)
    assert "secret" not in str(raised.value)
    with pytest.raises(CannotRun, match=r"^The server of REDIS_URL does not answer: .*refused"):
        variables.check_servers(variables.read({"REDIS_URL": f"redis://127.0.0.1:{port}/0"}, ROOT))


def test_a_database_that_is_not_there(database_url):
    wanted = variables.read({"DATABASE_URL": database_url.replace("@/", "@/no_such_")}, ROOT)
    with pytest.raises(CannotRun, match=r'database "no_such_.*" does not exist'):
        variables.check_servers(wanted)


def test_on_windows_and_on_musl_the_message_says_what_is_wanted(monkeypatch):
    none, both = (
        variables.read(given, ROOT) for given in ({}, {"DATABASE_URL": "postgres://x/y", "REDIS_URL": "redis://x"})
    )
    monkeypatch.setattr(variables, "_is_musl", lambda: True)
    variables.check_system(both)
    with pytest.raises(CannotRun, match=r"such as Alpine: set DATABASE_URL and REDIS_URL to servers of your own.$"):
        variables.check_system(none)
    monkeypatch.setattr(variables.sys, "platform", "win32")
    with pytest.raises(CannotRun, match="does not run on Windows itself"):
        variables.check_system(both)


@pytest.mark.parametrize(
    ("env", "line"),
    [
        ({"PORT": "eighty"}, "PORT is “eighty”, and has to be a number from 1 to 65535, such as PORT=8001.\n"),
        ({"CANDOR_DATA": "/dev/null"}, "/dev/null is not a folder: set CANDOR_DATA to a folder.\n"),
    ],
)
def test_up_says_the_one_line_and_ends(up, env, line):
    one = up(**env)
    assert one.ended() == 1
    assert one.said == line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://u:p@h:abc/db"),
        ("DATABASE_URL", "postgresql://[h"),
        ("REDIS_URL", "redis://h:abc/0"),
        ("TRUSTED_ORIGINS", "candor.example"),
        ("ALLOWED_HOSTS", "https://candor.example/"),
        ("SECRET_KEY", "x"),
        ("CANDOR_DATA", "~no_such_person/candor"),
        ("LABELS_WANTED", "many"),
    ],
)
def test_every_variable_is_checked_before_anything_is_started(up, data, name, value):
    one = up({"check": True}, **{name: value})
    assert one.ended() == 1
    assert one.said.count("\n") == 1
    assert one.said.startswith(f"{name} ")
    assert [path.name for path in data.iterdir()] == ["pg18"]  # the test's own


def test_variables_that_are_right_pass(up):
    one = up({"check": True}, servers="given", TRUSTED_ORIGINS="https://candor.example").ready()
    assert one.stop() < 5


def test_a_database_that_is_too_old_is_told(database_url, monkeypatch):
    monkeypatch.setattr(variables, "POSTGRESQL", 99)
    with pytest.raises(CannotRun, match=r"^DATABASE_URL leads to PostgreSQL 18, and Candor wants 99 or newer.$"):
        variables.check_servers(variables.read({"DATABASE_URL": database_url}, ROOT))
