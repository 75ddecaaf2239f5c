"""What a family is called once a prompt is erased whose words it was called by, and a translation of it stays."""

import pytest

from prompts.models import Family, Prompt
from releases.actions import erase_prompt, make_editions
from releases.models import Edition
from tests.releases.searching import in_files
from tests.releases.taking import publish, rows_of

pytestmark = pytest.mark.django_db(transaction=True)

WHY = "personal"


@pytest.mark.parametrize(
    ("slug", "starter", "stays"),
    [
        ("who-is-he", False, False),
        ("who-is-he-12", False, False),
        ("who-is-he-now", False, True),
        ("who-is-he", True, True),
    ],
)
def test_a_family_keeps_a_name_that_is_not_of_the_words_that_went(slug, starter, stays, make_prompt, maintainer):
    prompt = make_prompt("Who is he?")
    french = make_prompt("Qui est-ce ?", language="fr", translates=prompt)
    Family.objects.filter(pk=prompt.family_id).update(slug=slug, starter=starter)
    erase_prompt(by=maintainer, prompt=Prompt.objects.get(pk=prompt.pk), reason=WHY)
    now = Prompt.objects.get(pk=french.pk).family.slug
    assert (now == slug, now.startswith("family-")) == (stays, not stays)


def test_a_text_in_another_script_names_no_family(make_prompt, maintainer):
    """Such families are called prompt, prompt-2 and so on."""
    prompt = make_prompt("这里发生了什么事情？", language="zh-Hans")
    french = make_prompt("Que s’est-il passé ici ?", language="fr", translates=prompt)
    was = prompt.family.slug
    erase_prompt(by=maintainer, prompt=prompt, reason=WHY)
    assert Prompt.objects.get(pk=french.pk).family.slug == was


def test_an_erased_prompts_words_go_from_the_name_of_its_family(world, make_prompt, maintainer, releases_dir):
    """Of its translation, and of the family that asks the same of another state; and every release has the new one."""
    french = make_prompt("Que s’est-il passé à Jallianwala Bagh ?", language="fr", translates=world.prompt)
    twin = make_prompt("What happened at Peterloo in 1819?")
    Family.objects.filter(pk=twin.family_id).update(twin=world.prompt.family)
    was = world.prompt.family.slug
    release = publish(maintainer)
    assert {row["family"]: row["twin"] for row in rows_of(release, "prompts")}[twin.family.slug] == was
    assert in_files(releases_dir, [was]) != []
    erase_prompt(by=maintainer, prompt=world.prompt, reason=WHY)
    assert make_editions() == 1
    now = Family.objects.get(prompts=french).slug
    left = {row["version_id"]: row for row in rows_of(release, "prompts")}
    assert (left[french.current_id]["family"], left[french.current_id]["family_title"]) == (now, french.current.text)
    assert left[twin.current_id]["twin"] == now
    assert in_files(releases_dir, [was]) == []
    assert Edition.objects.get().tombstone["orders"][0]["rows"]["prompts"] == 2
    later = publish(maintainer)
    assert {row["family"] for row in rows_of(later, "prompts")} >= {now, twin.family.slug}
