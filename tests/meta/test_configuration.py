"""Every variable is read once, documented, and a wrong one gives one clear line."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config import env

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_of_variables_is_current():
    assert env.table() in (ROOT / "docs" / "configuration.md").read_text()


def test_each_variable_is_an_attribute():
    assert [v.name.lower() for v in env.VARIABLES] == list(env.Env.__dataclass_fields__)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "eighty", "PORT is 'eighty', but it has to be a whole number from 1 to 65535."),
        ("PORT", "70000", "PORT is '70000', but it has to be a whole number from 1 to 65535."),
        (
            "DATABASE_URL",
            "mysql://x",
            "DATABASE_URL holds something else, but it has to start with postgresql:// or postgres://.",
        ),
        ("DEBUG", "maybe", "DEBUG is 'maybe', but it has to be yes or no."),
        (
            "DATABASE_URL",
            "postgresql://u:p@h:abc/db",
            "DATABASE_URL holds something else, but it has to have a port from 1",
        ),
        (
            "DATABASE_URL",
            "postgresql://u:p/w@h/db",
            "DATABASE_URL holds something else, but it has to have a port from 1",
        ),
        (
            "DATABASE_URL",
            "postgresql://[h",
            "DATABASE_URL holds something else, but it has to start with postgresql://",
        ),
        ("REDIS_URL", "redis://h:abc/0", "REDIS_URL holds something else, but it has to have a port from 1 to 65535"),
        (
            "TRUSTED_ORIGINS",
            "candor.example",
            "TRUSTED_ORIGINS is 'candor.example', but it has to start with https:// or",
        ),
        (
            "TRUSTED_ORIGINS",
            "https://a.org/x",
            "TRUSTED_ORIGINS is 'https://a.org/x', but it has to hold origins alone",
        ),
        ("TRUSTED_ORIGINS", "https://", "TRUSTED_ORIGINS is 'https://', but it has to hold origins alone"),
        ("ALLOWED_HOSTS", "https://a.org/", "ALLOWED_HOSTS is 'https://a.org/', but it has to hold host names alone"),
        ("ALLOWED_HOSTS", "a.org:80", "ALLOWED_HOSTS is 'a.org:80', but it has to hold host names alone"),
        ("CONTACT", "write to us", "CONTACT is 'write to us', but it has to be a mail address, as team@candor.example"),
        ("CONTACT", "http://a.org/", "CONTACT is 'http://a.org/', but it has to be a mail address, as"),
        ("CONTACT", 'a"@b.org', "CONTACT is 'a\"@b.org', but it has to be a mail address, as"),
        ("CODE_URL", "a.org/candor", "CODE_URL is 'a.org/candor', but it has to start with https://."),
        ("SECRET_KEY", "x" * 31, "SECRET_KEY holds something else, but it has to have 32 characters or more."),
        ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES is '-1', but it has to be a whole number from 0 to 10."),
        (
            "CANDOR_DATA",
            "~no_such_person/x",
            "CANDOR_DATA is '~no_such_person/x', but it has to be the path of a folder.",
        ),
    ],
)
def test_a_wrong_variable_is_named(name, value, said, tmp_path):
    with pytest.raises(env.WrongVariable) as caught:
        env.load({"CANDOR_DATA": str(tmp_path), name: value})
    assert str(caught.value).startswith(said)


def test_right_variables_are_taken_as_they_are(tmp_path):
    given = {
        "DATABASE_URL": "postgresql://candor@/candor?host=/run/pg",
        "REDIS_URL": "unix:///run/valkey.sock?db=0",
        "SECRET_KEY": "x" * 32,
    }
    names = {"ALLOWED_HOSTS": "*, .candor.example,a-b.org, [::1],127.0.0.1"}
    sites = {"TRUSTED_ORIGINS": "https://candor.example, https://*.candor.example,http://localhost:8001"}
    found = env.load({"CANDOR_DATA": str(tmp_path), **given, **names, **sites})
    assert {name: getattr(found, name.lower()) for name in given} == given
    for contact in ("team@candor.example", "a.b+c@x-y.example.org", "https://candor.example/write"):
        assert env.load({"CANDOR_DATA": str(tmp_path), **given, "CONTACT": contact}).contact == contact
    assert found.allowed_hosts == ["*", ".candor.example", "a-b.org", "[::1]", "127.0.0.1"]
    assert found.trusted_origins == ["https://candor.example", "https://*.candor.example", "http://localhost:8001"]


def test_the_data_folder_may_be_under_ones_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert env.load({"CANDOR_DATA": "~/candor"}).candor_data == tmp_path.resolve() / "candor"


def test_the_secret_is_made_once_and_for_its_owner_alone(tmp_path):
    file = tmp_path / "data" / "secret_key"
    secret = env.kept_secret(file)
    assert len(secret) == 64
    assert env.kept_secret(file) == secret
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"]


@pytest.mark.parametrize("left", ["", "\n"])
def test_an_empty_secret_is_made_anew(tmp_path, left):
    file = tmp_path / "secret_key"
    file.write_text(left)
    secret = env.kept_secret(file)
    assert len(secret) == 64
    assert file.read_text() == secret


def test_a_secret_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    def full(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(env.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        env.kept_secret(tmp_path / "secret_key")
    assert list(tmp_path.iterdir()) == []


def test_the_deployment_names_only_variables_there_are():
    named = set(re.findall(r"^    ([A-Z_]+): ", (ROOT / "docker" / "compose.yml").read_text(), re.M))
    assert named - {variable.name for variable in env.VARIABLES} == set()
    assert "TRUSTED_PROXIES" in named


def test_a_deployment_that_says_no_more_than_it_must_leads_nobody_to_their_own_machine():
    compose = (ROOT / "docker" / "compose.yml").read_text()
    given = dict(re.findall(r"^    ([A-Z_0-9]+): .*?\$\{\1:-(.*?)\}", compose, re.M))
    assert (given["FILES_URL"], given["SITE_URL"]) == ("", "")


def test_an_image_knows_the_commit_it_is_made_of():
    assert 'args: {CANDOR_COMMIT: "${CANDOR_COMMIT:-}"}' in (ROOT / "docker" / "compose.yml").read_text()
    image = (ROOT / "docker" / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert "\nARG CANDOR_COMMIT=\nENV CANDOR_COMMIT=$CANDOR_COMMIT\n" in image
    commit = "CANDOR_COMMIT=$(git rev-parse HEAD) docker compose"
    assert commit in (ROOT / "docs" / "running.md").read_text()


@pytest.mark.parametrize("file", [".gitignore", ".dockerignore"])
def test_secrets_beside_the_deployment_stay_there(file):
    assert "**/.env" in (ROOT / file).read_text().splitlines()


def test_a_command_says_it_in_one_line(tmp_path):
    environ = {**os.environ, "PORT": "eighty", "CANDOR_DATA": str(tmp_path)}
    command = [sys.executable, "manage.py", "check"]
    run = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert len(run.stderr.strip().splitlines()) == 1
    assert "PORT is 'eighty'" in run.stderr


def test_only_the_one_place_reads_the_environment():
    """The runner reads keys that endpoints name; the supervisor runs before Django; entry points set a default."""
    allowed = {
        "platform/config/env.py", "platform/config/settings.py", "platform/config/wsgi.py",
        "platform/config/files_wsgi.py",
        "manage.py",
        "workers/celery.py", "workers/keyring.py",
    }  # fmt: skip
    sources = [*ROOT.glob("platform/**/*.py"), *ROOT.glob("annotations/**/*.py"), *ROOT.glob("workers/**/*.py")]
    readers = {str(file.relative_to(ROOT)) for file in sources if re.search(r"os\.(environ|getenv)", file.read_text())}
    assert {name for name in readers - allowed if not name.startswith("platform/embedded/")} == set()
