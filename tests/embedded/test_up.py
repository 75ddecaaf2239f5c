"""The supervisor as a person meets it: it starts, says so, keeps everything running, and stops in time."""

import os
import signal
import socket
import urllib.request
from pathlib import Path

import psycopg
import pytest
import redis

from embedded import connect
from tests.embedded.conftest import Up, eventually, free_port, processes_of, supervisors, temporary_folder

SLEEPS = "import time; time.sleep(1000)"
HAS_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{SLEEPS}', 'grandchild'])"
# It ignores every gentle signal, and so does the child it has.
STUBBORN = """
import signal, subprocess, sys, time
for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT): signal.signal(number, signal.SIG_IGN)
if len(sys.argv) == 1: subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)", "grandchild"])
time.sleep(1000)
"""


def test_it_starts_says_the_address_and_stops_within_five_seconds(up, data):
    (data / "first-sign-in.txt").write_text("Sign in as maintainer.\n")
    one = up({"prepare": "print('prepared', flush=True)", "children": {"worker": SLEEPS}}, servers="fresh").ready()
    assert one.said == (
        "Starting PostgreSQL ...\nStarting Valkey ...\nPreparing the site ...\n  prepared\n"
        f"Starting the web and the worker ...\n\nCandor is ready: http://127.0.0.1:{one.port}\n"
        "Sign in as maintainer.\nCtrl-C stops it.\n\n"
    )
    with urllib.request.urlopen(f"http://127.0.0.1:{one.port}/") as page:
        assert page.read() == b"a page"
    assert one.stop() < 5
    assert one.process.returncode == 0
    assert one.said.endswith("Stopping ...\nStopped.\n")
    assert processes_of(data) == {}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_closed_terminal_and_a_kill_stop_it_too(up, data, number):
    one = up(servers="given").ready()
    assert one.stop(number) < 5
    assert one.process.returncode == 0
    assert processes_of(data) == {}


def test_a_wish_to_stop_while_it_prepares_is_heard(up, data):
    one = up({"prepare": "print('at it', flush=True); import time; time.sleep(1000)"}, servers="given")
    eventually(lambda: "at it" in one.said)
    assert one.stop() < 5
    assert one.process.returncode == 0
    assert processes_of(data) == {}


def test_children_that_do_not_listen_are_ended_within_five_seconds(up, data):
    one = up({"children": {"worker": STUBBORN}}).ready()  # with the servers: all of it within five seconds
    one.pid_of("grandchild")
    assert 3 < one.stop() < 5
    assert processes_of(data) == {}


@pytest.fixture(scope="module")
def site(empty_cluster):
    """One site for the tests that do not mind sharing it."""
    names = ("PORT", "CANDOR_DATA", "DATABASE_URL", "REDIS_URL", "MODEL_IN_THE_BOX_URL")
    code = f"import os, embedded, workers; print([os.environ.get(name) for name in {names}], flush=True)"
    with temporary_folder() as data, supervisors(data, empty_cluster) as start:
        one = start({"prepare": code, "children": {"worker": HAS_CHILD}}, MODEL_IN_THE_BOX_URL="http://127.0.0.1:1/v1")
        yield one.ready()


def test_a_second_start_on_the_same_data_says_so(site):
    two = Up(site.data)
    assert two.ended() == 1
    assert two.said == (
        f"Candor is already running on {site.data} (http://127.0.0.1:{site.port}): stop that one first, "
        "or set CANDOR_DATA to another folder for a second site.\n"
    )
    assert site.process.poll() is None


