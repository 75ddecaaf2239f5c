"""The interface speaks English, French and simplified Chinese: whole, with every placeholder, and compiled."""

import re
from pathlib import Path

import polib
import pytest

LOCALE = Path(__file__).resolve().parents[2] / "platform" / "core" / "locale"
PLACES = re.compile(r"%\(\w+\)[sd]|%[nm](?![a-z])|</?\w+")

pytestmark = pytest.mark.parametrize("language", ["fr", "zh_Hans"])


def catalogue(language):
    return polib.pofile(str(LOCALE / language / "LC_MESSAGES" / "django.po"))


def test_every_string_is_translated(language):
    assert [entry.msgid for entry in catalogue(language) if not entry.translated()] == []


def test_every_placeholder_and_tag_is_kept(language):
    wrong = []
    for entry in catalogue(language):
        # The form for many decides: the one for one may leave its number out.
        said = entry.msgstr_plural[max(entry.msgstr_plural)] if entry.msgid_plural else entry.msgstr
        if sorted(PLACES.findall(entry.msgid_plural or entry.msgid)) != sorted(PLACES.findall(said)):
            wrong.append(entry.msgid)
    assert wrong == []


def test_the_compiled_catalogue_is_current(language):
    compiled = polib.mofile(str(LOCALE / language / "LC_MESSAGES" / "django.mo"))
    source = {(entry.msgctxt, entry.msgid): (entry.msgstr, entry.msgstr_plural) for entry in catalogue(language)}
    assert {(entry.msgctxt, entry.msgid): (entry.msgstr, entry.msgstr_plural) for entry in compiled} == source
