"""What the feed of changes tells, in short."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from probes.choices import AnswerState
from probes.models import Answer

Heard = tuple[str, str, str]
Since = Callable[[], list[Heard]]


def heard_in(body: dict[str, Any]) -> list[Heard]:
    return [(row["noun"], row["key"], row["verb"]) for row in body["results"]]


def of(answer: Answer, verb: str) -> Heard:
    return ("answer", str(answer.public_id), verb)


def close(answer: Answer) -> None:
    Answer.objects.filter(pk=answer.pk).update(state=AnswerState.SETTLED, closed_at=timezone.now(), leased=0)
