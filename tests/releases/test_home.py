"""What the documents of a release say of where it comes from, and of how its tables belong together."""

import re

import pytest
import yaml

from releases.actions import build_waiting, start_release
from releases.actions.folders import Workshop
from releases.actions.freeze import freeze
from releases.actions.progress import progress_of
from releases.files.layout import lay_out
from releases.home import Home, home_of
from releases.schema.references import REFERENCES
from tests.releases.test_documents import parsed, text, written

HOME = Home(
    site="https://candor.example/",
    page="https://candor.example/data/2026.11.0/",
    corrections="https://candor.example/corrections/",
    contact="team@candor.example",
    code="https://code.example/candor",
)


def test_a_release_says_where_it_comes_from(tmp_path):
    _, folder, _ = written(tmp_path, home=HOME)
    cited = yaml.safe_load(text(folder, "CITATION.cff"))
    assert (cited["url"], cited["repository-code"]) == (HOME.page, HOME.code)
    assert cited["contact"] == [{"name": "Candor contributors", "email": HOME.contact}]
    package = parsed(folder, "datapackage.json")
    assert package["homepage"] == HOME.page
    author = {"title": "Candor contributors", "role": "author", "path": HOME.site, "email": HOME.contact}
    assert package["contributors"] == [author]
    told = parsed(folder, "croissant.json")
    assert told["url"] == HOME.page
    creator = {"@type": "Organization", "name": "Candor contributors", "url": HOME.site, "email": HOME.contact}
    assert told["creator"] == creator
    assert (told["dateCreated"], told["citeAs"].endswith(f"CC BY 4.0. {HOME.page}")) == ("2026-11-20", True)
    card = text(folder, "README.md").partition("## Where it comes from\n")[2].partition("\n## ")[0]
    assert re.findall(r"<(.+?)>", card) == [HOME.page, HOME.corrections, HOME.contact, HOME.code]
    sheet = text(folder, "DATASHEET.md")
    assert f"The contributors of a Candor site ({HOME.site}): people who submit" in sheet
    assert (
        f"The maintainers of the site that made it, {HOME.site}. To write to them: {HOME.contact}. "
        f"The program is at {HOME.code}." in sheet
    )


def test_a_contact_may_be_a_page(tmp_path):
    _, folder, _ = written(tmp_path, home=Home(contact="https://candor.example/write"))
    cited = yaml.safe_load(text(folder, "CITATION.cff"))
    assert cited["contact"] == [{"name": "Candor contributors", "website": "https://candor.example/write"}]
    assert parsed(folder, "datapackage.json")["contributors"][0]["path"] == "https://candor.example/write"


def test_what_is_not_set_is_claimed_nowhere(tmp_path):
    _, folder, _ = written(tmp_path)
    cited = yaml.safe_load(text(folder, "CITATION.cff"))
    assert cited.keys().isdisjoint({"url", "repository-code", "contact"})
    package, told = parsed(folder, "datapackage.json"), parsed(folder, "croissant.json")
    assert "homepage" not in package and "url" not in told
    assert package["contributors"] == [{"title": "Candor contributors", "role": "author"}]
    assert told["creator"] == {"@type": "Organization", "name": "Candor contributors"}
    assert "Where it comes from" not in text(folder, "README.md")
    sheet = text(folder, "DATASHEET.md")
    assert "How to reach them is not recorded in these files." in sheet and "The program is at" not in sheet


@pytest.mark.parametrize(
    ("site", "page"),
    [
        ("https://candor.example", "https://candor.example/data/2026.11.0/"),
        ("", ""),
        # One machine's own address leads nobody who has a copy anywhere.
        ("http://127.0.0.1:8000", ""),
    ],
)
def test_the_home_of_a_release_is_what_the_site_is_told(settings, site, page):
    settings.SITE_URL, settings.CONTACT, settings.CODE_URL = site, "team@candor.example", "https://code.example/candor"
    home = home_of("2026.11.0")
    assert (home.page, home.mail, home.web, home.code) == (page, settings.CONTACT, "", settings.CODE_URL)
    assert home.corrections == (f"{site}/corrections/" if page else "")
    assert Home.of(home.as_dict()) == home


@pytest.mark.django_db(transaction=True)
def test_the_home_is_that_of_the_freeze(world, maintainer, settings, tmp_path):
    settings.SITE_URL = "https://candor.example"
    release = start_release(by=maintainer)
    place = Workshop.of(release)
    with progress_of(release) as progress:
        freeze(release, place, progress)
    settings.SITE_URL = "https://another.example"
    built = build_waiting()
    assert built is not None and (built.pk, built.status) == (release.pk, "built"), built and built.error
    folder = lay_out(built, tmp_path / "release")
    assert parsed(folder, "datapackage.json")["homepage"] == f"https://candor.example/data/{release.version}/"
    assert not [path for path in folder.rglob("*") if path.is_file() and b"another.example" in path.read_bytes()]


def test_croissant_says_in_words_which_rows_a_column_leads_to(tmp_path):
    _, folder, _ = written(tmp_path)
    told = parsed(folder, "croissant.json")
    fields = {field["@id"]: field for each in told["recordSet"] for field in each["field"]}
    for name, leads in REFERENCES.items():
        for to in leads:
            if len(to.columns) == 1 and f"{name}/{to.columns[0]}" in fields:
                said = fields[f"{name}/{to.columns[0]}"]["description"]
                assert said.endswith(f"Leads to {to.target}/{to.target_columns[0]}.")
    assert fields["labels/answer_id"]["description"].endswith("Leads to answers/answer_id.")


def test_parquet_is_one_kind_of_file_wherever_it_is_told(tmp_path):
    _, folder, _ = written(tmp_path)
    told, manifest = parsed(folder, "croissant.json"), parsed(folder, "manifest.json")
    kinds = {file["media_type"] for file in manifest["files"] if file["path"].endswith(".parquet")}
    assert kinds == {"application/vnd.apache.parquet"}
    said = {entry["encodingFormat"][0] for entry in told["distribution"] if "data/" in str(entry)}
    assert said == kinds
