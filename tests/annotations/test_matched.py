"""Who is given what, by what an answer waits for: doubtful ones go to people who are right as often as everybody, and
of what has its first labels each gets the one on which their own is worth most.
"""

from functools import partial

import pytest
from django.db.models import Count, F
from django.utils import timezone

from annotations.actions import assign_next, pass_on, submit_label, weigh
from annotations.actions.assign import top_up
from annotations.agreement import matching
from annotations.models import Assignment, Label, Labeller, Skill
from probes.models import Answer
from prompts.models import Family
from tests.annotations.conftest import at_once
from tests.annotations.crowd import CAREFUL, SPAMMER, fitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("only_by_need")]

FRENCH = "Que s'est-il passé au jardin de Jallianwala Bagh en 1919 ?"
# Both are right more often than all together. One tells censored from evasive, and often not evasive from faithful;
# the other tells evasive from faithful, and often not censored from evasive.
CENSORED_OR_EVASIVE = (40.0, 0.0, 0.0, 0.0, 28.0, 12.0, 0.0, 4.0, 36.0)
EVASIVE_OR_FAITHFUL = (34.0, 6.0, 0.0, 10.0, 30.0, 0.0, 0.0, 0.0, 40.0)
# By careful people: one label more changes much where two say this and two that, and little where they are two to one.
DOUBTFUL = "CFCF"
LITTLE = "CCE"
FIRST = "C"

KINDS = ("submitted", "starter")


@pytest.fixture
def crowd():
    """Weighs all there is by careful readers and the people given: `crowd({somebody: counts}, ahead={…})`."""

    def weighed(skills=None, **more):
        readers = [label.person for label in Label.objects.select_related("person")]
        fitted(skills={**dict.fromkeys(readers, CAREFUL), **(skills or {})}, **more)
        weigh()

    return weighed


@pytest.fixture
def deck(make_prompt, make_answer, judge):
    """Of each kind of question one answer that is doubtful, one begun, one fresh, and one that wants little."""
    questions = {kind: make_prompt(f"A question of the kind {kind}?") for kind in KINDS}
    Family.objects.filter(pk=questions["starter"].family_id).update(starter=True)
    questions["starter"].refresh_from_db()
    for kind in reversed(KINDS):
        for name, said in (("little", LITTLE), ("fresh", ""), ("begun", FIRST), ("doubtful", DOUBTFUL)):
            judge(make_answer(f"{kind} {name}", prompt=questions[kind]), said)


def turns(reader):
    """What somebody is given, one after another, who cannot judge anything."""
    found = []
    while held := assign_next(by=reader):
        [card] = held
        found.append(card.text)
        pass_on(by=reader, assignment_id=card.id, reason="garbled")
    return found


def texts(held):
    return {card.text for card in held}


def each_kind(*names):
    return [f"{kind} {name}" for kind in KINDS for name in names]


def test_who_is_ahead_begins_with_what_is_doubtful(deck, crowd, person):
    keen = person("keen")
    crowd({keen: CAREFUL})
    assert Skill.objects.get(person=keen).ahead
    assert turns(keen) == each_kind("doubtful", "begun", "fresh", "little")


@pytest.mark.parametrize("skills", [None, SPAMMER], ids=["newcomer", "spammer"])
def test_all_others_begin_with_what_wants_its_first_labels(deck, crowd, person, skills):
    somebody = person("somebody")
    crowd({somebody: skills} if skills else None)
    assert [skill.ahead for skill in Skill.objects.filter(person=somebody)] == ([False] if skills else [])
    assert turns(somebody) == each_kind("begun", "fresh", "little", "doubtful")


def test_one_draw_in_some_brings_answers_to_an_end_whoever_draws(deck, crowd, person, monkeypatch):
    keen, newcomer = person("keen"), person("newcomer")
    crowd({keen: CAREFUL})
    monkeypatch.setattr(matching, "SHARE_TO_AN_END", 1)
    expected = each_kind("little", "doubtful", "begun", "fresh")
    assert [turns(reader) for reader in (keen, newcomer)] == [expected] * 2


def test_whose_gold_fails_is_not_given_what_is_doubtful_first(deck, crowd, person):
    keen = person("keen")
    crowd({keen: CAREFUL})
    Labeller.objects.filter(person=keen).update(standing="slowed", standing_reason="Gold.")
    assert turns(keen) == each_kind("begun", "fresh", "little", "doubtful")


