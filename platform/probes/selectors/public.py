"""What may be told of probes, and to whom: nobody learns who answered while an answer is being labelled."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from probes.choices import AnswerState
from probes.models import Answer, Probe


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


def is_blind(probe: Probe) -> bool:
    """Whether what the probe delivered has to be hidden: its question has an open answer, this one or another."""
    known = Probe.objects.filter(finished(), pk=probe.pk)
    return probe.answer_id is not None and not known.exists()
