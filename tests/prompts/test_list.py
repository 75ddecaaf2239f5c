"""The public list of prompts and the page of one."""

import pytest
from django.test import Client
from django.urls import reverse

from prompts.actions import reject_prompt, set_text, withdraw_prompt
from prompts.models import Family, Prompt, Topic
from prompts.rules import Point

pytestmark = pytest.mark.django_db
NASTY = "Is <script>alert('x')</script> & \"that\" a question?"


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def listed(client: Client, query: str = "") -> str:
    answer = client.get(reverse("prompts:list") + query)
    assert answer.status_code == 200
    return answer.content.decode()


def detail(prompt: Prompt) -> str:
    return reverse("prompts:detail", args=[prompt.pk])


def test_an_empty_list_says_what_to_do(db):
    page = listed(Client())
    assert "No prompts yet" in page
    assert reverse("prompts:submit") in page


def test_the_list_shows_approved_families_once_with_their_languages(make_prompt, labeller):
    prompt = make_prompt()
    french = make_prompt("Que s’est-il passé à Amritsar en 1919 ?", language="fr", translates=prompt)
    make_prompt("Who gave the order to fire there?", approved=False)
    for client in (Client(), signed_in(labeller)):
        page = listed(client)
        assert page.count("<h2 ") == 1
        assert "What happened at Jallianwala Bagh in 1919?" in page
        assert detail(french) in page
        assert "Who gave the order" not in page
        assert "1 question<" in page.replace(" </p>", "<").replace("</p>", "<")


def test_a_reader_of_french_sees_the_french_text_first(make_prompt):
    prompt = make_prompt()
    make_prompt("Que s’est-il passé à Amritsar en 1919 ?", language="fr", translates=prompt)
    assert '<h2 lang="fr"' in listed(Client(headers={"accept-language": "fr"}))
    assert '<h2 lang="en"' in listed(Client())
    assert '<h2 lang="fr"' in listed(Client(), "?language=fr")


def test_the_list_is_narrowed(make_prompt, topic):
    other = Topic.objects.create(slug="controls", name_en="Controls", name_fr="Témoins", name_zh_hans="对照", order=1)
    make_prompt("What happened at Amritsar in 1919?")
    make_prompt("Why do leaves turn red in autumn?", topic=other, kind="neutral_control", act="explain", state="")
    make_prompt("2002年古吉拉特邦发生了什么？", language="zh-Hans", state="IN")
    found = {
        query: listed(Client(), query).count("<h2 ")
        for query in (
            "",
            "?topic=controls",
            "?kind=sensitive",
            "?language=zh-Hans",
            "?state=GB",
            "?state=-",
            "?text=RED",
        )
    }
    assert list(found.values()) == [3, 1, 2, 1, 1, 1, 1]
    assert "Nothing asks that yet" in listed(Client(), "?text=nothing+of+it")


@pytest.mark.parametrize("query", ["?topic=x&kind=x&language=x&state=x", "?page=99999999999999999999", "?page=x"])
def test_a_filter_that_makes_no_sense_is_left_out(prompt, query):
    assert listed(Client(), query).count("<h2 ") == 1


def test_a_long_list_goes_over_pages(make_prompt):
    for number in range(21):
        make_prompt(f"What happened at place number {number} in 1919?")
    assert listed(Client()).count("<h2 ") == 20
    assert listed(Client(), "?page=2&kind=sensitive").count("<h2 ") == 1
    assert 'href="?page=1&amp;kind=sensitive"' in listed(Client(), "?page=2&kind=sensitive")


@pytest.mark.parametrize("number", [1, 3])
def test_families_need_no_query_each(make_prompt, number, django_assert_num_queries):
    before = None
    for index in range(number):
        prompt = make_prompt(f"What happened at place number {index} in 1919?")
        make_prompt(f"Que s’est-il passé au lieu numéro {index} ?", language="fr", translates=prompt)
        Family.objects.filter(pk=prompt.family_id).update(twin=before)
        before = prompt.family
    with django_assert_num_queries(4 if number == 1 else 5):  # topics, the count, families, prompts, the twins' prompts
        listed(Client())


