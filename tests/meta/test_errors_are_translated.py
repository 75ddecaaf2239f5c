"""Every sentence of an error reaches its reader in their language: none is raised as it stands in the code."""

import ast
from pathlib import Path

import pytest

from core import errors

ROOT = Path(__file__).resolve().parents[2]
ERRORS = {
    name for name, found in vars(errors).items() if isinstance(found, type) and issubclass(found, errors.CandorError)
}
TRANSLATES = {"_", "gettext", "ngettext", "pgettext", "gettext_lazy"}
SOURCES = sorted(
    file
    for top in ("platform", "annotations", "workers")
    for file in (ROOT / top).rglob("*.py")
    if "migrations" not in file.parts
)


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def bare(node: ast.expr) -> list[int]:
    """The lines of the texts that are put into this expression without being translated."""
    if isinstance(node, ast.JoinedStr):
        return [node.lineno]
    if isinstance(node, ast.Constant):
        return [node.lineno] if isinstance(node.value, str) else []
    if isinstance(node, ast.Call):
        return [] if name_of(node.func) in TRANSLATES else [line for part in node.args for line in bare(part)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):  # what is filled in is not a sentence
        return bare(node.left)
    if isinstance(node, ast.Dict):  # of fields: their names are the program's
        return [line for value in node.values for line in bare(value)]
    return [line for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr) for line in bare(part)]


def untranslated(source: str) -> list[int]:
    """Each error of ours is looked at where it is made, raised there or handed on."""
    made = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and name_of(node.func) in ERRORS]
    return sorted({line for call in made for part in call.args for line in bare(part)})


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_error_is_raised_in_one_language_only(file):
    assert untranslated(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('raise Gone("Too late.")', [1]),
        ('raise errors.Gone(f"{name} is gone.")', [1]),
        ('raise Gone("It is " + _("gone."))', [1]),
        ('raise Gone("%(name)s is gone." % {"name": name})', [1]),
        ('raise Invalid(\n_("No."),\n{"name": ["Give one."]})', [3]),
        ('raise Invalid(_("No."), {"name": [_("%(one)s: no.") % {"one": "x"}]})', []),
        ("raise Gone(why)", []),
        ('raise ValueError("no sentence of ours")', []),
    ],
)
def test_what_is_looked_for_is_found(source, lines):
    assert untranslated(source) == lines
