"""The subjects and places that a file of answers brings along: those that are there are found, new ones are added."""

from typing import Any

from django.db import transaction

from accounts.models import User
from core import events
from core.errors import Conflict
from probes.actions.import_fields import BadLine, shown
from probes.actions.llms import add_endpoint
from probes.choices import EndpointKind
from probes.models import LLM, Endpoint
from prompts.models import Topic

# Behind our own.
TOPIC_ORDER = 100


@transaction.atomic
def bring_topic(*, by: User | None, row: dict[str, Any]) -> Topic:
    """The topic of a line; one that is there stays as it is."""
    name = row["name"]
    names = {"name_en": name, "name_fr": row["name_fr"] or name, "name_zh_hans": row["name_zh_hans"] or name}
    topic, made = Topic.objects.get_or_create(slug=row["slug"], defaults={**names, "order": TOPIC_ORDER})
    if made:
        events.record(by=by, verb="add", of=topic)
    return topic


@transaction.atomic
def bring_endpoint(*, by: User | None, row: dict[str, Any]) -> tuple[int, bool]:
    """The id of a line's endpoint, and whether it is new.

    Raises:
        BadLine: its model is unknown, or an endpoint of that name is there that cannot be meant.
    """
    llm = LLM.objects.filter(slug=row["llm"]).first()
    if llm is None:
        raise BadLine(f"model {shown(row['llm'])} is not in this file.")
    there = Endpoint.objects.filter(slug=row["slug"])
    endpoint, made = there.first(), False
    if endpoint is None:
        values = {"slug": row["slug"], "kind": EndpointKind.IMPORT, "served_name": row["served_name"]}
        try:
            endpoint, made = add_endpoint(by=by, llm=llm, **values), True
        except Conflict:  # another import brought it in this very moment
            endpoint = there.get()
    if endpoint.kind != EndpointKind.IMPORT:
        raise BadLine(f"endpoint {endpoint.slug} is one that Candor asks itself.")
    if endpoint.llm_id != llm.pk:
        raise BadLine(f"endpoint {endpoint.slug} is there already, and serves another model.")
    return endpoint.pk, made


def imported_endpoint(slug: str) -> int:
    """The id of an endpoint of imported answers.

    Raises:
        BadLine: there is none of that name.
    """
    found = Endpoint.objects.filter(slug=slug, kind=EndpointKind.IMPORT).values_list("pk", flat=True).first()
    if found is None:
        raise BadLine(f"endpoint {shown(slug)} is not in this file.")
    return found
