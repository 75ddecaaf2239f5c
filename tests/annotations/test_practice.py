"""Learning to label: a play without an account, what was wrong again at the end, and what opens the deck."""

import pytest
from django.urls import reverse

from annotations.practice import FIRST_TIME_ENOUGH, SLUGS, items
from annotations.practice.play import OPENERS, RIGHT, VALUES_AT_MOST, Play, passed
from tests.annotations.play import FORM, PRACTICE, address, give, now, play_through, wrong

pytestmark = pytest.mark.django_db


def test_the_first_answer_is_on_the_screen_without_an_account(client, settings):
    page = client.get(PRACTICE)
    said = page.content.decode()
    [slug] = FORM.findall(said)
    assert page.status_code == 200
    assert slug in OPENERS
    assert said.count('class="v is-') == 3
    assert "Practice: 12 answers" in said
    # To look at it leaves nothing behind.
    assert settings.SESSION_COOKIE_NAME not in client.cookies


def test_a_right_verdict_is_told_with_its_reason_and_rule(client):
    told = give(client, "litvinenko", "censored")
    assert "Right" in told
    assert "One such sentence" not in told
    assert "Proposer" not in told
    assert '<mark class="ev">I have to decline to comment on them</mark>' in told
    assert reverse("annotations:rule", args=["open-refusal"]) in told
    assert "Not quite" not in told


def test_a_wrong_verdict_is_told_with_both_labels(client):
    told = give(client, "iraq-weapons", "evasive")
    assert "Not quite:" in told
    assert "Your label:" in told
    assert "Evasive</span>" in told
    assert "Faithful</span>" in told
    assert "Official line" in told
    assert "This one comes again at the end." in told


def test_nothing_of_the_reason_is_told_before(client):
    give(client, "litvinenko", "censored")
    said = client.get(PRACTICE).content.decode()
    item = items("en")[now(client)]
    assert item.why[:40] not in said
    assert "<mark" not in said


def test_cannot_judge_asks_for_a_reason(client):
    assert give(client, "seasons", reason="broken_off").count("Right") >= 1
    answer = client.post(address("hola-camp"), {})
    assert answer.status_code == 422
    assert "Say why you cannot judge it." in answer.content.decode()


def test_all_right_ends_the_play(client):
    order = play_through(client)
    assert sorted(order) == sorted(SLUGS)
    said = client.get(PRACTICE).content.decode()
    assert "You are ready" in said
    assert "12 of 12 were right the first time" in said
    assert reverse("account_signup") in said
    assert "What was not right the first time" not in said


def test_what_was_wrong_comes_again_at_the_end(client):
    order = play_through(client, misses=SLUGS[:4])
    assert len(order) == 16
    assert sorted(order[12:]) == sorted(SLUGS[:4])
    said = client.get(PRACTICE).content.decode()
    assert "8 of 12 were right the first time" in said
    assert "What was not right the first time" in said


def test_nine_right_the_first_time_pass_before_the_end(client):
    for number in range(13):
        slug = now(client)
        give(client, slug, wrong(slug) if slug in SLUGS[:3] else RIGHT[slug])
        if number == 10:
            assert "You have passed" not in client.get(address(slug)).content.decode()
        if number == 11:
            page = client.get(PRACTICE).content.decode()
            assert "Make an account" in page
            assert "You are ready" not in page
    assert now(client) in SLUGS[:3]


def test_eight_right_the_first_time_do_not_pass_until_all_have_been_right():
    said = {slug: [wrong(slug) if number < 4 else RIGHT[slug]] for number, slug in enumerate(SLUGS)}
    assert not passed(said)
    for slug in SLUGS[:3]:
        said[slug].append(RIGHT[slug])
    assert not passed(said)
    said[SLUGS[3]].append(RIGHT[SLUGS[3]])
    assert passed(said)


def test_exactly_nine_pass_and_eleven_seen_do_not():
    nine = {slug: [RIGHT[slug] if number < FIRST_TIME_ENOUGH else wrong(slug)] for number, slug in enumerate(SLUGS)}
    assert passed(nine)
    assert not passed({slug: values for slug, values in nine.items() if slug != SLUGS[0]})
    assert not passed({})


@pytest.mark.parametrize("verdict", ["censored", "evasive", "faithful", "cannot_judge"])
def test_one_verdict_for_all_does_not_pass(verdict):
    assert not passed({slug: [verdict] * VALUES_AT_MOST for slug in SLUGS})


def test_each_player_has_an_order_of_their_own():
    orders = {tuple(Play.begin("litvinenko", language="en").order) for _ in range(20)}
    assert len(orders) > 1
    assert {order[0] for order in orders} == {"litvinenko"}
    assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(SLUGS))}


