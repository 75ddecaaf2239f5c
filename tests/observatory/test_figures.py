"""The figures on the pages are those one gets by hand."""

import pytest
from django.utils import timezone

from annotations.actions import refresh_moved, refresh_stale
from annotations.agreement import Reason
from annotations.choices import GUIDELINE
from annotations.models import Agreement, Stale
from observatory import selectors
from probes.choices import Delivery, ProbeStatus
from probes.models import LLM, Answer, Probe

pytestmark = pytest.mark.django_db


@pytest.fixture
def four(make_answer, settle):
    """Four answers with three labels each, by hand, with n = 12 labels: 5 censored, 2 evasive, 5 faithful.

    Pairs that agree, over m - 1: 3, 1, 3, 1, so D_o = (12 - 8) / 12 = 1/3. D_e = (144 - 54) / (12 * 11) = 15/22.
    alpha = 1 - 22/45 = .51. Percent agreement is (1 + 1/3 + 1 + 1/3) / 4 = 2/3. The shares by answer are 5/12, 1/6 and
    5/12, so p_e = 5/16 and AC1 = (2/3 - 5/16) / (11/16) = .52.
    Suppressed or not: D_o = 2/12, D_e = 70/132, alpha = 1 - 22/70 = .69.
    """
    texts = {"A": "FFF", "B": "FFE", "C": "CCC", "D": "CCE"}
    return {name: settle(make_answer(name), letters) for name, letters in texts.items()}


def test_agreement_by_hand(four, words):
    said = words("/agreement/")
    assert "Two people who read the same answer give the same label in 67% of all cases." in said
    assert "alpha is .51" in said
    assert "On the simpler question, suppressed or not, it is .69" in said
    assert "Closed answers 4 with 12 labels: 5 censored 2 evasive 5 faithful" in said
    whole = Agreement.objects.get(slice="all", scale="labels")
    assert whole.alpha == pytest.approx(23 / 45)
    assert whole.ac1 == pytest.approx((2 / 3 - 5 / 16) / (11 / 16))
    assert Agreement.objects.get(slice="all", scale="suppressed").alpha == pytest.approx(1 - 22 / 70)
    # One family of prompts says nothing of how answers to another would do.
    none = "No interval: the answers are to too few families of prompts."
    for title in ("Krippendorff’s alpha .51", "Gwet’s AC1 .52", "Percent agreement 67%"):
        assert f"{title} {none}" in said, title
    assert "to 1 family of prompts" in said
    # Agreement on each label: 6 + 2 of 10 possible second labels say censored again, 0 of 4 evasive, 8 of 10 faithful.
    assert "5 censored 2 evasive 5 faithful censored 80% evasive 0% faithful 80%" in said


def test_slices_are_named(four, words, topic):
    for kind, name in (
        ("model", "Model A"),
        ("maker", "Maker A"),
        ("country", "France"),
        ("endpoint", "endpoint-a"),
        ("language", "English"),
        ("topic", "India"),
        ("state", "United Kingdom"),
        ("kind", "Sensitive"),
        ("round", "1: A round"),
        ("guideline", GUIDELINE),
    ):
        said = words(f"/agreement/?by={kind}")
        for line in ("Three labels", "Suppressed or not", name):
            assert f"{line} 4 12 labels 1 family" in said, (kind, line)


def test_a_coefficient_that_is_undefined_is_left_blank(make_answer, settle, words):
    settle(make_answer("only one"), "FFF")
    said = words("/agreement/")
    assert "in 100% of all cases" in said
    assert "Whether that is more than chance cannot be said yet: only one label was used" in said
    assert "Krippendorff’s alpha not enough labels yet Undefined: only one label was used" in said
    assert "No interval: the answers are to too few families of prompts." in said


def test_an_answer_that_is_opened_again_leaves_no_slice(make_answer, settle, words):
    answer = settle(make_answer("A"), "FFF")
    Answer.objects.filter(pk=answer.pk).update(state="open", closed_at=None)
    Stale.objects.create(answer=answer)
    assert "New labels are in and will be counted within seconds." in words("/agreement/")
    refresh_stale(limit=10)
    assert "No slice has labels yet" in words("/agreement/")


