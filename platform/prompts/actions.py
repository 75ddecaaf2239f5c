"""Everything that changes a prompt."""

import re
import secrets
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from core import events, locks
from core.erasing import erasing
from core.errors import Conflict, Forbidden, Invalid
from prompts.choices import Status
from prompts.models import ErasedStarter, Family, KeyPoint, KeyPointSet, Prompt, PromptVersion, Topic
from prompts.rules import Point, check_may_review, check_prompt, clean_text
from prompts.selectors import same


@transaction.atomic
def submit_prompt(
    *,
    by: User,
    text: str,
    language: str,
    topic: Topic,
    kind: str,
    act: str,
    state: str,
    points: Sequence[Point],
    translates: Prompt | None = None,
) -> Prompt:
    """A new prompt, waiting for review.

    A translation joins the family of the prompt it translates and takes over its topic, kind, act and state.

    Raises:
        Invalid: with every field that is wrong.
    """
    text, points = clean_text(text), [point.cleaned() for point in points]
    if translates is not None:
        family = translates.family
        topic, kind, act, state = family.topic, family.kind, family.act, family.state
    check_prompt(text=text, language=language, kind=kind, act=act, state=state, points=points)
    wait_for_other_submissions()
    if same(text=text, language=language).exists():
        raise unfit("text", _("This question is already there in this language."))
    if translates is None:
        family = Family.objects.create(
            slug=new_slug(text), title=text[:200], topic=topic, kind=kind, act=act, state=state
        )
    else:
        check_translation(translates, language)
    prompt = Prompt.objects.create(family=family, language=language, submitted_by=by)
    set_text(prompt, text=text, by=by, translates=translates.current if translates else None)
    set_key_points(prompt, points=points, by=by)
    events.record(by=by, verb="submit", of=prompt, language=language, kind=kind)
    return prompt


def wait_for_other_submissions() -> None:
    """One submission at a time: each looks at what is there (the text, the slug, the language) before it writes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [locks.SUBMISSIONS])


def unfit(field: str, why: str) -> Invalid:
    """The error for a prompt that cannot be taken because of one field."""
    return Invalid(_("The prompt cannot be taken as it is."), {field: [why]})


def check_translation(original: Prompt, language: str) -> None:
    if original.status in {Status.REJECTED, Status.WITHDRAWN} or original.current is None:
        raise unfit("translates", _("The prompt it translates is not in use."))
    # Asked afresh: `original` may come with a prefetched part of its family.
    taken = Prompt.objects.filter(family_id=original.family_id, language=language).exclude(
        status__in=[Status.REJECTED, Status.WITHDRAWN]
    )
    if taken.exists():
        raise unfit("language", _("This question is already there in this language."))


def set_text(prompt: Prompt, *, text: str, by: User | None, translates: PromptVersion | None = None) -> PromptVersion:
    """Adds a version and makes it the current one."""
    number = prompt.versions.count() + 1
    version = PromptVersion.objects.create(
        prompt=prompt, number=number, text=text, translates=translates, created_by=by
    )
    prompt.current = version
    prompt.save(update_fields=["current"])
    return version


def set_key_points(prompt: Prompt, *, points: Sequence[Point], by: User | None) -> KeyPointSet:
    """Adds a set of key points and makes it the current one."""
    number = KeyPointSet.objects.filter(prompt=prompt).count() + 1
    points_set = KeyPointSet.objects.create(prompt=prompt, number=number, created_by=by)
    KeyPoint.objects.bulk_create(
        KeyPoint(
            set=points_set,
            order=order,
            text=point.text,
            source=point.source,
            url=point.url,
            essential=point.essential,
        )
        for order, point in enumerate((point.cleaned() for point in points), 1)
    )
    prompt.key_points = points_set
    prompt.save(update_fields=["key_points"])
    return points_set


def new_slug(text: str) -> str:
    """A free slug made from the question's first words."""
    base = first_words(text) or "prompt"
    slug, n = base, 1
    while Family.objects.filter(slug=slug).exists():
        n += 1
        slug = f"{base}-{n}"
    return slug


def first_words(text: str) -> str:
    """As a slug has them; empty where none is written in Latin letters."""
    return slugify(text)[:60].strip("-")


@transaction.atomic
def approve_prompt(*, by: User, prompt: Prompt) -> Prompt:
    """SUBMITTED to APPROVED, by somebody else than the author. From now on it is put to models.

    Raises:
        Forbidden: not a reviewer, or one's own.
        Conflict: somebody else has decided already.
    """
    check_may_review(by=by, prompt=prompt)
    decide(prompt, by=by, status=Status.APPROVED, reason="")
    events.record(by=by, verb="approve", of=prompt)
    return prompt


@transaction.atomic
def reject_prompt(*, by: User, prompt: Prompt, reason: str) -> Prompt:
    """SUBMITTED to REJECTED, with a reason its author can act on.

    Raises:
        Invalid: no reason.
        Forbidden, Conflict: as for approve_prompt.
    """
    check_may_review(by=by, prompt=prompt)
    reason = clean_text(reason)
    if not reason:
        raise Invalid(_("Say why it is sent back."), {"reason": [_("Say why, so that the author can mend it.")]})
    if len(reason) > 500:
        raise Invalid(_("The reason is too long."), {"reason": [_("At most 500 characters.")]})
    decide(prompt, by=by, status=Status.REJECTED, reason=reason)
    events.record(by=by, verb="reject", of=prompt)
    return prompt


