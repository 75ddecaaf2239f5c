"""Taking something out of a release that was written when tables had other columns: it goes, whatever has changed."""

import hashlib
import json

import pyarrow.parquet as pq
import pytest

from candor_verify.__main__ import main as verify
from releases.actions import erase_answer, erase_prompt, leave, make_editions, publish_release
from releases.files import store
from releases.files.layout import lay_out
from releases.models import Edition, ReleasedLabel, ReleasedPerson, Withdrawal
from releases.schema import FORMAT
from releases.tables.layout import layout_of
from tests.releases import older
from tests.releases.conftest import build
from tests.releases.older import backwards, called, with_one_more, without, written_before
from tests.releases.searching import in_files
from tests.releases.taking import live, publish, rows_of, text_of

pytestmark = pytest.mark.django_db(transaction=True)

LAYOUTS = {
    "a column less": {"llms": without("remark"), "answers": without("escaped"), "labellers": without("languages")},
    "a column more": {"labels": with_one_more("mood"), "rounds": with_one_more("weather")},
    "another order": {"labels": backwards, "answers": backwards, "prompts": backwards},
    "nothing that says when": {"rules": without("labels_at_least", "labels_at_most"), "labels": without("counted")},
}
# Of these the figures cannot be computed again: what they rest on is not there.
WITHOUT_FIGURES = {"nothing that says when"}
FIGURES = ("crowd", "consensus", "agreement", "rates", "comparisons")


def columns_of(release, table: str) -> list[str]:
    with store.opened(live(release)[f"data/{table}/part-0000.parquet"].sha256) as file:
        return pq.read_schema(file).names