def test_what_has_lost_its_labels_goes_back_to_its_kind(deck, crowd, person):
    keen = person("keen")
    crowd({keen: CAREFUL})
    Label.objects.update(status="superseded", superseded_at=timezone.now())
    Answer.objects.update(counted=0)
    assert set(Answer.objects.values_list("priority", flat=True)) == {0, 1, 2, 4, 5, 6}
    fitted(skills={keen: CAREFUL})
    weigh()
    assert set(Answer.objects.values_list("priority", flat=True)) == {1, 5}


def test_it_is_what_the_fit_says_of_them_that_decides(deck, crowd, person):
    keen, slow = person("keen"), person("slow")
    crowd({keen: SPAMMER, slow: CAREFUL}, ahead={keen: True, slow: False})
    assert turns(keen) == each_kind("doubtful", "begun", "fresh", "little")
    assert turns(slow) == each_kind("begun", "fresh", "little", "doubtful")


def test_without_a_fit_all_keep_the_place_of_their_kind(deck, person):
    weigh()
    found = turns(person("somebody"))
    # Of what has labels any may come first.
    assert [sorted(found[:3]), found[3], sorted(found[4:7]), found[7]] == [
        *(sorted(f"submitted {name}" for name in ("doubtful", "begun", "little")), "submitted fresh"),
        *(sorted(f"starter {name}" for name in ("doubtful", "begun", "little")), "starter fresh"),
    ]


def test_nobody_is_given_what_they_labelled(deck, crowd, judge, person):
    keen = person("keen")
    crowd({keen: CAREFUL})
    reader = Label.objects.order_by("pk").first().person
    assert Skill.objects.get(person=reader).ahead
    assert turns(reader) == each_kind("fresh")
    given = []
    while held := assign_next(by=keen):
        given.append(held[0].text)
        submit_label(by=keen, assignment_id=held[0].id, value="censored")
    assert given == each_kind("doubtful", "begun", "fresh", "little")
    twice = Label.objects.values("person", "answer").annotate(times=Count("pk")).filter(times__gt=1)
    assert list(twice) == []


@pytest.mark.parametrize("ahead", [True, False], ids=["ahead", "behind"])
@pytest.mark.parametrize("asked", [1, 2], ids=["one question", "two questions"])
def test_each_gets_the_one_they_can_tell(make_answer, make_prompt, judge, crowd, person, prompt, asked, ahead):
    other = prompt if asked == 1 else make_prompt("Who gave the order to fire?")
    judge(make_answer("Censored or evasive."), "CCEE")
    judge(make_answer("Evasive or faithful.", prompt=other), "EEFF")
    skills = {person(f"one-{number}"): CENSORED_OR_EVASIVE for number in range(3)}
    skills |= {person(f"other-{number}"): EVASIVE_OR_FAITHFUL for number in range(3)}
    crowd(skills, ahead=None if ahead else dict.fromkeys(skills, False))
    assert list(Answer.objects.values_list("priority", flat=True)) == [0, 0]
    Answer.objects.update(wanted=7)
    assert [Skill.objects.get(person=one).ahead for one in skills] == [ahead] * 6
    assert [[card.text for card in assign_next(by=one)] for one in skills] == [
        *[["Censored or evasive."]] * 3,
        *[["Evasive or faithful."]] * 3,
    ]


@pytest.mark.parametrize("ahead", [True, False], ids=["ahead", "behind"])
def test_of_what_wants_little_each_gets_the_one_they_can_tell(make_answer, judge, crowd, person, ahead):
    judge(make_answer("Censored or evasive."), "CCE")
    judge(make_answer("Evasive or faithful."), "FFE")
    skills = {person(f"one-{number}"): CENSORED_OR_EVASIVE for number in range(3)}
    skills |= {person(f"other-{number}"): EVASIVE_OR_FAITHFUL for number in range(3)}
    crowd(skills, ahead=None if ahead else dict.fromkeys(skills, False))
    assert list(Answer.objects.values_list("priority", flat=True)) == [2, 2]
    Answer.objects.update(wanted=7)
    assert [[card.text for card in assign_next(by=one)] for one in skills] == [
        *[["Censored or evasive."]] * 3,
        *[["Evasive or faithful."]] * 3,
    ]


