"""An answer is found by its text or made; it never learns who wrote it."""

import hashlib

from django.conf import settings

from probes.models import Answer
from prompts.models import PromptVersion


def record_answer(*, version: PromptVersion, text: str, escaped: bool, may_publish: bool = True) -> Answer:
    """The answer with this text to this prompt version, made if it is new, with its labelling quota on the row.

    `text` must be storable (no NUL, no lone surrogate) and not empty. A text that came from a source we may publish is
    publishable, even if another brought it first. Runs inside the caller's transaction.
    """
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    answer, made = Answer.objects.get_or_create(
        version=version,
        sha256=sha256,
        defaults={
            "text": text,
            "escaped": escaped,
            "language": version.prompt.language,
            "priority": 5 if version.prompt.family.starter else 1,
            "wanted": settings.ENV.labels_wanted,
            "may_publish": may_publish,
        },
    )
    if not made and may_publish and not answer.may_publish:
        Answer.objects.filter(pk=answer.pk).update(may_publish=True)
    return answer
