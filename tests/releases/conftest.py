"""A small world to make releases of, with every reason for which something stays out."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from annotations.actions import assign_next, pass_on, submit_label
from annotations.models import Assignment
from probes.choices import Delivery, ProbeStatus
from probes.models import Answer, ImportBatch, Probe
from releases.actions import build_waiting, publish_release, start_release
from releases.files.layout import lay_out
from releases.models import Release
from releases.selectors.published import newest_edition

FORMULA = '=HYPERLINK("http://example.org","<script>alert(1)</script>")'
ODD_TEXT = 'NUL \\u0000 and \\ud800 came.\u2028 Next "line", a comma,\r\n\tand مرحبا 👍'


@pytest.fixture(autouse=True)
def releases_dir(settings, tmp_path: Path) -> Path:
    settings.RELEASES_DIR = tmp_path / "releases"
    return settings.RELEASES_DIR


@pytest.fixture(autouse=True)
def plain_static(settings) -> None:
    """Pages without collected static files."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """Many people sign up here, and none of them has a secret."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def label(person: Callable[..., User], lead_of_one: None) -> Callable[..., list[User]]:
    """Lets one person a word label the one answer that is open: `label(answer, "censored faithful pass")`."""
    made: dict[str, User] = {}

    def give(answer: Answer, values: str) -> list[User]:
        readers = []
        for number, value in enumerate(values.split()):
            name = f"reader-{number}"
            reader = made.get(name) or made.setdefault(name, person(name))
            (assignment,) = assign_next(by=reader)
            assert Assignment.objects.get(pk=assignment.id).answer == answer
            if value == "pass":
                pass_on(by=reader, assignment_id=assignment.id, reason="garbled", note="private words")
            else:
                submit_label(by=reader, assignment_id=assignment.id, value=value, note="private words")
            readers.append(reader)
        return readers

    return give


@pytest.fixture
def world(make_answer, make_prompt, label, endpoint, open_a_round, prompt) -> SimpleNamespace:
    """Two settled answers and an unjudgeable one; one not ours, one withdrawn; a probe that was cut; and an open answer
    to another question.
    """
    settled = make_answer(FORMULA)
    readers = label(settled, "censored evasive evasive")
    odd = make_answer(ODD_TEXT)
    label(odd, "faithful faithful faithful")
    unjudged = make_answer("%%%%")
    label(unjudged, "pass pass pass")
    secret = make_answer("Not ours to publish.")
    label(secret, "faithful faithful faithful")
    Answer.objects.filter(pk=secret.pk).update(may_publish=False)
    withdrawn = make_answer("Taken back.")
    Answer.objects.filter(pk=withdrawn.pk).update(state="withdrawn", closed_at=timezone.now())
    waiting = make_answer("Still open.", prompt=make_prompt("What was said of it in the papers of the time?"))
    label(waiting, "censored")
    blocked = Probe.objects.create(
        round=open_a_round,
        version=prompt.current,
        endpoint=endpoint,
        sample=50,
        status=ProbeStatus.DONE,
        delivery=Delivery.CUT_BY_FILTER,
        partial_text="-1 is where it broke",
        rule="content_filter",
        request={"temperature": 0.5, "model": "model-a"},
        error="http://10.0.0.1 said no",
    )
    make_prompt("A question nobody has approved yet?", approved=False)
    batch = ImportBatch.objects.create(source="Somewhere", licence="unknown", may_publish=False, sha256="0" * 64)
    imported = Probe.objects.create(
        batch=batch,
        version=prompt.current,
        endpoint=endpoint,
        sample=1,
        status=ProbeStatus.DONE,
        delivery=Delivery.EMPTY,
        finished_at=timezone.now(),
    )
    Probe.objects.filter(finished_at=None).update(asked_at=timezone.now(), finished_at=timezone.now())
    return SimpleNamespace(
        settled=settled,
        odd=odd,
        unjudged=unjudged,
        secret=secret,
        withdrawn=withdrawn,
        waiting=waiting,
        blocked=blocked,
        imported=imported,
        readers=readers,
        prompt=prompt,
    )


@pytest.fixture
def built(world, maintainer) -> Release:
    return build(maintainer)


@pytest.fixture
def published(built, maintainer) -> Release:
    return publish_release(by=maintainer, release=built)


def folder(release: Release) -> Path:
    """The release as it is now, laid out as a folder of its own."""
    place = Path(settings.RELEASES_DIR).parent / f"laid-out-{release.pk}-{newest_edition(release)}"
    return place if place.exists() else lay_out(release, place)


def build(maintainer: User) -> Release:
    """Starts a release and builds it, as the worker would."""
    start_release(by=maintainer)
    release = build_waiting()
    assert release is not None
    assert (release.status, release.error) == ("built", "")
    return release