def test_a_hand_has_the_best_of_each_question_first(make_answer, make_prompt, judge, crowd, person):
    """Two answers to one question are not in hand at once while there are others as doubtful, whichever is best."""
    other = make_prompt("Who gave the order to fire?")
    judge(make_answer("Censored or evasive."), "CCEE")
    judge(make_answer("Evasive or faithful."), "EEFF")
    # A label of theirs is worth .08 at the first, .12 at the second, and .03 here.
    judge(make_answer("Of the other question.", prompt=other), "CCEEF")
    make_answer("Fresh.", prompt=other)
    one, late = person("one"), person("late")
    crowd({one: EVASIVE_OR_FAITHFUL, late: EVASIVE_OR_FAITHFUL})
    Answer.objects.filter(counted__gt=0).update(wanted=7)
    assert list(Answer.objects.order_by("pk").values_list("priority", flat=True)) == [0, 0, 0, 1]
    hand = {"Evasive or faithful.", "Of the other question."}
    assert texts(assign_next(by=one, limit=2)) == hand
    assert texts(assign_next(by=one, limit=3)) == hand | {"Censored or evasive."}
    assert texts(assign_next(by=one, limit=4)) == hand | {"Censored or evasive.", "Fresh."}
    # Card by card it comes to the same.
    assert texts(assign_next(by=late, limit=1)) == {"Evasive or faithful."}
    assert texts(assign_next(by=late, limit=2)) == hand


@pytest.mark.parametrize("known", [True, False])
def test_of_one_question_what_was_begun_comes_before_what_is_fresh(make_answer, judge, crowd, person, known):
    """However many of its other answers there are, that have no label or enough of them to wait."""
    for number in range(10):
        make_answer(f"Fresh {number}.")
        judge(make_answer(f"Little {number}."), LITTLE)
    judge(make_answer("Begun."), FIRST)
    people = [person(f"person-{number}") for number in range(2)]
    crowd(dict.fromkeys(people, CAREFUL) if known else None)
    for one in people:
        assert texts(assign_next(by=one)) == {"Begun."}


def test_only_what_one_reads_however_doubtful(make_answer, make_prompt, judge, crowd, person):
    judge(make_answer("English, and doubtful."), DOUBTFUL)
    french = make_prompt(FRENCH, language="fr")
    make_answer("Français.", prompt=french)
    one, both = person("one", languages=["fr"]), person("both", languages=["fr", "en"])
    crowd({one: CAREFUL, both: CAREFUL})
    assert turns(one) == ["Français."]
    assert turns(both) == ["English, and doubtful.", "Français."]


def test_the_best_is_found_across_languages(make_answer, make_prompt, judge, crowd, person):
    judge(make_answer("Evasive or faithful."), "EEFF")
    judge(make_answer("Censuré ou évasif.", prompt=make_prompt(FRENCH, language="fr")), "CCEE")
    both = ["en", "fr"]
    one, other = person("one", languages=both), person("other", languages=both)
    crowd({one: CENSORED_OR_EVASIVE, other: EVASIVE_OR_FAITHFUL})
    Answer.objects.update(wanted=7)
    assert turns(one) == ["Censuré ou évasif.", "Evasive or faithful."]
    assert turns(other) == ["Evasive or faithful.", "Censuré ou évasif."]


@pytest.mark.parametrize("counts", [CAREFUL, SPAMMER, None])
def test_what_wants_little_is_given_where_there_is_nothing_else(make_answer, judge, crowd, person, counts):
    answers = [make_answer(f"Answer {number}.") for number in range(3)]
    for answer in answers:
        judge(answer, LITTLE)
    somebody = person("somebody")
    crowd({somebody: counts} if counts else None)
    assert list(Answer.objects.values_list("priority", flat=True)) == [2, 2, 2]
    assert texts(assign_next(by=somebody, limit=5)) == {answer.text for answer in answers}


@pytest.mark.django_db(transaction=True)
def test_at_once_they_never_pass_the_cap(make_answer, judge, crowd, person):
    """Three doubtful answers want one label each, and eight people who are ahead want them at the same moment."""
    for number in range(3):
        judge(make_answer(f"Answer {number}."), DOUBTFUL)
    keen = [person(f"keen-{number}") for number in range(8)]
    crowd(dict.fromkeys(keen, CAREFUL))
    assert list(Answer.objects.values_list("priority", "counted", "wanted")) == [(0, 4, 5)] * 3
    found = at_once([partial(assign_next, by=one, limit=2) for one in keen])
    assert [one for one in found if not isinstance(one, list)] == []
    assert sum(len(held) for held in found) == Assignment.objects.filter(status="leased").count() == 3
    assert list(Answer.objects.values_list("leased", flat=True)) == [1, 1, 1]
    assert not Answer.objects.filter(wanted__lt=F("counted") + F("leased")).exists()


@pytest.mark.django_db(transaction=True)
def test_two_draws_of_one_person_who_is_ahead_are_one(make_answer, judge, crowd, person):
    for number in range(4):
        judge(make_answer(f"Answer {number}."), DOUBTFUL)
    keen = person("keen")
    crowd({keen: CAREFUL})
    found = at_once([partial(top_up, by=keen, limit=2)] * 4)
    assert len({card.id for topped in found for card in topped.cards}) == 2
    assert Assignment.objects.filter(status="leased").count() == 2
