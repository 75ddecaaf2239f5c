"""Nothing about an open answer is public; everything about a closed one is, and shows as text."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations.actions import submit_label
from probes.models import Answer, ImportBatch, Probe

pytestmark = pytest.mark.django_db

PAGES = ["/", "/agreement/", "/models/", "/models/model-a/", "/about/", "/method/"]
HOSTILE = "<script>alert(1)</script> & <b>bold</b>"


def test_labelling_an_open_answer_changes_no_public_page(make_answer, settle, lease, read):
    settle(make_answer("closed"), "FFE")
    secret = make_answer("The open answer’s guarded words.")
    before = {address: read(address) for address in PAGES}
    for name, value in (("reader-7", "censored"), ("reader-8", "evasive")):
        reader, assignment = lease(secret, name)
        submit_label(by=reader, assignment_id=assignment.pk, value=value)
    assert {address: read(address) for address in PAGES} == before
    assert not any("guarded words" in page or str(secret.public_id) in page for page in before.values())
    read(f"/answers/{secret.public_id}/", status=404)


def test_an_open_answer_is_not_listed_under_its_model(make_answer, make_prompt, settle, words):
    settle(make_answer("The closed one."), "EEE")
    make_answer("The open one.", prompt=make_prompt(text="What happened in the harbour in 1919?"))
    said = words("/models/model-a/")
    assert "The closed one." in said
    assert "The open one." not in said


def test_a_withdrawn_answer_is_gone(make_answer, settle, read):
    answer = settle(make_answer("Once public."), "FFF")
    read(f"/answers/{answer.public_id}/")
    Answer.objects.filter(pk=answer.pk).update(state="withdrawn")
    read(f"/answers/{answer.public_id}/", status=404)
    assert "Once public." not in read("/models/model-a/")


def test_a_closed_answer_is_shown_whole(make_answer, another_endpoint, settle, words):
    text = "Troops fired.\n\nThe inquiry counted 379 dead. " + "It is long. " * 100 + "The end."
    answer = make_answer(text)
    make_answer(text, endpoint=another_endpoint("b"))
    settle(answer, "FFE")
    said = words(f"/answers/{answer.public_id}/")
    assert "The inquiry counted 379 dead." in said
    assert "The end." in said
    assert "Model A Maker A, France." in said
    assert "Model B Maker B, India." in said
    assert "0 censored 1 evasive 2 faithful" in said
    assert "Troops fired on the crowd. Report of the inquiry, 1920" in said
    assert "A round · at endpoint-a · sample 1" in said
    assert "A round · at endpoint-b · sample 1" in said


def test_an_import_is_called_one(make_answer, settle, words):
    answer = settle(make_answer("Recorded."), "FFF")
    batch = ImportBatch.objects.create(
        source="A box of tapes", licence="CC0", may_publish=True, remark="Recorded on one day.", sha256="0" * 64
    )
    Probe.objects.update(batch=batch, round=None)
    said = words(f"/answers/{answer.public_id}/")
    assert "Imported: A box of tapes · licence: CC0 · at endpoint-a · sample 1" in said
    for address in ("/", "/agreement/", "/models/", "/models/model-a/", f"/answers/{answer.public_id}/"):
        assert "Recorded on one day." in words(address), address


def test_a_text_we_may_not_publish_is_not_shown(make_answer, settle, read, make_prompt):
    answer = settle(make_answer("Somebody’s property."), "FFF")
    settle(make_answer("Somebody’s other property."), "CCC")
    Answer.objects.update(may_publish=False)
    for address in ("/", "/models/model-a/", f"/answers/{answer.public_id}/"):
        assert "property" not in read(address), address
    assert "does not let us publish this text" in read(f"/answers/{answer.public_id}/")


def test_html_shows_as_text(make_answer, make_prompt, settle, read):
    prompt = make_prompt(text="What does <script>alert(2)</script> do in 1919?")
    answer = settle(make_answer(HOSTILE, prompt=prompt), "EEE")
    settle(make_answer("It was a massacre.", prompt=prompt), "FFF")
    for address in ("/", "/models/model-a/", f"/answers/{answer.public_id}/"):
        page = read(address)
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;bold&lt;/b&gt;" in page, address
        assert "&lt;script&gt;alert(2)&lt;/script&gt;" in page, address
        assert "<script" not in page


@pytest.mark.parametrize("address", ["/", "/agreement/", "/models/", "/models/model-a/", "answer"])
def test_the_number_of_queries_does_not_grow(address, client, make_answer, make_prompt, another_endpoint, settle):
    def grow(letter):
        prompt = make_prompt(text=f"What happened in the town of {letter * 9} in 1919?")
        text = "Shared." if address == "answer" else f"Answer {letter}."
        asked = make_answer("Shared.").version.prompt if address == "answer" else prompt
        first = make_answer(text, prompt=asked, endpoint=another_endpoint(letter))
        make_answer(f"Mine {letter}.", prompt=prompt)
        for answer, labels in ((first, "FFF"), (Answer.objects.latest("pk"), "CCE")):
            if answer.state == "open":
                settle(answer, labels)
        return first

    def queries(at):
        client.get(at)  # the session and what is cached once
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(at).status_code == 200
        return len(seen)

    first = grow("b")
    at = f"/answers/{first.public_id}/" if address == "answer" else address
    few = queries(at)
    grow("c")
    grow("d")
    assert queries(at) == few
