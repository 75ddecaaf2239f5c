"""A labeller who looks everywhere learns nothing of who wrote what is still open, not even by what is missing.

One question, four models: three answered, one was blocked. While an answer is open, every public byte has to be the
same if other models had written the answers; once all are closed, everything is told.
"""

import io
import json
from datetime import timedelta

import pytest
import zstandard
from django.utils import timezone

from annotations.actions import refresh_stale
from annotations.actions.tally import retally
from annotations.choices import LabelStatus, Slice
from annotations.models import Agreement, Label, Stale
from observatory import selectors
from probes.choices import AnswerState, Delivery
from probes.models import LLM, Answer, ImportBatch, Probe
from probes.selectors import public_probes
from releases.files.layout import lay_out
from tests.releases.conftest import build

pytestmark = pytest.mark.django_db(transaction=True)

TEXTS = {"a": "Troops fired.", "b": "A lovely garden.", "c": "I will not say."}
SLUGS = {"a": "model-a", "b": "model-b.1", "c": "model-c.1", "d": "model-d.1"}
API = "/api/v1/"
LISTS_BY_GIVER = [
    f"{noun}/?{name}={value}"
    for noun in ("labels", "consensus", "probes")
    for name, value in (*(("model", slug) for slug in SLUGS.values()), ("maker", "Maker A"), ("maker", "Maker B"))
]
# The slices that say something of who gave an answer.
GIVERS = (Slice.MODEL, Slice.MAKER, Slice.COUNTRY, Slice.ENDPOINT, Slice.ROUND)


@pytest.fixture(autouse=True)
def releases_dir(settings, tmp_path):
    settings.RELEASES_DIR = tmp_path


@pytest.fixture
def answers(make_answer, endpoint, another_endpoint):
    """An answer by each of three models, by letter; the fourth was blocked."""
    places = {"a": endpoint, **{letter: another_endpoint(letter) for letter in "bcd"}}
    made = {letter: make_answer(text, endpoint=places[letter]) for letter, text in TEXTS.items()}
    make_answer("Nobody reads this.", endpoint=places["d"])
    blocked = {"delivery": Delivery.BLOCKED_INPUT, "answer": None, "finished_at": timezone.now()}
    Probe.objects.filter(endpoint=places["d"]).update(**blocked)
    Answer.objects.exclude(pk__in=[answer.pk for answer in made.values()]).delete()
    return made


@pytest.fixture
def everywhere(client, read, maintainer, tmp_path):
    """Every public page, every answer of the API, and the files of a release made at this moment, by address."""

    def look():
        listed = client.get(f"{API}answers/").json()["results"]
        closed = [one["id"] for one in listed]
        pages = ["/", "/models/", *(f"/models/{slug}/" for slug in SLUGS.values())]
        found = {page: read(page) for page in (*pages, *(f"/answers/{pk}/" for pk in closed))}
        queries = ["answers/", "models/", *(f"answers/?model={slug}" for slug in SLUGS.values())]
        queries += ["labels/", "consensus/", "probes/", "endpoints/", "rounds/", *LISTS_BY_GIVER]
        found |= {path: client.get(API + path).json() for path in (*queries, *(f"answers/{pk}/" for pk in closed))}
        # When the models' slices were measured tells as much as what they hold.
        rows = client.get(f"{API}agreement/?page_size=200").json()["results"]
        found["agreement by giver"] = [row for row in rows if row["slice"] in GIVERS]
        crossings = ("slice=model&with=topic", "slice=language&with=endpoint", "slice=maker&with=round")
        crossed = [client.get(f"{API}agreement/?{query}").json()["results"] for query in crossings]
        found["crossed by giver"] = [{**row, "computed_at": None} for rows in crossed for row in rows]
        # What was heard of each; the feed's own cursor counts on.
        found["changes"] = client.get(f"{API}changes/?noun=answer&page_size=200").json()["results"]
        release = build(maintainer)
        lay_out(release, tmp_path / release.version)
        for table in ("prompts", "llms", "endpoints", "rounds", "probes", "answers", "consensus"):
            packed = (tmp_path / release.version / f"ndjson/{table}.ndjson.zst").read_bytes()
            found[table] = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)).read().decode()
        found["left out"] = release.counts["left_out"]
        return found

    return look


def rotate():
    """Lets every probe of the question have been another model's."""
    probes = list(Probe.objects.order_by("pk"))
    places = [probe.endpoint_id for probe in probes]
    for number, probe in enumerate(probes):
        Probe.objects.filter(pk=probe.pk).update(sample=10 + number)
    for probe, place in zip(probes, places[1:] + places[:1], strict=True):
        Probe.objects.filter(pk=probe.pk).update(endpoint=place)
    Probe.objects.update(sample=1)


