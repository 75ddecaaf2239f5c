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
        ("PORT", "eighty", "PORT is 'eighty', but it is a whole number from 1 to 65535."),
        ("PORT", "70000", "PORT is '70000', but it is a whole number from 1 to 65535."),
        (
            "DATABASE_URL",
            "mysql://x",
            "DATABASE_URL holds something else, but it starts with postgresql:// or postgres://.",
        ),
        ("DEBUG", "maybe", "DEBUG is 'maybe', but it is yes or no."),
    ],
)
def test_a_wrong_variable_is_named(name, value, said, tmp_path):
    with pytest.raises(env.WrongVariable) as caught:
        env.load({"CANDOR_DATA": str(tmp_path), name: value})
    assert str(caught.value).startswith(said)


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
        "platform/config/env.py", "platform/config/settings.py", "platform/config/wsgi.py", "manage.py",
        "workers/celery.py", "workers/runner.py",
    }  # fmt: skip
    sources = [*ROOT.glob("platform/**/*.py"), *ROOT.glob("annotations/**/*.py"), *ROOT.glob("workers/**/*.py")]
    readers = {str(file.relative_to(ROOT)) for file in sources if re.search(r"os\.(environ|getenv)", file.read_text())}
    assert {name for name in readers - allowed if not name.startswith("platform/embedded/")} == set()
