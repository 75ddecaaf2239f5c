"""An answer is found by its text or made; it never learns who wrote it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from core import events
from probes.choices import AnswerState
from probes.models import Answer
from prompts.choices import Status
from prompts.models import PromptVersion

LOOKED_AT = ("version", "sha256", "may_publish", "state")


@dataclass(frozen=True)
class Delivered:
    """A text as it was delivered, storable (no NUL, no lone surrogate) and not empty, and the question it answers."""

    version: int
    language: str
    starter: bool
    text: str
    escaped: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def record_answer(*, version: PromptVersion, text: str, escaped: bool, may_publish: bool = True) -> Answer:
    """The answer with this text to this prompt version, made if it is new. Runs inside the caller's transaction."""
    prompt = version.prompt
    one = Delivered(version.pk, prompt.language, prompt.family.starter, text, escaped)
    (pk,) = record_answers([one], may_publish=may_publish)
    return Answer.objects.get(pk=pk)


def record_answers(delivered: Sequence[Delivered], *, may_publish: bool = True) -> list[int]:
    """The id of each text's answer, made where it is new, with its labelling quota on the row.

    A text that came from a source we may publish is publishable, even if another brought it first. Runs inside the
    caller's transaction. New rows are made in one order, so that two workers that bring the same texts at once wait
    for each other and never in a circle.
    """
    keys = [(one.version, one.sha256) for one in delivered]
    first = dict(zip(reversed(keys), reversed(delivered), strict=True))
    Answer.objects.bulk_create(
        [
            Answer(
                version_id=version,
                sha256=sha256,
                text=one.text,
                escaped=one.escaped,
                language=one.language,
                priority=5 if one.starter else 1,
                wanted=settings.ENV.labels_wanted,
                may_publish=may_publish,
            )
            for (version, sha256), one in sorted(first.items(), key=lambda item: item[0])
        ],
        ignore_conflicts=True,
    )
    wanted = Q(version__in={version for version, _ in keys}, sha256__in={sha256 for _, sha256 in keys})
    rows = {(row.version_id, row.sha256): row for row in Answer.objects.filter(wanted).only(*LOOKED_AT)}
    found = {key: rows[key] for key in keys}
    if may_publish and (hidden := sorted(row.pk for row in found.values() if not row.may_publish)):
        Answer.objects.filter(pk__in=hidden).update(may_publish=True)
    reopen([row for row in found.values() if row.state == AnswerState.WITHDRAWN])
    return [found[key].pk for key in keys]


def reopen(withdrawn: Sequence[Answer]) -> None:
    """A text that comes back is an answer again, unless its prompt itself is not in use."""
    for answer in sorted(withdrawn, key=lambda one: one.pk):
        again = Answer.objects.filter(
            pk=answer.pk, state=AnswerState.WITHDRAWN, version__prompt__status=Status.APPROVED
        )
        if again.update(state=AnswerState.OPEN, closed_at=None):
            events.record(by=None, verb="reopen", of=answer)
