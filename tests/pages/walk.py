"""Every page of the site, found by its addresses, so that what is added later is looked at too."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>|\?P<(\w+)>")
# Answers to a program. Beside them the API has one page, which tells people about it.
DATA = re.compile("api:(?!docs$)")
# What is no page to a GET, and why. Whatever else has an address is looked at.
NO_PAGE = {
    **dict.fromkeys(
        [
            "accounts:languages", "accounts:make_token", "accounts:password_link", "accounts:revoke_token",
            "accounts:role", "annotations:decide_about_answer", "annotations:decide_about_person",
            "annotations:decide_about_prompt", "annotations:dispute_again", "annotations:gold_of_answer",
            "annotations:gold_status", "annotations:practice_again", "annotations:remark_status", "annotations:renew",
            "annotations:steer_judge",
            "core:theme", "probes:ask_again", "probes:close_round", "probes:dismiss", "probes:retire",
            "probes:steer", "probes:stop_schedule", "prompts:approve", "prompts:send_back", "prompts:withdraw",
            "observatory:decide_reply",
            "releases:discard", "releases:publish", "releases:remove_webhook", "releases:rotate_webhook",
            "observatory:reject_replies", "releases:resend_delivery",
            "releases:start", "releases:switch_webhook", "releases:test_webhook", "set_language",
        ],
        "takes a form and nothing else",
    ),
    **dict.fromkeys(
        [
            "annotations:judge", "annotations:remark", "annotations:report_card", "annotations:undo",
            "annotations:undo_one", "probes:add_schedule", "probes:open_round",
        ],
        "takes a form; who comes here otherwise, such as after signing in, goes to the page that has it",
    ),
    "annotations:practice_item": "a page in the middle of a play alone: tests/pages/states.py",
    "annotations:cards": "data for the deck's script",
    "annotations:export": "a file",
    "core:health": "data for a machine",
    "observatory:corrections_feed": "data for a program",
    "observatory:robots": "data for a program",
    "observatory:security": "data for a program",
    "observatory:sitemap": "data for a program",
    "observatory:sitemaps": "data for a program",
    "prompts:near": "data for a script",
    "releases:archive": "a file",
    "releases:bytes": "a file",
    "releases:feed": "data for a program",
    "releases:file": "a file",
    "releases:key": "a file",
    "releases:latest": "goes to the newest release",
    "releases:latest-file": "a file",
    "workers:metrics": "data for a machine",
}  # fmt: skip


def names(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, list[str]]]:
    """The full name of every address, with the names of its arguments."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from names(one, f"{space}{one.namespace}:" if one.namespace else space)
        else:
            assert isinstance(one, URLPattern)
            name = space + (one.name or "")
            if not DATA.match(name):
                yield name, ["".join(found) for found in ARGUMENT.findall(str(one.pattern))]


def addresses(values: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Name -> address; those with arguments take theirs from `values`.

    Raises:
        LookupError: an address with arguments that nobody gave values for.
    """
    found = {}
    for name, arguments in names():
        given = values.get(name, {})
        if set(arguments) - set(given):
            raise LookupError(f"{name} takes {', '.join(arguments)}: add them to tests/pages/world.py")
        try:
            found[name] = reverse(name, kwargs=given or None)
        except NoReverseMatch as error:
            raise LookupError(str(error)) from error
    return found


@dataclass(frozen=True)
class Shown:
    """A page as one person gets it."""

    name: str
    address: str
    status: int
    html: str


def pages(client: Client, all_addresses: Mapping[str, str]) -> Iterator[Shown]:
    """Those that are a page for this reader: HTML to a GET, not sending them somewhere else."""
    for name, address in all_addresses.items():
        came = client.get(address, headers={"Accept": "text/html"})
        assert came.status_code < 500, (name, came.status_code)
        if came.streaming:
            came.close()  # a file that is made while it is read holds one of few places
            continue
        if came.status_code in {200, 410} and came.headers.get("Content-Type", "").startswith("text/html"):
            yield Shown(name, address, came.status_code, came.content.decode())
