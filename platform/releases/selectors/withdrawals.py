"""Reading what was ordered to be taken out, and what would go with something."""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import User
from annotations.models import Label
from probes.choices import CLOSED
from probes.models import Answer, Probe
from prompts.models import Prompt
from releases.models import Edition, Withdrawal


def orders() -> QuerySet[Withdrawal]:
    """All orders, newest first."""
    return Withdrawal.objects.select_related("ordered_by").order_by("-ordered_at", "-pk")


def editions() -> QuerySet[Edition]:
    """All editions, newest first."""
    return Edition.objects.select_related("release").order_by("-made_at", "-pk")


@dataclass(frozen=True)
class Goes:
    """How much goes with something. Of an answer that is open nothing is counted: whoever reads this may label it."""

    probes: int = 0
    answers: int = 0
    labels: int = 0


def goes_with_prompt(prompt: Prompt) -> Goes:
    answers = Answer.objects.filter(version__prompt=prompt)
    labels = Label.objects.filter(answer__in=answers.filter(state__in=CLOSED))
    return Goes(Probe.objects.filter(version__prompt=prompt).count(), answers.count(), labels.count())


def goes_with_answer(answer: Answer) -> Goes:
    if answer.state not in CLOSED:
        return Goes(answers=1)
    return Goes(answers=1, labels=Label.objects.filter(answer=answer).count())


def goes_with_person(person: User) -> Goes:
    """Labels that may be told: of the others it would be known that they are there."""
    return Goes(labels=Label.objects.filter(person=person, answer__state__in=CLOSED).count())