def measure_again():
    Agreement.objects.all().delete()
    for answer in Answer.objects.exclude(state=AnswerState.OPEN):
        Stale.objects.update_or_create(answer=answer, defaults={"since": timezone.now()})
    refresh_stale(limit=100)


@pytest.mark.parametrize("closed", ["a", "ab"])
def test_while_one_answer_is_open_nothing_tells_who_wrote_any(answers, settle, everywhere, closed):
    for letter in closed:
        settle(answers[letter], "FFF")
    as_it_is = everywhere()
    for _turn in range(3):
        rotate()
        measure_again()
        assert everywhere() == as_it_is
    given = as_it_is["answers/"]["results"]
    assert sorted(one["text"] for one in given) == sorted(TEXTS[letter] for letter in closed)
    assert [(one["givers_known"], one["given_by"]) for one in given] == [(False, [])] * len(closed)
    assert all(as_it_is[query]["results"] == [] for query in ("probes/", *LISTS_BY_GIVER))
    assert [len(as_it_is[noun]["results"]) for noun in ("labels/", "consensus/")] == [3 * len(closed), len(closed)]
    assert as_it_is["agreement by giver"] == as_it_is["crossed by giver"] == []
    assert as_it_is["probes"] == as_it_is["llms"] == as_it_is["endpoints"] == ""
    assert as_it_is["left out"]["probes"] == {
        "question_open": 4,
        "answer_left_out": 0,
        "not_ours_to_publish": 0,
        "not_finished": 0,
    }


def test_closing_one_answer_moves_nothing_of_any_model(answers, settle, read, client):
    def models():
        pages = ["/models/", *(f"/models/{slug}/" for slug in SLUGS.values())]
        by_giver = [client.get(f"{API}agreement/?slice={kind}").json()["results"] for kind in GIVERS]
        return {page: read(page) for page in pages}, by_giver

    before = models()
    for letter in "ab":
        settle(answers[letter], "FFE")
        assert models() == before
    settle(answers["c"], "CCC")
    assert models() != before


def test_once_all_are_closed_everything_is_told(answers, settle, everywhere, words):
    for letter, labels in (("a", "FFF"), ("b", "EEE"), ("c", "CCC")):
        settle(answers[letter], labels)
    found = everywhere()
    told = {one["text"]: [giver["model"] for giver in one["given_by"]] for one in found["answers/"]["results"]}
    assert told == {text: [SLUGS[letter]] for letter, text in TEXTS.items()}
    assert [one["givers_known"] for one in found["answers/"]["results"]] == [True] * 3
    for letter, text in TEXTS.items():
        assert [one["text"] for one in found[f"answers/?model={SLUGS[letter]}"]["results"]] == [text]
        assert f"Model {letter.upper()}" in words(f"/answers/{answers[letter].public_id}/")
        assert text in words(f"/models/{SLUGS[letter]}/")
    by_giver = {(row["slice"], row["key"]): (row["answers"], row["labels"]) for row in found["agreement by giver"]}
    assert by_giver == {
        **{("model", SLUGS[letter]): (1, 3) for letter in TEXTS},
        **{("endpoint", f"endpoint-{letter}"): (1, 3) for letter in TEXTS},
        **{("maker", "Maker A"): (1, 3), ("maker", "Maker B"): (2, 6)},
        **{("country", "FR"): (1, 3), ("country", "IN"): (2, 6)},
        ("round", "1"): (3, 9),
    }
    probes = [json.loads(line) for line in found["probes"].splitlines()]
    public = {letter: str(answer.public_id) for letter, answer in answers.items()}
    assert [(row["probe_id"], row["endpoint"], row["answer_id"]) for row in probes] == [
        (1, "endpoint-a", public["a"]),
        (2, "endpoint-b", public["b"]),
        (3, "endpoint-c", public["c"]),
        (4, "endpoint-d", None),
    ]
    assert found["left out"]["probes"]["question_open"] == 0
    records = {
        record.llm.slug: (record.asked, record.delivered, record.blocked) for record in selectors.records(llms())
    }
    assert records == {SLUGS["a"]: (1, 1, 0), SLUGS["b"]: (1, 1, 0), SLUGS["c"]: (1, 1, 0), SLUGS["d"]: (1, 0, 1)}
    rotate()
    measure_again()
    changed = {key for key, seen in everywhere().items() if seen != found[key]}
    assert {"/models/", "answers/", "probes", "agreement by giver", "crossed by giver"} <= changed


