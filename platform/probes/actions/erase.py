"""Erasing answers, and all that a question brought. Whoever calls has seen to what people said of them."""

from collections.abc import Collection

from django.db import transaction

from accounts.models import User
from core import events
from core.erasing import erasing
from probes.models import Answer, Payload, Probe
from prompts.models import Prompt, PromptVersion


@transaction.atomic
def erase_answers(*, answers: Collection[int]) -> list[int]:
    """Deletes these answers with everything that came with their text; returns the models that gave them.

    The calls stay as rows, as delivered and without a word of what came back: otherwise the models would be asked the
    same again, and say it again.
    """
    brought = Probe.objects.filter(answer__in=answers)
    llms = sorted(set(brought.values_list("endpoint__llm", flat=True)))
    with erasing():
        Payload.objects.filter(probe__in=brought).delete()
        brought.update(
            partial_text="", reasoning="", finish_reason="", pieces=[], usage={}, headers={}, fingerprint="", error=""
        )
        Answer.objects.filter(pk__in=answers).delete()
    return llms


def lock_versions(prompt: Prompt) -> list[PromptVersion]:
    """All texts of a prompt, locked so that no answer and no call can be added to them by anybody."""
    return list(PromptVersion.objects.select_for_update().filter(prompt=prompt).order_by("pk"))


@transaction.atomic
def erase_calls(*, by: User, prompt: Prompt) -> list[int]:
    """Deletes every call and every answer that a prompt brought; returns the models it was put to."""
    calls = Probe.objects.filter(version__prompt=prompt)
    llms = sorted(set(calls.values_list("endpoint__llm", flat=True)))
    with erasing():
        Payload.objects.filter(probe__in=calls).delete()
        calls.delete()
        Answer.objects.filter(version__prompt=prompt).delete()
    events.record(by=by, verb="erase_calls", of=prompt)
    return llms
