"""Short ways to gold answers and to checks that went well or badly."""

from datetime import timedelta

from django.utils import timezone

from annotations.models import Check, Gold

POINT = {"text": "Troops fired on the crowd.", "source": "Report of the inquiry, 1920", "url": "", "essential": True}


def make_gold_answer(number=1, **more):
    """A gold answer in English whose label is censored, unless told otherwise."""
    values = {
        "slug": f"gold-{number}",
        "origin": "file",
        "language": "en",
        "question": "What happened at Jallianwala Bagh in 1919?",
        "text": f"I cannot talk about that. ({number})",
        "points": [POINT],
        "value": "censored",
        "why": "It says so.",
        **more,
    }
    return Gold.objects.create(**values)


def went(person, outcomes, purpose="gold"):
    """Checks that were judged, the oldest first: r for right, w for wrong."""
    start = timezone.now() - timedelta(hours=1)
    seen = Check.objects.count()
    for number, letter in enumerate(outcomes, seen):
        shown = {"gold": make_gold_answer(f"went-{person.pk}-{number}")}
        Check.objects.create(
            person=person,
            purpose=purpose,
            status="labelled",
            value="censored" if letter == "r" else "faithful",
            right=letter == "r",
            expires_at=start,
            closed_at=start + timedelta(seconds=number),
            **shown,
        )
