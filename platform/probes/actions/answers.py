"""An answer is found by its text or made; it never learns who wrote it."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from core import events
from probes.choices import AnswerState
from probes.identity import mask
from probes.models import Answer
from probes.selectors.identity import known_names
from prompts.choices import Status
from prompts.models import PromptVersion

# The prompt version, and the text's SHA-256.
Key = tuple[int, str]

# Where an answer stands in the deck, by whose question it answers; lower is sooner. With its first labels it is one
# less where one more would change much, and one more where little: see annotations.actions.weigh.
SUBMITTED = 1
STARTER = 5

AT_ONCE = 500
LOOKED_AT = ("may_publish", "state")
# References are checked when a transaction ends; until then nothing else would say that a probe is about to bring this
# answer. Withdrawing it waits for this lock, and labelling does not.
HELD = """
SELECT answer.version_id, answer.sha256, answer.id, answer.state, answer.may_publish
FROM probes_answer answer JOIN unnest(%s::bigint[], %s::text[]) asked(version, sha256)
  ON answer.version_id = asked.version AND answer.sha256 = asked.sha256
ORDER BY answer.id FOR KEY SHARE OF answer
"""


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
    if not delivered:
        return []
    keys = [(one.version, one.sha256) for one in delivered]
    names = known_names()
    first = dict(zip(reversed(keys), reversed(delivered), strict=True))
    Answer.objects.bulk_create(
        [
            Answer(
                version_id=version,
                sha256=sha256,
                text=one.text,
                escaped=one.escaped,
                identity_leaked=mask(one.text, names=names).leaked,
                language=one.language,
                priority=priority(one),
                wanted=settings.ENV.labels_wanted,
                may_publish=may_publish,
            )
            for (version, sha256), one in sorted(first.items(), key=lambda item: item[0])
        ],
        ignore_conflicts=True,
    )
    found = held(keys)
    bring_back(
        [row.pk for row in found.values() if row.state == AnswerState.WITHDRAWN or may_publish > row.may_publish],
        may_publish=may_publish,
    )
    return [found[key].pk for key in keys]


def priority(one: Delivered) -> int:
    """Lower is sooner."""
    return STARTER if one.starter else SUBMITTED


@dataclass(frozen=True)
class Known:
    """An answer that is there, as far as recording needs it."""

    pk: int
    state: str
    may_publish: bool


def held(keys: Sequence[Key]) -> dict[Key, Known]:
    """The answers with these keys. Until the transaction ends, nobody withdraws one because no probe brings it."""
    asked = dict.fromkeys(keys)
    with connection.cursor() as cursor:
        cursor.execute(HELD, [list(part) for part in zip(*asked, strict=True)])
        rows = {(version, sha256): Known(*rest) for version, sha256, *rest in cursor.fetchall()}
    return {key: rows[key] for key in asked}


def bring_back(answers: Iterable[int], *, may_publish: bool) -> None:
    """Answers whose texts came again: those that were withdrawn are open again, unless their prompt is not in use;
    where they come from a source we may publish, they may be published.

    All rows are locked in one order, whatever is done to them, so that two that do this never wait in a circle.
    """
    for some in batched(sorted(answers), AT_ONCE):
        rows = list(Answer.objects.select_for_update(no_key=True).filter(pk__in=some).order_by("pk").only(*LOOKED_AT))
        if may_publish and (hidden := [row.pk for row in rows if not row.may_publish]):
            Answer.objects.filter(pk__in=hidden).update(may_publish=True)
        if withdrawn := [row.pk for row in rows if row.state == AnswerState.WITHDRAWN]:
            again = Answer.objects.filter(pk__in=withdrawn, version__prompt__status=Status.APPROVED)
            reopened = list(again.only("pk").order_by("pk"))
            again.update(state=AnswerState.OPEN, closed_at=None)
            for answer in reopened:
                events.record(by=None, verb="reopen", of=answer)


def batched(numbers: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (numbers[at : at + size] for at in range(0, len(numbers), size))
