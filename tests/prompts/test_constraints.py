"""What the database itself refuses about prompts, whoever asks: every invariant by the name of its constraint."""

import io

import pytest
from django.core.management import call_command
from django.db import Error, IntegrityError, connection, transaction

from prompts.actions import reject_prompt, set_key_points, set_text, submit_prompt, withdraw_prompt
from prompts.models import Family, KeyPoint, KeyPointSet, Prompt
from prompts.starter import load_starter
from tests.cast import POINTS

pytestmark = pytest.mark.django_db


def refused(name, change):
    """The named constraint, and no other, refuses the change."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        change()
    assert caught.value.__cause__.diag.constraint_name == name


def one_more(prompt, **changes):
    values = {"family": prompt.family, "language": prompt.language, "submitted_by": prompt.submitted_by, **changes}
    return lambda: Prompt.objects.create(**values)


def test_a_second_live_prompt_of_a_family_in_a_language(prompt, make_prompt):
    refused("prompt_live_once_a_language", one_more(prompt))
    one_more(prompt, language="fr")()
    other = make_prompt("What is the second question about?", approved=False)
    refused("prompt_live_once_a_language", one_more(other))
    withdraw_prompt(by=prompt.submitted_by, prompt=prompt)
    one_more(prompt)()
    refused("prompt_live_once_a_language", lambda: Prompt.objects.filter(pk=prompt.pk).update(status="approved"))


def test_an_approved_prompt_without_text_or_key_points(prompt):
    refused("prompt_approved_is_whole", lambda: Prompt.objects.update(current=None))
    refused("prompt_approved_is_whole", lambda: Prompt.objects.update(key_points=None))
    refused("prompt_approved_is_whole", one_more(prompt, language="fr", status="approved"))


def test_an_approved_prompt_with_key_points_of_which_none_is_essential(prompt):
    empty = KeyPointSet.objects.create(prompt=prompt, number=2)
    refused("prompt_approved_has_essential_point", lambda: Prompt.objects.update(key_points=empty))
    KeyPoint.objects.create(set=empty, order=1, text="Aside.", source="A book")
    refused("prompt_approved_has_essential_point", lambda: Prompt.objects.update(key_points=empty))
    KeyPoint.objects.create(set=empty, order=2, text="The core.", source="A book", essential=True)
    assert Prompt.objects.update(key_points=empty) == 1


def test_an_empty_set_is_not_approved(make_prompt, reviewer):
    prompt = make_prompt(approved=False)
    Prompt.objects.update(key_points=KeyPointSet.objects.create(prompt=prompt, number=2))
    refused("prompt_approved_has_essential_point", lambda: Prompt.objects.update(status="approved"))


def test_the_text_and_key_points_of_another_prompt(prompt, make_prompt):
    other = make_prompt("What is the second question about?", approved=False)
    version, points = set_text(other, text="What is it about?", by=None), other.key_points
    mine = Prompt.objects.filter(pk=prompt.pk)
    other.current = other.versions.get(number=1)
    other.save()
    refused("prompt_current_is_its_own", lambda: mine.update(current=version))
    spare = set_key_points(other, points=POINTS, by=None)
    assert spare.pk != points.pk
    refused("prompt_key_points_are_its_own", lambda: mine.update(key_points=points))


def test_a_rejected_prompt_without_a_reason(make_prompt, reviewer):
    prompt = make_prompt(approved=False)
    for reason in ("", " ", "\n\t"):
        refused(
            "prompt_rejected_with_a_reason",
            lambda reason=reason: Prompt.objects.update(status="rejected", review_reason=reason),
        )
    reject_prompt(by=reviewer, prompt=prompt, reason="No source.")
    refused("prompt_rejected_with_a_reason", lambda: Prompt.objects.update(review_reason=""))


@pytest.mark.parametrize("approved", [True, False])
def test_key_points_that_are_in_use_stay_as_they_are(make_prompt, approved):
    prompt = make_prompt(approved=approved)
    first = prompt.key_points
    late = {"order": 9, "text": "Late.", "source": "A book"}
    refused("key_points_closed", lambda: KeyPoint.objects.create(set=first, **late))
    refused("key_points_closed", lambda: first.points.all().delete())
    second = set_key_points(prompt, points=POINTS[:1], by=None)
    # Labels may still refer to the first.
    refused("key_points_closed", lambda: KeyPoint.objects.create(set=first, **late))
    refused("key_points_closed", lambda: KeyPoint.objects.create(set=second, **late))
    assert (first.points.count(), second.points.count()) == (2, 1)
    with pytest.raises(Error, match="prompts_keypoint"), transaction.atomic():
        first.points.update(text="Other.")


def test_only_erasure_takes_key_points_away(prompt):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL candor.erasing = 'on'")
        assert prompt.key_points.points.all().delete()[0] == 2
        cursor.execute("SET LOCAL candor.erasing = 'off'")


def test_the_starter_set_passes_and_so_does_going_back(author, topic):
    assert load_starter() == Family.objects.count()
    assert Prompt.objects.exclude(status="approved").count() == 0
    assert Prompt.objects.filter(key_points__points__essential=True).count() == Prompt.objects.count()


@pytest.mark.django_db(transaction=True)
def test_the_migration_goes_back_and_forth_over_a_full_table(topic, author):
    submit_prompt(
        by=author, text="What happened in the year 1919?", language="en", topic=topic, kind="sensitive", act="ask_fact",
        state="GB", points=POINTS,
    )  # fmt: skip
    # Back takes those of other apps along that stand on it; forward is all the way.
    for where in (["prompts", "0002"], []):
        call_command("migrate", *where, stdout=io.StringIO())
        assert Prompt.objects.count() == 1