def test_the_addresses_follow_from_the_data_folder(site):
    urls = connect.urls(site.data)
    with psycopg.connect(urls["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT current_user, current_database()").fetchone() == ("candor", "candor")
    with redis.Redis.from_url(urls["REDIS_URL"]) as client:
        assert client.ping() is True


def test_children_get_the_addresses_and_the_code(site):
    urls = connect.urls(site.data)
    assert str([str(site.port), str(site.data), urls["DATABASE_URL"], urls["REDIS_URL"], None]) in site.said


def test_a_killed_postgres_comes_back_with_its_data(site):
    url = connect.urls(site.data)["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    server = site.pid_of("bin/postgres -D")
    os.kill(server, signal.SIGKILL)
    eventually(lambda: "PostgreSQL was ended by signal 9 and is started again." in site.said)

    def number():
        try:
            with psycopg.connect(url) as connection:
                return connection.execute("SELECT number FROM kept").fetchone()
        except psycopg.OperationalError:
            return None

    assert eventually(number) == (7,)
    assert site.pid_of("bin/postgres -D") != server


def test_a_killed_valkey_comes_back_with_its_data(site):
    client = redis.Redis.from_url(connect.urls(site.data)["REDIS_URL"])
    client.set("kept", "7")
    client.execute_command("WAITAOF", 1, 0, 5000)
    os.kill(site.pid_of("valkey-server"), signal.SIGKILL)
    eventually(lambda: "Valkey was ended by signal 9 and is started again." in site.said)

    def kept():
        try:
            return client.get("kept")
        except redis.RedisError:
            return None

    assert eventually(kept) == b"7"
    client.close()


def test_a_killed_child_comes_back_without_what_it_left_behind(site):
    left, worker = site.pid_of("grandchild"), site.pid_of("subprocess.run")
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: "The worker was ended by signal 9 and is started again." in site.said)
    eventually(lambda: left not in processes_of(site.data))
    assert site.pid_of("subprocess.run") != worker


def test_a_killed_supervisor_leaves_no_orphan_and_the_next_start_waits_for_that(up, data):
    one = up({"children": {"worker": STUBBORN}}).ready()
    with psycopg.connect(connect.urls(data)["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    left = processes_of(data).keys() - {one.process.pid}
    os.kill(one.process.pid, signal.SIGKILL)
    one.process.wait()
    two = up().ready()
    assert not left & processes_of(data).keys()
    with psycopg.connect(connect.urls(data)["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    assert two.stop() < 5


def test_servers_of_ones_own_are_used_and_no_others_started(up, data):
    own = up().ready()
    urls = connect.urls(own.data)
    other = data / "other"
    two = up(data=other, **urls).ready()
    assert "PostgreSQL" not in two.said
    assert "Valkey" not in two.said
    assert sorted(path.name for path in other.iterdir()) == ["backups", "logs", "up.lock", "valkey"]
    assert two.stop() < 5


def test_a_taken_port_gives_one_line(up):
    with socket.socket() as door:
        door.bind(("127.0.0.1", free_port()))
        door.listen()
        port = door.getsockname()[1]
        one = up(servers="given", PORT=str(port))
        assert one.ended() == 1
    assert one.said == (
        f"Port {port} is taken by another program: end that one, or choose another (make up PORT={port + 1}).\n"
    )


def test_a_failed_preparation_gives_its_reason_and_leaves_nothing(up, data):
    one = up({"prepare": "raise SystemExit('CommandError: the prompts are wrong')"}, servers="given")
    assert one.ended() == 1
    assert one.said.splitlines()[-1] == (
        f"The site could not be prepared: the prompts are wrong (log: {data / 'logs/prepare.log'})"
    )
    assert processes_of(data) == {}


def test_a_process_that_never_works_ends_the_start(up, data):
    one = up({"children": {"web": SLEEPS, "worker": "raise SystemExit('ImportError: no such thing')"}}, servers="given")
    assert one.ended() == 1
    assert one.said.count("The worker ended with code 1 and is started again.") == 3
    assert one.said.splitlines()[-1] == (
        f"The worker ends as soon as it is started: ImportError: no such thing (log: {data / 'logs/worker.log'})"
    )


def test_the_site_goes_on_without_what_it_can_do_without(up):
    standin = {"children": {"model": "raise SystemExit('Error: no such file')"}, "optional": ["model"]}
    one = up(standin, servers="given").ready()
    line = "The model ends as soon as it is started: no such file. The site goes on without it"
    eventually(lambda: line in one.said)
    with urllib.request.urlopen(f"http://127.0.0.1:{one.port}/") as page:
        assert page.status == 200


def test_the_data_folder_may_lie_deep_and_have_an_unusual_name(up, data):
    deep = data / ("très long, #1 " + "x" * 90)
    one = up(data=deep).ready()
    with psycopg.connect(connect.urls(deep)["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert one.stop() < 5
    sockets = Path(connect.urls(deep)["REDIS_URL"].removeprefix("unix://")).parent
    assert sockets.parent == Path("/tmp")
    assert (sockets.stat().st_uid, sockets.stat().st_mode & 0o066) == (os.geteuid(), 0)
    (sockets / "pg").rmdir()
    (sockets / "valkey.sock").unlink(missing_ok=True)
    sockets.rmdir()
