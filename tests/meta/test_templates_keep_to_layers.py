"""Templates of core know no app above it: lint-imports cannot see what a template loads, so it is looked at here."""

import re
from pathlib import Path

from django.conf import settings

CORE = Path(settings.BASE_DIR) / "platform" / "core"
OF_DJANGO = {"static", "i18n", "l10n", "tz", "cache"}


def test_core_loads_and_includes_only_what_is_its_own():
    own = {file.stem for file in (CORE / "templatetags").glob("*.py")} | OF_DJANGO
    strange = []
    for page in sorted((CORE / "templates" / "core").rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        loaded = {name for tags in re.findall(r"{% load ([^%]+) %}", text) for name in tags.split()}
        shown = {name.split("/")[0] for name in re.findall(r'{% (?:include|extends) "([^"]+)"', text)}
        strange += [f"{page.name}: {name}" for name in sorted((loaded - own) | (shown - {"core"}))]
    assert strange == []