def decide(prompt: Prompt, *, by: User, status: Status, reason: str) -> None:
    changes: dict[str, Any] = {
        "status": status,
        "reviewed_by": by,
        "reviewed_at": timezone.now(),
        "review_reason": reason,
    }
    if not Prompt.objects.filter(pk=prompt.pk, status=Status.SUBMITTED).update(**changes):
        raise Conflict(_("Somebody has already decided about this prompt."))
    prompt.refresh_from_db()


@transaction.atomic
def withdraw_prompt(*, by: User, prompt: Prompt) -> Prompt:
    """Takes a prompt back: it is no longer put to models, and its open answers are no longer handed out.

    Raises:
        Forbidden: neither the author nor a maintainer.
        Conflict: withdrawn or sent back already.
    """
    if prompt.submitted_by_id != by.pk and not by.is_maintainer:
        raise Forbidden(_("Only its author or a maintainer takes a prompt back."))
    live = Prompt.objects.filter(pk=prompt.pk, status__in=[Status.SUBMITTED, Status.APPROVED])
    if not live.update(status=Status.WITHDRAWN):
        raise Conflict(_("This prompt is no longer in use."))
    prompt.refresh_from_db()
    events.record(by=by, verb="withdraw", of=prompt)
    return prompt


@transaction.atomic
def take_down_prompt(*, by: User, prompt: Prompt) -> Prompt:
    """Withdraws a prompt that was reported and should not be here, whoever wrote it and wherever it stands.

    Raises:
        Forbidden: not a reviewer.
        Conflict: withdrawn already.
    """
    if not by.is_reviewer:
        raise Forbidden(_("Only reviewers take down what was reported."))
    if not Prompt.objects.filter(pk=prompt.pk).exclude(status=Status.WITHDRAWN).update(status=Status.WITHDRAWN):
        raise Conflict(_("This prompt is no longer in use."))
    prompt.refresh_from_db()
    events.record(by=by, verb="take_down", of=prompt)
    return prompt


@transaction.atomic
def erase_prompt(*, by: User, prompt: Prompt) -> dict[str, str]:
    """Deletes a prompt with all its texts and key points, and its family where it was the last one in it.

    Returns the family's new slug by its old one, where that was made of words that went: see `wordless`.

    Whoever calls has erased what it brought, or the database refuses. A translation stays; it translates nothing then.
    One of the starter set is kept in mind by its place there, so that no later start brings it back.
    """
    family = prompt.family
    if family.starter:
        ErasedStarter.objects.get_or_create(family=family.slug, language=prompt.language)
    texts = list(prompt.versions.values_list("text", flat=True))
    Prompt.objects.filter(pk=prompt.pk).update(status=Status.WITHDRAWN, current=None, key_points=None)
    with erasing():
        Prompt.objects.filter(pk=prompt.pk).delete()
    left = Prompt.objects.filter(family=family).exclude(current=None).order_by("pk").first()
    if left is None:
        Family.objects.filter(pk=family.pk, prompts=None).delete()
    elif family.title in {text[:200] for text in texts} and left.current is not None:
        Family.objects.filter(pk=family.pk).update(title=left.current.text[:200])
    events.record(by=by, verb="erase", of=prompt)
    return wordless(family, texts)


def wordless(family: Family, texts: Sequence[str]) -> dict[str, str]:
    """Where a family's slug was made of one of these texts: gives it one without words, and returns that by the old
    one. Also of a family that is gone, since releases may know a translation that is here no more.

    A slug of the starter set was chosen beside its texts, and is how a later start knows what is there.
    """
    made_of = (first_words(text) for text in texts)
    if family.starter or not any(words and re.fullmatch(rf"{words}(-\d+)?", family.slug) for words in made_of):
        return {}
    slug = f"family-{secrets.token_hex(8)}"
    Family.objects.filter(pk=family.pk).update(slug=slug)
    return {family.slug: slug}


@transaction.atomic
def adopt_prompt(*, by: User | None, prompt: Prompt, points: Sequence[Point] = ()) -> Prompt:
    """IMPORTED to SUBMITTED: what others asked joins our own panel once somebody else has approved it.

    Args:
        points: its key points; may be left out where the import brought some.

    Raises:
        Forbidden: not a maintainer.
        Invalid: it is not as a prompt of ours has to be; every part that is wrong is named.
        Conflict: not imported, or this question is there already.
    """
    if by is not None and not by.is_maintainer:
        raise Forbidden(_("Only maintainers adopt imported prompts."))
    family, text = prompt.family, prompt.current.text if prompt.current else ""
    points = [point.cleaned() for point in points] or key_points_of(prompt)
    check_prompt(
        text=text, language=prompt.language, kind=family.kind, act=family.act, state=family.state, points=points
    )
    wait_for_other_submissions()
    live = Prompt.objects.filter(family=family, language=prompt.language).filter(
        status__in=[Status.SUBMITTED, Status.APPROVED]
    )
    if live.exists() or same(text=text, language=prompt.language).exists():
        raise Conflict(_("This question is already there in this language."))
    if points != key_points_of(prompt):
        set_key_points(prompt, points=points, by=by)
    changes: dict[str, Any] = {"status": Status.SUBMITTED, "submitted_by": by, "submitted_at": timezone.now()}
    if not Prompt.objects.filter(pk=prompt.pk, status=Status.IMPORTED).update(**changes):
        raise Conflict(_("Only an imported prompt can be adopted."))
    prompt.refresh_from_db()
    events.record(by=by, verb="adopt", of=prompt)
    return prompt


def key_points_of(prompt: Prompt) -> list[Point]:
    """The points of its current set, as they were submitted."""
    rows = prompt.key_points.points.order_by("order") if prompt.key_points else []
    return [Point(row.text, row.source, row.essential, row.url) for row in rows]