@pytest.mark.parametrize("erase", [False, True], ids=["nameless", "erased"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_person_goes_from_every_file(layout, erase, built, world, maintainer, releases_dir, tmp_path):
    written_before(built, tmp_path / "older", LAYOUTS[layout])
    release = publish_release(by=maintainer, release=built)
    assert not layout_of(release).is_current
    before = {table: columns_of(release, table) for table in LAYOUTS[layout]}
    gone = world.readers[0]
    theirs = list(ReleasedLabel.objects.filter(label__person=gone).values_list("name", flat=True))
    name = ReleasedPerson.objects.get(person=gone).name
    was = {path: file.sha256 for path, file in live(release).items()}
    rows = {table: rows_of(release, table) for table in ("labels", "answers", *FIGURES)}
    assert len(theirs) == 2
    assert in_files(releases_dir / "store", [name, *theirs]) != []

    leave(by=gone, typed=gone.username, erase=erase)
    assert make_editions() == 1

    order = Withdrawal.objects.get()
    assert (order.status, order.rows, order.error) == ("done", {}, "")
    assert in_files(releases_dir, [name, *theirs] if erase else [name]) == []
    assert {table: columns_of(release, table) for table in before} == before
    kept = [row for row in rows["labels"] if row["labeller"] != name]
    nameless = [row | {"labeller": None} if row["labeller"] == name else row for row in rows["labels"]]
    assert rows_of(release, "labels") == (kept if erase else nameless)
    (told,) = Edition.objects.get().tombstone["orders"]
    lost = layout in WITHOUT_FIGURES
    assert (told["figures"] is not None) == lost
    assert told == json.loads(text_of(live(release)["withdrawn.json"]))["withdrawn"][0]
    if lost:
        assert [rows_of(release, table) for table in FIGURES] == [[]] * len(FIGURES)
        assert told["rows"]["crowd"] == 1
        assert "cannot be computed again" in text_of(live(release)["CHANGELOG.md"])
    elif erase:
        assert rows_of(release, "consensus") == []
        assert len(rows_of(release, "crowd")) == 1
    if erase:
        assert [row["state"] for row in rows_of(release, "answers")].count("thinned") == 2
    now = {path: file.sha256 for path, file in live(release).items()}
    same = {
        "LICENSE",
        "schema.json",
        "data/probes/part-0000.parquet",
        "csv/endpoints.csv",
        "verify/candor_verify/sums.py",
    }
    assert {path: now[path] for path in same} == {path: was[path] for path in same}
    check_sums(release, tmp_path / "edition")


def check_sums(release, folder) -> None:
    """Every file is in SHA256SUMS, in the manifest, and, where it is of a table, in the indexes: with its sum now."""
    lay_out(release, folder)
    now = {path: file.sha256 for path, file in live(release).items()}
    listed = dict(reversed(line.split("  ", 1)) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert listed == {path: sha256 for path, sha256 in now.items() if path != "SHA256SUMS"}
    assert all(hashlib.sha256((folder / path).read_bytes()).hexdigest() == sha256 for path, sha256 in now.items())
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["edition"], manifest["label"]) == (1, f"{release.version}+e1")
    assert {file["path"]: file["sha256"] for file in manifest["files"]} == {
        path: sha256 for path, sha256 in now.items() if path not in {"SHA256SUMS", "manifest.json"}
    }
    assert {table["name"]: table["rows"] for table in manifest["tables"]} == {
        table: len(rows_of(release, table)) for table in layout_of(release).names
    }
    package = json.loads((folder / "datapackage.json").read_text())
    changed = {path for path in now if live(release)[path].edition == 1}
    hashes = {one["path"]: one["hash"] for one in package["resources"]}
    assert hashes.keys() == {path for path in now if path.startswith("csv/")}
    assert {path: hashes[path] for path in changed & hashes.keys()} == {
        path: f"sha256:{now[path]}" for path in changed & hashes.keys()
    }


def test_candor_verify_says_what_it_can_of_such_an_edition(built, world, maintainer, tmp_path, capsys):
    """The sums are right, and all it finds is that the layout is not today's."""
    written_before(built, tmp_path / "older", LAYOUTS["a column more"])
    release = publish_release(by=maintainer, release=built)
    leave(by=world.readers[0], typed=world.readers[0].username, erase=True)
    assert make_editions() == 1
    assert verify([str(lay_out(release, tmp_path / "edition")), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert sorted((one["file"], "columns" in one["what"]) for one in told["differences"]) == [
        ("data/labels/part-0000.parquet", True),
        ("data/rounds/part-0000.parquet", True),
        ("manifest.json", True),
        ("manifest.json", True),
    ]
    assert any("compared with SHA256SUMS" in line for line in told["checked"])


def test_another_format_has_no_figures_any_more(built, world, maintainer, tmp_path):
    """How its figures were computed is not known here; its labels are not thrown away for that."""
    written_before(built, tmp_path / "older", {}, format=FORMAT - 1)
    release = publish_release(by=maintainer, release=built)
    erase_answer(by=maintainer, answer=world.odd, reason="personal")
    assert make_editions() == 1
    assert [rows_of(release, table) for table in FIGURES] == [[]] * len(FIGURES)
    assert len(rows_of(release, "labels")) == 3
    (told,) = json.loads(text_of(live(release)["withdrawn.json"]))["withdrawn"]
    assert told["figures"].startswith("Its figures cannot be computed again from what is left")
    assert (told["reason"], told["rows"]["answers"], told["rows"]["crowd"]) == ("personal", 1, 1)
    check_sums(release, tmp_path / "edition")


def test_figures_stay_where_nothing_they_rest_on_went(built, world, maintainer, tmp_path, make_prompt):
    """A question that nobody was asked."""
    written_before(built, tmp_path / "older", {}, format=FORMAT - 1)
    release = publish_release(by=maintainer, release=built)
    crowd = rows_of(release, "crowd")
    erase_prompt(by=maintainer, prompt=make_prompt("Asked later?"), reason="mistake")
    assert make_editions() == 1
    assert (Edition.objects.count(), rows_of(release, "crowd")) == (0, crowd)


def test_a_second_edition_tells_both(built, world, maintainer, tmp_path):
    written_before(built, tmp_path / "older", LAYOUTS["a column more"])
    release = publish_release(by=maintainer, release=built)
    leave(by=world.readers[0], typed=world.readers[0].username)
    assert make_editions() == 1
    erase_answer(by=maintainer, answer=world.odd, reason="copyright")
    assert make_editions() == 1
    said = json.loads(text_of(live(release)["withdrawn.json"]))
    assert [(one["edition"], one["kind"], one["reason"]) for one in said["withdrawn"]] == [
        (1, "name", None),
        (2, "answer", "copyright"),
    ]
    changes = text_of(live(release)["CHANGELOG.md"])
    assert changes.count("## What was taken out of this release") == 1
    assert ("- Edition 1, " in changes, "- Edition 2, " in changes) == (True, True)


def test_its_delta_goes_when_the_release_before_it_is_edited(world, maintainer, tmp_path, make_answer):
    """What it says of the rows before it would tell of what went."""
    first = publish(maintainer)
    second = build(maintainer)
    written_before(second, tmp_path / "older", {"rounds": with_one_more("weather")})
    publish_release(by=maintainer, release=second)
    assert [path for path in live(second) if path.startswith("delta/")] != []
    erase_answer(by=maintainer, answer=world.odd, reason="personal")
    assert make_editions() == 1
    assert [path for path in live(second) if path.startswith("delta/")] == []
    assert [str(one) for one in Edition.objects.order_by("pk")] == [f"{first}+e1", f"{second}+e1"]


@pytest.mark.parametrize(
    ("shapings", "renamed"),
    [
        ({"labels": called("labeller", "giver")}, {"giver": "labeller"}),
        ({"labellers": called("labeller", "who")}, {"who": "labeller"}),
        ({"rounds": with_one_more("seen_by")}, {}),
    ],
    ids=["labels call them otherwise", "labellers do", "their name stands where it never does"],
)
def test_a_name_in_a_place_that_nobody_knows_leaves_the_order_waiting(
    shapings, renamed, built, world, maintainer, tmp_path, monkeypatch
):
    gone = world.readers[0]
    if not renamed:
        monkeypatch.setitem(older.EMPTY, "string", ReleasedPerson.objects.get(person=gone).name)
    written_before(built, tmp_path / "older", shapings, renamed=renamed)
    publish_release(by=maintainer, release=built)
    leave(by=gone, typed=gone.username, erase=True)
    assert make_editions() == 0
    order = Withdrawal.objects.get()
    assert (order.status, Edition.objects.count()) == ("waiting", 0)
    assert order.error.startswith(f"Release {built.version} has a layout in which it cannot be told")


def test_a_text_in_a_place_that_nobody_knows_leaves_the_order_waiting(world, make_prompt, maintainer, tmp_path):
    """The first words of a question name its family, whatever that column is called."""
    make_prompt("Que s’est-il passé à Jallianwala Bagh ?", language="fr", translates=world.prompt)
    built = build(maintainer)
    shapings = {"prompts": called("family_title", "title")}
    written_before(built, tmp_path / "older", shapings, renamed={"title": "family_title"})
    publish_release(by=maintainer, release=built)
    erase_prompt(by=maintainer, prompt=world.prompt, reason="mistake")
    assert make_editions() == 0
    order = Withdrawal.objects.get()
    assert (order.status, Edition.objects.count()) == ("waiting", 0)
    assert order.error.endswith("where that is (prompts.title has a text that had to go).")


def test_what_another_answer_says_as_well_holds_up_nothing(built, world, maintainer, tmp_path, monkeypatch):
    """The same words in a column that nobody knows, and still in an answer that stays."""
    monkeypatch.setitem(older.EMPTY, "string", world.unjudged.text)
    written_before(built, tmp_path / "older", {"rounds": with_one_more("weather")})
    release = publish_release(by=maintainer, release=built)
    erase_answer(by=maintainer, answer=world.odd, reason="personal")
    assert (make_editions(), Withdrawal.objects.get().status) == (1, "done")
    erase_answer(by=maintainer, answer=world.unjudged, reason="personal")
    assert (make_editions(), Edition.objects.get().release) == (0, release)
    assert "rounds.weather has a text that had to go" in Withdrawal.objects.get(status="waiting").error