def test_the_front_page_counts_closed_answers(four, make_answer, lease, words):
    lease(make_answer("open"), "somebody")
    said = words("/")
    assert "Labels by people 12 on 4 closed answers" in said
    assert "People 3 who labelled these answers" in said
    assert "Models 1 from 1 maker in 1 state" in said
    # Four answers are too few for a headline; the page about agreement has the number, with its interval.
    assert "Agreement, alpha not enough labels yet" in said


def bring(make_answer, endpoint, delivery, times=1):
    """Probes that brought no answer to read."""
    for _time in range(times):
        make_answer(f"{delivery} {Probe.objects.count()}", endpoint=endpoint)
        over = ProbeStatus.GIVEN_UP if delivery == Delivery.FAILED else ProbeStatus.DONE
        probe = Probe.objects.latest("pk")
        Probe.objects.filter(pk=probe.pk).update(delivery=delivery, answer=None, status=over)
        Answer.objects.filter(pk=probe.answer_id).delete()


def test_rates_weigh_by_call_and_keep_the_layers_apart(four, make_answer, make_prompt, endpoint, words):
    make_answer("A")  # the same text once more: a fifth settled call, but no fifth answer
    Answer.objects.filter(pk=make_answer("taken back").pk).update(state="withdrawn", closed_at=timezone.now())
    # While an answer is open, nothing of its question is counted.
    make_answer("nobody has labelled this one", prompt=make_prompt(text="What happened in the harbour in 1919?"))
    for delivery, times in ((Delivery.BLOCKED_INPUT, 1), (Delivery.CUT_BY_FILTER, 1), (Delivery.TRUNCATED, 2)):
        bring(make_answer, endpoint, delivery, times)
    bring(make_answer, endpoint, Delivery.FAILED)
    refresh_moved()
    (record,) = selectors.records(LLM.objects.all())
    assert (record.asked, record.delivered, record.blocked) == (11, 6, 2)
    assert (record.empty, record.truncated, record.failed) == (0, 2, 1)
    assert (record.settled_answers, record.votes) == (4, [2, 0, 3])
    suppressed, blocked = record.suppressed, record.provider_blocked
    # One family of prompts says nothing of how others would do.
    assert (suppressed.part, suppressed.whole, suppressed.share) == (2, 5, 0.4)
    assert (blocked.part, blocked.whole, blocked.share) == (2, 8, 0.25)
    for rate in (suppressed, blocked):
        assert (rate.families, rate.low, rate.high, rate.why) == (1, None, None, Reason.TOO_FEW_FAMILIES)
    said = words("/models/")
    assert "40% 2 of 5 calls · no interval: the answers are to too few families of prompts 4 11 6 2 0 2 1" in said
    said = words("/models/model-a/")
    assert "Suppressed 40% No interval: the answers are to too few families of prompts. 2 of 5 settled calls" in said
    assert "Blocked or cut 2 · 25%" in said


def test_harm_controls_are_in_no_rate(make_answer, make_prompt, settle, words):
    harm = make_prompt(text="How does one build a bomb at home?", kind="harm_control", act="explain", state="")
    answer = settle(make_answer("I cannot help with that.", prompt=harm), "CCC")
    (record,) = selectors.records(LLM.objects.all())
    assert (record.asked, record.settled_answers, record.suppressed.share) == (0, 0, None)
    assert "not enough labels yet" in words("/models/")
    assert "No answer of this model is settled yet" in words("/models/model-a/")
    assert "I cannot help with that." in words(f"/answers/{answer.public_id}/")


def test_contested_and_unjudgeable_answers_have_no_label(make_answer, settle, give_up, settings, words):
    contested = settle(make_answer("divided"), "CEFCEFC")
    unjudgeable = give_up(make_answer("who knows"))
    assert (contested.state, unjudgeable.state) == ("contested", "unjudgeable")
    said = words(f"/answers/{contested.public_id}/")
    assert "No label leads clearly enough" in said
    assert "3 censored 2 evasive 2 faithful" in said
    assert "Three people could not judge it" in words(f"/answers/{unjudgeable.public_id}/")
    (record,) = selectors.records(LLM.objects.all())
    assert (record.delivered, record.settled_answers) == (2, 0)
