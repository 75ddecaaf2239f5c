"""A prompt's form as a browser would send it."""

from typing import Any

from django.test import Client

from accounts.models import User

URL = "/prompts/submit/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def filled(**more: Any) -> dict[str, Any]:
    values = {
        "text": "Who gave the order to fire at Amritsar in April 1919?",
        "language": "en",
        "topic": "india",
        "kind": "sensitive",
        "act": "ask_fact",
        "state": "GB",
        "licence": "on",
        "essential": "0",
        "points-TOTAL_FORMS": "2",
        "points-INITIAL_FORMS": "0",
        "points-0-text": "Brigadier-General Dyer did.",
        "points-0-source": "Report of the inquiry, 1920",
        "points-0-url": "example.org/report",
        "points-1-text": "",
        "points-1-source": "",
        "points-1-url": "",
        **more,
    }
    return {name: value for name, value in values.items() if value is not None}