def llms():
    return LLM.objects.order_by("slug")


def test_a_page_says_why_it_does_not_name_the_model(answers, settle, words):
    settle(answers["a"], "FFF")
    said = words(f"/answers/{answers['a'].public_id}/")
    assert "Who gave it Not told yet. Another answer to this question is still being labelled" in said
    assert "Model A" not in said
    assert "No answer of this model is settled yet" in words("/models/model-a/")


def test_the_front_page_waits_until_the_question_is_finished(answers, settle):
    settle(answers["a"], "FFF")
    settle(answers["b"], "EEE")
    today = timezone.now().date()
    assert selectors.example(on=today, language="en") is None
    settle(answers["c"], "CCC")
    shown = selectors.example(on=today, language="en")
    assert [(column.value, [llm.slug for llm in column.llms]) for column in shown.columns] == [
        ("censored", ["model-c.1"]),
        ("evasive", ["model-b.1"]),
        ("faithful", ["model-a"]),
    ]


def test_a_new_answer_hides_the_question_anew(answers, settle, make_answer, another_endpoint, make_prompt, endpoint):
    """The models' figures stay as they were, until a closed answer of it changes; then all leave it out at once."""
    for answer in answers.values():
        settle(answer, "FFF")
    late = make_answer("It was long ago.", endpoint=another_endpoint("e"))
    assert not public_probes().exists()
    elsewhere = make_prompt(text="What happened in the harbour in 1919?")
    settle(make_answer("Nothing.", prompt=elsewhere), "EEE")
    assert by_model() == {"model-a": [0, 3, 3], "model-b.1": [0, 0, 3], "model-c.1": [0, 0, 3]}
    Stale.objects.create(answer=answers["b"])
    refresh_stale(limit=100)
    assert by_model() == {"model-a": [0, 3, 0]}
    settle(late, "CCC")
    assert by_model() == {
        "model-a": [0, 3, 3],
        "model-b.1": [0, 0, 3],
        "model-c.1": [0, 0, 3],
        "model-e.1": [3, 0, 0],
    }


def by_model():
    return dict(Agreement.objects.filter(slice="model", scale="labels").values_list("key", "marginals"))


def test_an_answer_that_is_opened_again_leaves_every_models_figures(answers, settle):
    for answer in answers.values():
        settle(answer, "FFF")
    opened = answers["b"]
    Answer.objects.filter(pk=opened.pk).update(state=AnswerState.OPEN, closed_at=None)
    Stale.objects.create(answer=opened)
    refresh_stale(limit=100)
    assert not Agreement.objects.filter(slice="model").exists()
    # Now that it is open, what becomes of the others touches no model.
    Label.objects.filter(pk=Label.objects.filter(answer=answers["a"]).first().pk).update(status=LabelStatus.SET_ASIDE)
    touched = retally([answers["a"].pk])
    assert (Slice.TOPIC, "india") in touched
    assert (
        touched & {(kind, key) for kind in GIVERS for key in ("model-a", "Maker A", "FR", "endpoint-a", "1")} == set()
    )


def test_what_an_import_may_not_publish_is_in_no_record(make_answer, settle, words):
    answer = settle(make_answer("Recorded."), "FFF")
    batch = ImportBatch.objects.create(source="A box of tapes", licence="none", may_publish=False, sha256="0" * 64)
    Probe.objects.update(batch=batch, round=None)
    assert "A box of tapes" not in words(f"/answers/{answer.public_id}/")
    assert "No call that we may publish is on record." in words(f"/answers/{answer.public_id}/")
    (record,) = selectors.records(llms())
    assert (record.asked, record.settled_answers) == (0, 0)
    assert list(selectors.answers_of(record.llm)) == []


def test_numbers_in_a_release_tell_nothing_of_what_is_left_out(answers, settle, make_answer, make_prompt, everywhere):
    other = make_prompt(text="What happened in the harbour in 1919?")
    for text in ("Nothing.", "Something."):
        settle(make_answer(text, prompt=other), "EEE")
    Probe.objects.filter(version=other.current).update(finished_at=timezone.now() - timedelta(minutes=1))
    rows = [json.loads(line) for line in everywhere()["probes"].splitlines()]
    assert [(row["probe_id"], row["version_id"], row["sample"]) for row in rows] == [
        (1, other.current_id, 1),
        (2, other.current_id, 2),
    ]
