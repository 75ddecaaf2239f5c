"""Loading the starter set: 24 families of prompts with their twins, key points and sources, from starter/*.yaml."""

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone

from core import events
from prompts.actions import set_key_points, set_text
from prompts.choices import Status
from prompts.models import Family, Prompt, Topic
from prompts.rules import Point, check_prompt
from prompts.selectors import erased_starters

FOLDER = Path(__file__).parent / "starter"


@transaction.atomic
def load_topics() -> None:
    """Makes or mends the topics."""
    for row in yaml.safe_load((FOLDER / "topics.yaml").read_text(encoding="utf-8")):
        slug = row.pop("slug")
        Topic.objects.update_or_create(slug=slug, defaults=row)


@transaction.atomic
def load_starter() -> int:
    """Adds the families that are not there yet, approved; returns how many. Safe to run twice.

    One that was erased stays away, in whichever languages it comes.
    """
    load_topics()
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    rows = starter_families()
    known = {*Family.objects.values_list("slug", flat=True), *(family for family, _language in erased_starters())}
    new = [row for row in rows if row["slug"] not in known]
    for row in new:
        load_family(row, topics[row["topic"]])
    families = Family.objects.in_bulk([row["slug"] for row in rows], field_name="slug")
    for row in new:
        if twin := families.get(row.get("twin")):
            Family.objects.filter(slug=row["slug"]).update(twin=twin)
    return len(new)


def starter_families() -> list[dict[str, Any]]:
    """The families as they are written down: slug, title, topic, kind, act, state, twin and, by language, prompts."""
    return [row for file in sorted(FOLDER.glob("*.yaml")) if file.stem != "topics" for row in read(file)]


def read(file: Path) -> list[dict[str, Any]]:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    families: list[dict[str, Any]] = content["families"]
    return families


def load_family(row: dict[str, Any], topic: Topic) -> None:
    family = Family.objects.create(
        slug=row["slug"],
        title=row["title"],
        topic=topic,
        kind=row["kind"],
        act=row["act"],
        state=row["state"],
        starter=True,
    )
    original = None
    # The English text comes first: the others name it as the version they translate.
    for language, content in sorted(row["prompts"].items(), key=lambda item: item[0] != "en"):
        points = [Point(**point) for point in content["key_points"]]
        check_prompt(
            text=content["text"],
            language=language,
            kind=family.kind,
            act=family.act,
            state=family.state,
            points=points,
        )
        prompt = Prompt.objects.create(family=family, language=language)
        version = set_text(prompt, text=content["text"], by=None, translates=original)
        set_key_points(prompt, points=points, by=None)
        # Only what has a text and key points can be approved.
        Prompt.objects.filter(pk=prompt.pk).update(status=Status.APPROVED, reviewed_at=timezone.now())
        original = original or version
        events.record(by=None, verb="load", of=prompt)
