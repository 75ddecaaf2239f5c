"""The whole OpenAPI document asked by a program that makes up requests: as nobody, as a contributor, as a maintainer.

schemathesis reads the document as it is served, sends what fits it and what does not, at the edges and by chance, and
follows what it was given from one operation to the next. It looks for answers of 500 and above, for statuses, headers
and bodies that the document does not know, for what was taken although it does not fit, and for doors without a lock.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from accounts.actions import make_token
from accounts.choices import Scope
from accounts.models import User
from observatory.models import Correction, Reply
from probes.models import Answer
from prompts.models import Prompt, Topic
from releases.models import Release

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 400
# Other requests each day, the same within one; what a run said can be repeated by its seed.
SEED = int(os.environ.get("SCHEMATHESIS_SEED") or date.today().strftime("%Y%m%d"))
CONFIG = """\
hooks = "tests.api.promises"
continue-on-failure = true
request-timeout = 30.0
warnings = false
[generation]
max-examples = {examples}
database = "none"
# Names that there are none of are refused on purpose, though the document cannot list them: promises.py has the rest.
[checks.positive_data_acceptance]
enabled = false
[phases.stateful]
max-steps = 6
{reads}
[dictionaries]
{dictionaries}
[parameters]
{parameters}
"""

# What anybody may read is walked along its edges once, as nobody; the others ask it by chance.
READS_BY_CHANCE = """
[[operations]]
include-method = "GET"
[operations.phases.coverage]
enabled = false
"""


@pytest.fixture
def there(
    transactional_db: None,
    make_prompt: Callable[..., Prompt],
    make_answer: Callable[..., Answer],
    closed: Answer,
    published: Release,
    reply: Reply,
    correction: Correction,
) -> dict[str, list[Any]]:
    """A little of everything, and the names by which it is asked for: else all that is made up is missing."""
    Topic.objects.create(slug="controls", name_en="Controls", name_fr="Contrôles", name_zh_hans="对照")
    waiting = [make_prompt(f"What happened in {1900 + number} over there?", approved=False) for number in range(3)]
    for number in range(3):
        make_answer(f"It was number {number}.")
    file = published.files.order_by("path").first()
    assert file is not None
    return {
        "version": [published.version],
        "public_id": [str(closed.public_id), str(reply.public_id)],
        "id": [closed.version.prompt_id, *(one.pk for one in waiting), correction.pk],
        "path": [file.path],
        "sha256": [file.sha256],
        "slug": ["model-a"],
        "model": ["model-a"],
        "topic": ["controls"],
        "number": [1],
    }


def config(role: str, there: dict[str, list[Any]], examples: int) -> str:
    dictionaries = "\n".join(f"{name} = {{ values = {json.dumps(values)} }}" for name, values in there.items())
    parameters = "\n".join(f'{name} = {{ dictionary = "{name}", probability = 0.6 }}' for name in there)
    reads = "" if role == "nobody" else READS_BY_CHANCE
    return CONFIG.format(examples=examples, reads=reads, dictionaries=dictionaries, parameters=parameters)


@pytest.mark.parametrize(("role", "examples"), [("nobody", 8), ("contributor", 5), ("maintainer", 5)])
def test_nothing_that_is_asked_breaks_it(
    role: str,
    examples: int,
    there: dict[str, list[Any]],
    person: Callable[..., User],
    maintainer: User,
    live_server: Any,
    tmp_path: Path,
    seen: Callable[..., None],
) -> None:
    (tmp_path / "schemathesis.toml").write_text(config(role, there, examples))
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run"]
    command += [f"{live_server.url}/api/v1/openapi.json", "--no-color", "--report-json-path", str(report)]
    command += ["--seed", str(SEED)]
    if role != "nobody":
        user = maintainer if role == "maintainer" else person("contributor")
        token = make_token(by=user, name="schemathesis", scopes=Scope.values)[1]
        command += ["--header", f"Authorization: Bearer {token}"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    figures = re.search(r"(\d+) generated", run.stdout)
    seen(requests=figures.group(1) if figures else "none", seed=SEED)
    assert run.returncode == 0, f"SCHEMATHESIS_SEED={SEED} repeats it.\n" + run.stdout[-20_000:] + run.stderr[-2_000:]
