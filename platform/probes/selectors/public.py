"""What may be told of probes, and to whom: nobody learns who answered while an answer is being labelled."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from probes.choices import AnswerState, EndpointKind, ProbeStatus
from probes.models import LLM, Answer, Endpoint, Probe

OVER = (ProbeStatus.DONE, ProbeStatus.GIVEN_UP)


def finished(version: str = "version") -> Q:
    """A condition on rows that have a prompt version at `version`: no answer to it is open.

    Until then nothing tells who was asked, what they delivered or who gave which answer, not even of the closed ones:
    whoever labels the last would know its author by what is missing (docs/decisions/0008). An answer that is opened
    again, or a new one, hides it anew.
    """
    return Q(~Exists(Answer.objects.filter(version=OuterRef(version), state=AnswerState.OPEN)))


def public_probes() -> QuerySet[Probe]:
    """Probes that may be told of, whatever they brought: of finished questions, and no import we may not publish.

    What every public place goes by that links a model to an answer, or says what came back from where.
    """
    return Probe.objects.filter(finished(), Q(batch=None) | Q(batch__may_publish=True))


def asked_llms() -> QuerySet[LLM]:
    """The models that are or were asked, or may yet be; not those that are here as machine judges alone."""
    places = Endpoint.objects.filter(llm=OuterRef("pk"))
    return LLM.objects.filter(~Exists(places) | Exists(places.exclude(kind=EndpointKind.JUDGE)))


def outcome_hidden() -> Q:
    """A condition on probes that are over: nobody may know yet how they ended, not even maintainers (decisions/0014).

    Whatever one brought, a text or none: which model was blocked tells which one was not. What is in quarantine is
    shown, or no rule could be mended; it is no answer.
    """
    return ~finished() & Q(status__in=OVER) & ~Q(quarantined=True, answer=None)


def is_blind(probe: Probe) -> bool:
    """Whether what came back has to be hidden from the page of a probe.

    Either an answer to its question is open, this one or another; or the probe is not over: half a text that a lost
    connection left is what the same model may answer next.
    """
    if probe.quarantined and probe.answer_id is None:
        return False
    return probe.status not in OVER or not Probe.objects.filter(finished(), pk=probe.pk).exists()
