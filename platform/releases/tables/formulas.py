"""Cells that a spreadsheet must not take for formulas. Pure, and used wherever CSV is written."""

FORMULA = frozenset("=+-@＝＋－＠")
BEGINS_BADLY = frozenset("'\t\r\n")


def text_cell(text: str) -> str:
    """A text in quotes; with an apostrophe in front where it would be a formula, or begins with an apostrophe."""
    # Most texts begin with a letter or a digit, and cannot be taken for a formula.
    safe = text if text[:1].isalnum() else without_formula(text)
    return '"' + safe.replace('"', '""') + '"' if '"' in safe else f'"{safe}"'


def without_formula(text: str) -> str:
    first = next((char for char in text if char.isprintable() and not char.isspace()), "")
    return f"'{text}" if first in FORMULA or text[:1] in BEGINS_BADLY else text
