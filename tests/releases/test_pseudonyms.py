"""What a release calls people and labels, who can be found again by it, and what is told of them."""

import pytest
from django.db import transaction

from annotations.models import Label
from releases.actions import build_waiting, publish_release
from releases.actions.orders import begin_again
from releases.models import ReleasedLabel, ReleasedPerson
from releases.rules.anonymity import told_languages
from tests.releases.conftest import build
from tests.releases.taking import rows_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_languages_are_told_where_five_people_share_them():
    five, four = ("en", "fr"), ("en",)
    assert told_languages([five] * 5 + [four] * 4 + [("ta", "ko")]) == {five}
    assert told_languages([]) == set()


def test_each_label_and_each_person_of_a_release_is_kept_once(built, world):
    released = Label.objects.filter(answer__in=[world.settled, world.odd]).values_list("pk", flat=True)
    assert set(ReleasedLabel.objects.values_list("label", flat=True)) == set(released)
    assert set(ReleasedPerson.objects.values_list("person", flat=True)) == {reader.pk for reader in world.readers}


def test_names_are_those_of_the_files(built, world):
    names = dict(ReleasedLabel.objects.values_list("name", "label"))
    people = dict(ReleasedPerson.objects.values_list("name", "person"))
    found = rows_of(built, "labels")
    assert len(found) == len(names) == 6
    for row in found:
        label = Label.objects.get(pk=names[row["label_id"]])
        assert (people[row["labeller"]], row["label"]) == (label.person_id, label.value)
    assert {row["labeller"] for row in rows_of(built, "labellers")} == set(people)


def test_another_release_has_other_names_for_all(published, maintainer, world):
    first = set(ReleasedLabel.objects.values_list("name", flat=True)) | set(
        ReleasedPerson.objects.values_list("name", flat=True)
    )
    second = publish_release(by=maintainer, release=build(maintainer))
    names = set(ReleasedLabel.objects.filter(release=second).values_list("name", flat=True)) | set(
        ReleasedPerson.objects.filter(release=second).values_list("name", flat=True)
    )
    assert len(names) == len(first) == 9
    assert names & first == set()


def test_what_begins_again_has_its_names_once(built, maintainer):
    sums = sorted(set(built.files.values_list("sha256", flat=True)))
    with transaction.atomic():
        assert begin_again() == sums
    assert (ReleasedLabel.objects.count(), ReleasedPerson.objects.count(), built.files.count()) == (0, 0, 0)
    again = build_waiting()
    assert (again.status, ReleasedLabel.objects.count(), ReleasedPerson.objects.count()) == ("built", 6, 3)


def test_a_release_that_goes_takes_its_names_along(built, maintainer):
    from releases.actions import discard_release

    discard_release(by=maintainer, release=built)
    assert (ReleasedLabel.objects.count(), ReleasedPerson.objects.count()) == (0, 0)