def test_html_in_a_prompt_shows_as_text(make_prompt, author, reviewer):
    points = [Point(text=NASTY, source=NASTY, essential=True, url="https://example.org/?a=1&b=%22")]
    prompt = make_prompt(NASTY, points=points)
    waiting = make_prompt(NASTY + " Really?", points=points, approved=False)
    pages = [
        listed(Client()),
        Client().get(detail(prompt)).content.decode(),
        signed_in(author).get(detail(waiting)).content.decode(),
        signed_in(author).get(reverse("prompts:mine")).content.decode(),
        signed_in(reviewer).get(reverse("prompts:review")).content.decode(),
        signed_in(author).get(f"{reverse('prompts:submit')}?translates={prompt.pk}").content.decode(),
    ]
    assert ["<script>alert" in page for page in pages] == [False] * 6
    assert ["&lt;script&gt;alert(&#x27;x&#x27;)" in page for page in pages] == [True] * 6


def test_what_is_not_approved_is_seen_by_its_author_and_reviewers_only(make_prompt, author, labeller, reviewer):
    waiting = make_prompt("Who gave the order to fire there?", approved=False)
    back = reject_prompt(
        by=reviewer, prompt=make_prompt("Who fled from there?", approved=False), reason="Say from where."
    )
    gone = withdraw_prompt(by=author, prompt=make_prompt("Who came from afar to it?"))
    for prompt in (waiting, back, gone):
        seen = [Client().get(detail(prompt)).status_code]
        seen += [signed_in(user).get(detail(prompt)).status_code for user in (labeller, author, reviewer)]
        assert seen == [404, 404, 200, 200]
    page = signed_in(author).get(detail(back)).content.decode()
    assert "Say from where." in page
    assert f"{reverse('prompts:submit')}?again={back.pk}" in page


def test_an_address_with_no_prompt_is_not_found(db):
    for pk in ("1", "9" * 40):
        assert Client().get(f"/prompts/{pk}/").status_code == 404


def test_the_page_shows_key_points_translations_twin_and_versions(make_prompt, author):
    prompt = make_prompt()
    french = make_prompt("Que s’est-il passé à Amritsar en 1919 ?", language="fr", translates=prompt)
    twin = make_prompt("What happened at Sharpeville in 1960?", state="ZA", kind="twin")
    Family.objects.filter(pk=prompt.family_id).update(twin=twin.family)
    set_text(prompt, text="What happened at Jallianwala Bagh on 13 April 1919?", by=author)
    page = Client().get(detail(prompt)).content.decode()
    assert '<li class="essential">' in page
    assert "Report of the inquiry, 1920" in page
    assert detail(french) in page
    assert detail(twin) in page
    assert "Version 1," in page
    assert "Version 2," in page
    assert "Withdraw" not in page
    stale = Client().get(detail(french)).content.decode()
    assert "The text it translates has a newer version by now." in stale


def test_an_author_and_a_maintainer_withdraw(make_prompt, author, labeller, reviewer, maintainer):
    one, other = make_prompt(), make_prompt("Who gave the order to fire there?", approved=False)
    url = reverse("prompts:withdraw", args=[one.pk])
    assert Client().post(url).url.startswith(reverse("account_login"))
    assert [signed_in(user).post(url).status_code for user in (labeller, reviewer)] == [403, 403]
    page = signed_in(author).post(url, follow=True).content.decode()
    assert "Withdrawn. It is put to no more models." in page
    assert "This prompt is no longer in use." in signed_in(author).post(url, follow=True).content.decode()
    signed_in(maintainer).post(reverse("prompts:withdraw", args=[other.pk]))
    assert set(Prompt.objects.values_list("status", flat=True)) == {"withdrawn"}


def test_ones_own_prompts_with_what_became_of_them(make_prompt, author, labeller, reviewer):
    make_prompt()
    reject_prompt(by=reviewer, prompt=make_prompt("Who fled from there?", approved=False), reason="Say from <where>.")
    page = signed_in(author).get(reverse("prompts:mine")).content.decode()
    assert page.count("<h2 ") == 2
    assert "Say from &lt;where&gt;." in page
    assert "You have not submitted a prompt yet" in signed_in(labeller).get(reverse("prompts:mine")).content.decode()
    assert Client().get(reverse("prompts:mine")).status_code == 302


@pytest.mark.parametrize("number", [1, 3])
def test_ones_own_need_no_query_each(make_prompt, author, number, django_assert_num_queries):
    for index in range(number):
        make_prompt(f"What happened at place number {index} in 1919?", approved=False)
    client = signed_in(author)
    client.get(reverse("prompts:mine"))
    with django_assert_num_queries(4):  # the reader, the count, the page, how the asking went
        client.get(reverse("prompts:mine"))
