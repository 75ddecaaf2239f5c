"""What was erased of the starter set does not come back with the next start, nor when the set is loaded by hand."""

import io

import pytest
from django.core.management import call_command

from annotations.models import Gold
from probes.models import ImportBatch
from prompts.models import ErasedStarter, Family, Prompt, PromptVersion
from prompts.starter import load_starter, starter_families
from releases.actions import erase_prompt

pytestmark = pytest.mark.django_db(transaction=True)

WHY = "personal"
# One that answers of the gold set are about, in French and in Chinese.
FAMILY = "tlatelolco-1968"


def loaded(*commands):
    """Whatever brings the starter set, by hand, and what it says."""
    said = io.StringIO()
    for command in commands or ("load_starter", "load_gold"):
        call_command(command, stdout=said, stderr=said)
    return said.getvalue()


def erase(maintainer, **which):
    for prompt in Prompt.objects.filter(**which).order_by("pk"):
        erase_prompt(by=maintainer, prompt=prompt, reason=WHY)


def texts_of(slug):
    [row] = [row for row in starter_families() if row["slug"] == slug]
    return {content["text"] for content in row["prompts"].values()}


def test_an_erased_family_stays_away(maintainer):
    loaded()
    families, gold = Family.objects.count(), Gold.objects.count()
    erase(maintainer, family__slug=FAMILY)
    assert Family.objects.count() == families - 1
    gone = gold - Gold.objects.count()
    assert gone == 2
    assert loaded() == "The starter prompts are there.\nThese gold answers are there already.\n"
    assert not Family.objects.filter(slug=FAMILY).exists()
    assert not PromptVersion.objects.filter(text__in=texts_of(FAMILY)).exists()
    assert not Gold.objects.filter(question__in=texts_of(FAMILY)).exists()
    assert (Family.objects.count(), Gold.objects.count()) == (families - 1, gold - gone)


def test_what_is_kept_of_it_is_no_word_of_its_text(maintainer):
    loaded()
    erase(maintainer, family__slug=FAMILY, language="fr")
    [kept] = ErasedStarter.objects.all()
    assert (kept.family, kept.language) == (FAMILY, "fr")
    assert {field.name for field in ErasedStarter._meta.get_fields()} == {"id", "family", "language"}


def test_one_language_goes_and_the_others_stay(maintainer):
    loaded()
    erase(maintainer, family__slug=FAMILY, language="fr")
    loaded()
    assert sorted(Prompt.objects.filter(family__slug=FAMILY).values_list("language", flat=True)) == ["en", "zh-Hans"]
    languages = Gold.objects.filter(question__in=texts_of(FAMILY)).values_list("language", flat=True)
    assert list(languages) == ["zh-Hans"]


def test_what_is_missing_for_another_reason_is_added(maintainer, topic):
    """A later version of Candor has more families; that one was erased keeps none of the others away."""
    ErasedStarter.objects.create(family=FAMILY, language="en")
    assert load_starter() == len(starter_families()) - 1
    assert not Family.objects.filter(slug=FAMILY).exists()


def test_a_twin_that_was_erased_is_no_twin(maintainer, topic):
    [first, *_] = [row for row in starter_families() if row.get("twin")]
    ErasedStarter.objects.create(family=first["twin"], language="en")
    load_starter()
    assert Family.objects.get(slug=first["slug"]).twin is None


def test_prompts_of_people_are_not_kept_in_mind(maintainer, make_prompt):
    erase_prompt(by=maintainer, prompt=make_prompt(), reason=WHY)
    assert not ErasedStarter.objects.exists()


def test_the_next_start_brings_nothing_back(maintainer, settings, tmp_path):
    """Also where nothing at all is left, which looks like a new site."""
    settings.STATIC_ROOT = tmp_path / "static"
    call_command("prepare", stdout=io.StringIO())
    assert (Family.objects.exists(), Gold.objects.exists(), ImportBatch.objects.count()) == (True, True, 1)
    erase(maintainer)
    assert (Family.objects.count(), Gold.objects.count()) == (0, 0)
    said = io.StringIO()
    call_command("prepare", stdout=said)
    assert (Family.objects.count(), Gold.objects.count(), said.getvalue()) == (0, 0, "")