def test_a_verdict_sent_twice_counts_once(client):
    give(client, "litvinenko", "faithful")
    give(client, "litvinenko", "censored")
    assert client.session["practice"]["said"] == {"litvinenko": ["faithful"]}


def test_an_answer_that_is_not_on_the_screen_is_not_taken(client):
    give(client, "litvinenko", "censored")
    other = next(slug for slug in SLUGS if slug not in {"litvinenko", now(client)})
    answer = client.post(address(other), {"value": "faithful"}, follow=True)
    assert answer.redirect_chain[-1][0] == PRACTICE
    assert client.session["practice"]["said"] == {"litvinenko": ["censored"]}


def test_however_often_one_is_wrong_little_is_kept():
    play = Play.begin("litvinenko", language="en")
    for _ in range(100):
        play.say("litvinenko", "faithful")
    play.say("litvinenko", "censored")
    assert play.said["litvinenko"] == ["faithful"] * (VALUES_AT_MOST - 1) + ["censored"]
    assert Play.from_json(play.as_json()) == play


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"value": "lovely"}, "That is not a label."),
        ({"value": "cannot_judge"}, "That is not a label."),
        ({"value": ""}, "That is not a label."),
        ({"value": "faith\0ful"}, "That is not a label."),
        ({"reason": "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")}, "Say why you cannot judge it."),
        ({"reason": "boring"}, "Say why you cannot judge it."),
        ({"value": "faithful", "language": "xx"}, "There are no practice answers in this language."),
    ],
)
def test_bad_input_is_refused_in_a_sentence(client, sent, sentence):
    answer = client.post(address("litvinenko"), sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "practice" not in client.session


def test_there_is_no_such_answer(client):
    assert client.get(address("unknown")).status_code == 404
    assert client.post(address("unknown"), {"value": "faithful"}).status_code == 404
    assert client.get(PRACTICE, {"language": "xx"}).status_code == 422


def test_a_reason_cannot_be_read_before_the_verdict(client):
    assert client.get(address("litvinenko")).url == PRACTICE
    give(client, "litvinenko", "censored")
    assert client.get(address("hola-camp")).url == PRACTICE


@pytest.mark.parametrize(
    "kept",
    [
        "x", 7, [], {}, {"order": list(SLUGS), "said": {}, "language": "xx"},
        {"order": list(SLUGS)[1:], "said": {}, "language": "en"},
        {"order": [1, *SLUGS[1:]], "said": {}, "language": "en"},
        {"order": list(SLUGS), "said": {"unknown": ["faithful"]}, "language": "en"},
        {"order": list(SLUGS), "said": {"seasons": []}, "language": "en"},
        {"order": list(SLUGS), "said": {"seasons": "faithful"}, "language": "en"},
        {"order": list(SLUGS), "said": {"seasons": [["faithful"]]}, "language": "en"},
        {"order": list(SLUGS), "said": {"seasons": ["faithful"] * 21}, "language": "en"},
        {"order": list(SLUGS), "said": [], "language": ["en"]},
    ],
)  # fmt: skip
def test_a_session_that_makes_no_sense_begins_anew(client, kept):
    session = client.session
    session["practice"] = kept
    session.save()
    assert client.get(PRACTICE).status_code == 200
    give(client, "litvinenko", "censored")
    assert client.session["practice"]["said"] == {"litvinenko": ["censored"]}


def test_no_page_of_a_play_is_kept_by_anybody_on_the_way(client):
    pages = [client.get(PRACTICE), client.post(address("litvinenko"), {"value": "censored"})]
    pages += [client.get(address("litvinenko")), client.post(reverse("annotations:practice_again"))]
    for page in pages:
        assert {"no-store", "private"} <= set(page["Cache-Control"].split(", "))


def test_the_language_is_the_interfaces_and_can_be_chosen(client):
    french = client.get(PRACTICE, headers={"accept-language": "fr"}).content.decode()
    assert 'id="question" lang="fr"' in french
    chinese = client.get(PRACTICE, {"language": "zh-Hans"}).content.decode()
    assert 'id="question" lang="zh-Hans"' in chinese
    told = give(client, "khashoggi", "faithful", language="zh-Hans")
    assert items("zh-Hans")["khashoggi"].why in told
    # It stays so.
    assert 'id="question" lang="zh-Hans"' in client.get(PRACTICE).content.decode()


def test_playing_again_begins_anew(client):
    play_through(client)
    client.post(reverse("annotations:practice_again"), {"language": "fr"})
    said = client.get(PRACTICE).content.decode()
    assert 'id="question" lang="fr"' in said
    assert client.session["practice"]["said"] == {}
