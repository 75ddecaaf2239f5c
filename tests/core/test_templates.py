"""About every template of every app: it compiles, holds nothing inline, and asks the sprite for signs it has."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from core.templatetags import candor

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(path for top in ("platform", "annotations") for path in (ROOT / top).rglob("templates/**/*.html"))
SPRITE = (ROOT / "platform/core/templates/core/_sprite.html").read_text()
SIGNS = set(re.findall(r'<symbol id="([^"]+)"', SPRITE))


def name(path: Path) -> str:
    return str(path).split("/templates/", 1)[1]


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_compiles(path):
    get_template(name(path))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_nothing_is_inline(path):
    text = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_sign_asked_for_is_in_the_sprite(path):
    text = path.read_text()
    asked = set(re.findall(r'href="#([ils]-[a-z]+)"', text))
    asked |= {f"i-{word}" for word in re.findall(r'{% icon "([a-z]+)"', text)}
    assert asked <= SIGNS


def test_every_label_and_state_has_its_sign():
    assert {f"l-{shape}" for shape, _ in candor.LABELS.values()} <= SIGNS
    assert {f"s-{sign}" for sign, _ in candor.STATUSES.values()} <= SIGNS


def test_a_style_sheet_stays_legible():
    sheets = sorted((ROOT / "platform/core/static/core/css").glob("*.css"))
    assert sheets
    assert [sheet.name for sheet in sheets if len(sheet.read_text().splitlines()) > 300] == []
