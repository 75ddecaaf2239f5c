"""Practice and accounts: what was played before signing up or in is carried over, and opens the real deck."""

import pytest
from django.test import Client
from django.urls import reverse

from annotations.models import Labeller, Practised
from annotations.practice import SLUGS
from annotations.practice.play import RIGHT
from core.models import Event
from tests.annotations.play import PRACTICE, give, play_through, wrong
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


def test_who_signs_up_after_passing_goes_straight_to_the_deck(client):
    play_through(client, misses=SLUGS[:2])
    assert Practised.objects.count() == 0
    answer = client.post(reverse("account_signup"), {"username": "newcomer", "password1": PASSWORD})
    assert answer.url == reverse("annotations:deck")
    answer = client.get(PRACTICE)
    assert answer.url == reverse("annotations:deck")
    labeller = Labeller.objects.get()
    assert labeller.practised_at is not None
    assert labeller.standing == "new"
    assert Practised.objects.filter(person=labeller.person).count() == 12
    kept = Practised.objects.get(item=SLUGS[0])
    assert (kept.first, kept.values, kept.right) == (
        wrong(SLUGS[0]),
        [wrong(SLUGS[0]), RIGHT[SLUGS[0]]],
        RIGHT[SLUGS[0]],
    )
    assert Event.objects.get(verb="pass_practice").data == {"right_first": 10}


def test_who_signs_in_after_passing_is_carried_over_too(client, person):
    user = person("late", practised=False)
    play_through(client)
    client.post(reverse("account_login"), {"login": "late", "password": PASSWORD})
    assert client.get(PRACTICE).url == reverse("annotations:deck")
    assert Labeller.objects.get(person=user).practised_at is not None


def test_half_a_play_goes_on_after_signing_up(client):
    give(client, "litvinenko", "censored")
    client.post(reverse("account_signup"), {"username": "newcomer", "password1": PASSWORD})
    assert client.get(PRACTICE).status_code == 200
    assert client.session["practice"]["said"] == {"litvinenko": ["censored"]}
    assert Labeller.objects.count() == 0


def test_with_an_account_the_play_is_kept_as_soon_as_it_passes(client, person):
    user = person("newcomer", practised=False)
    client.force_login(user)
    play_through(client)
    assert Labeller.objects.get(person=user).practised_at is not None
    assert Practised.objects.filter(person=user).count() == 12
    said = client.get(PRACTICE).content.decode()
    assert "To the real answers" in said
    assert "What an account is for" not in said


def test_practising_again_changes_neither_the_standing_nor_the_first_verdicts(client, person):
    user = person("newcomer", practised=False)
    client.force_login(user)
    play_through(client, misses=SLUGS[:1])
    before = Labeller.objects.get(person=user)
    client.post(reverse("annotations:practice_again"))
    play_through(client)
    after = Labeller.objects.get(person=user)
    assert (after.practised_at, after.standing) == (before.practised_at, before.standing)
    kept = Practised.objects.get(person=user, item=SLUGS[0])
    assert (kept.first, kept.values) == (wrong(SLUGS[0]), [RIGHT[SLUGS[0]]])
    verbs = Event.objects.filter(noun="labeller").order_by("at").values_list("verb", flat=True)
    # Passed with the twelfth answer, done with the one that came again, and done a second time.
    assert list(verbs) == ["pass_practice", "practise", "practise"]


def test_a_person_in_quarantine_may_practise_and_gets_no_way_to_the_deck(client, person):
    user = person("doubtful")
    Labeller.objects.filter(person=user).update(standing="quarantined", standing_reason="By hand.")
    client.force_login(user)
    play_through(client)
    said = client.get(PRACTICE).content.decode()
    assert "Real answers are not given to you at the moment" in said
    assert "To the real answers" not in said
    assert Labeller.objects.get(person=user).standing == "quarantined"


def test_another_browser_begins_at_the_beginning(client):
    play_through(client)
    assert "Practice: 12 answers" in Client().get(PRACTICE).content.decode()


def test_the_home_page_leads_to_practice_without_an_account_and_to_the_deck_with_one(client, labeller):
    home = reverse("observatory:home")
    assert client.get(home).content.decode().count(f'href="{PRACTICE}"') == 2
    client.force_login(labeller)
    said = client.get(home).content.decode()
    assert PRACTICE not in said
    assert said.count(f'btn--big btn--wide" href="{reverse("annotations:deck")}"') == 1
