"""A release at Hugging Face: the real client against a stand-in that checks what the Hub checks."""

from dataclasses import replace

import pytest
from huggingface_hub import constants
from huggingface_hub.utils import _http

from releases.places import PlaceError, hugging_face
from tests.standins.hub import Hub
from tests.standins.parcels import contents, edition_of, parcel_in

# huggingface_hub and its own HTTP client disagree on a name.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")

NAME = "candor/candor"
ATTRIBUTES = {".gitattributes": hugging_face.LARGE_FILES}


@pytest.fixture
def hub(monkeypatch):
    # What waits for a server that stumbled waits less here.
    monkeypatch.setattr(_http.time, "sleep", lambda seconds: None)
    with Hub() as hub:
        yield hub


def push(hub, parcel, token="hf_writes", repository=NAME):
    said = []
    sent = hugging_face.push(parcel, address=hub.address, token=token, repository=repository, say=said.append)
    return sent, said


def refused(hub, parcel, **more):
    with pytest.raises(PlaceError) as caught:
        push(hub, parcel, **more)
    assert "hf_" not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_a_release_arrives_whole_on_its_branch_and_on_main(hub, tmp_path):
    parcel = parcel_in(tmp_path)
    sent, _said = push(hub, parcel)
    repository = hub.repositories[NAME]
    wanted = {**contents(parcel), **ATTRIBUTES}
    assert repository.contents("2026.11.0") == wanted
    assert repository.contents("main") == wanted
    assert sent.identifier == repository.branches["2026.11.0"]
    assert sent.url == f"{hub.address}/datasets/{NAME}/tree/2026.11.0"


def test_tables_are_large_files_under_the_sums_of_the_manifest(hub, tmp_path):
    parcel = parcel_in(tmp_path)
    push(hub, parcel)
    tree = hub.repositories[NAME].at("main").tree
    folders = ("data/", "ndjson/", "csv/", "delta/")
    tables = {part.path: part.sha256 for part in parcel.parts if part.path.startswith(folders)}
    assert {path: blob.large for path, blob in tree.items() if blob.large} == tables
    assert len(tables) == 64


def test_the_branch_of_a_release_has_one_commit(hub, tmp_path):
    push(hub, parcel_in(tmp_path))
    push(hub, parcel_in(tmp_path, "2026.12.0", seed=2))
    repository = hub.repositories[NAME]
    assert {name: len(repository.history(name)) for name in repository.branches} == {
        "main": 4,
        "2026.11.0": 1,
        "2026.12.0": 1,
    }


def test_main_is_the_newest_and_holds_nothing_of_the_one_before(hub, tmp_path):
    first = parcel_in(tmp_path)
    second = edition_of(parcel_in(tmp_path, "2026.12.0", seed=2), tmp_path, {}, {"delta/table7.ndjson.zst"})
    second = replace(second, edition=0, withdrawn=frozenset())
    push(hub, first)
    push(hub, second)
    repository = hub.repositories[NAME]
    assert repository.contents("main") == {**contents(second), **ATTRIBUTES}
    assert repository.contents("2026.12.0") == {**contents(second), **ATTRIBUTES}
    assert repository.contents("2026.11.0") == {**contents(first), **ATTRIBUTES}


def test_an_older_release_that_is_pushed_later_leaves_main_alone(hub, tmp_path):
    newest = parcel_in(tmp_path, "2026.12.0", seed=2)
    older = parcel_in(tmp_path, newest=False)
    push(hub, newest)
    push(hub, older)
    repository = hub.repositories[NAME]
    assert repository.contents("main") == {**contents(newest), **ATTRIBUTES}
    assert repository.contents("2026.11.0") == {**contents(older), **ATTRIBUTES}


def test_what_is_there_is_not_sent_again(hub, tmp_path):
    parcel = parcel_in(tmp_path)
    push(hub, parcel)
    before = dict(hub.repositories[NAME].contents("main"))
    hub.log.clear()
    push(hub, parcel)
    assert hub.asked("PUT", "") == []
    assert hub.asked("POST", "/commit/") == []
    assert hub.repositories[NAME].contents("main") == before


@pytest.mark.parametrize(
    ("method", "path", "status", "after"),
    [
        ("PUT", "^/put/", 500, False),
        ("PUT", "^/put/", 0, False),
        ("POST", "/objects/batch", 503, False),
        ("POST", "/preupload/", 502, False),
        ("GET", "/tree/", 500, False),
    ],
)
def test_a_server_that_stumbles_is_asked_again(hub, tmp_path, method, path, status, after):
    parcel = parcel_in(tmp_path)
    hub.fail(method, path, status, times=2, after=after)
    push(hub, parcel)
    assert hub.repositories[NAME].contents("main") == {**contents(parcel), **ATTRIBUTES}


@pytest.mark.parametrize(
    ("method", "path", "status", "after"),
    [
        ("PUT", "^/put/", 403, False),
        ("POST", "/commit/2026", 0, True),
        ("POST", "/commit/2026", 500, False),
        ("POST", "/commit/main", 500, False),
        ("POST", "/commit/main", 0, True),
        ("POST", "/super-squash/", 500, False),
        ("POST", "/branch/", 0, True),
        ("POST", "/api/repos/create", 0, True),
    ],
)
def test_a_push_that_broke_off_goes_on(hub, tmp_path, method, path, status, after):
    parcel = parcel_in(tmp_path)
    hub.fail(method, path, status, after=after)
    assert refused(hub, parcel)
    put = {one.path for one in hub.asked("PUT", "^/put/")}
    hub.log.clear()
    push(hub, parcel)
    assert hub.repositories[NAME].contents("main") == {**contents(parcel), **ATTRIBUTES}
    assert hub.repositories[NAME].contents("2026.11.0") == {**contents(parcel), **ATTRIBUTES}
    if path in {"/commit/2026", "/commit/main", "/super-squash/"} and put:
        assert hub.asked("PUT", "^/put/") == []


def test_what_was_withdrawn_is_nowhere_afterwards(hub, tmp_path):
    first, second = parcel_in(tmp_path), parcel_in(tmp_path, "2026.12.0", seed=2)
    push(hub, replace(first, newest=True))
    push(hub, second)
    edition = replace(
        edition_of(
            first,
            tmp_path,
            {"data/labels/part-0000.parquet": b"fewer", "csv/labels.csv": b"fewer\r\n", "LICENSE": b"x"},
        ),
        newest=False,
    )
    secret = [part for part in first.parts if part.path in {"data/labels/part-0000.parquet", "csv/labels.csv"}]
    repository = hub.repositories[NAME]
    assert {part.sha256 for part in secret} <= repository.objects.keys()
    push(hub, edition)
    assert repository.contents("2026.11.0") == {**contents(edition), **ATTRIBUTES}
    assert repository.contents("main") == {**contents(second), **ATTRIBUTES}
    assert {part.sha256 for part in secret} & repository.objects.keys() == set()
    assert {part.sha256 for part in secret} & repository.reachable() == set()
    assert repository.reachable() <= repository.objects.keys()
    reachable = [commit for branch in repository.branches for commit in repository.history(branch)]
    kept = {blob.content for commit in reachable for blob in commit.tree.values()}
    assert first.parts[1].path == "LICENSE"
    assert contents(first)["LICENSE"] in kept  # of the other release, which has the same
    assert repository.history("main")[0].parent is None


def test_what_the_hub_made_of_older_tables_for_its_viewer_goes_too(hub, tmp_path):
    parcel = parcel_in(tmp_path)
    push(hub, parcel)
    repository = hub.repositories[NAME]
    repository.hold("c" * 64, b"the same rows otherwise", "refs/convert/parquet")
    held = set(repository.objects)
    push(hub, parcel)
    assert set(repository.objects) == held
    push(hub, edition_of(parcel, tmp_path, {"csv/labels.csv": b"fewer\r\n"}))
    assert "c" * 64 not in repository.objects


def test_a_file_that_another_release_still_holds_is_not_deleted(hub, tmp_path):
    parcel = parcel_in(tmp_path)
    push(hub, parcel)
    held = next(part.sha256 for part in parcel.parts if part.path == "data/answers/part-0000.parquet")
    edition = edition_of(parcel, tmp_path, {"csv/labels.csv": b"fewer\r\n"})
    push(hub, replace(edition, withdrawn=edition.withdrawn | {held}))
    assert held in hub.repositories[NAME].objects


def test_the_card_is_checked_before_anything_is_sent(hub, tmp_path):
    parcel = parcel_in(tmp_path)
    card = next(part for part in parcel.parts if part.path == "README.md")
    text = card.file.read_text().replace("cc-by-4.0", "CC BY 4.0")
    spoilt = edition_of(parcel, tmp_path, {"README.md": text.encode()})
    said = refused(hub, replace(spoilt, edition=0, withdrawn=frozenset()))
    assert "Invalid metadata in README.md" in said
    assert '"license" must be one of' in said
    assert hub.asked("PUT", "") == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"token": "hf_nobody"}, "Hugging Face does not know the token in RELEASES_HF_TOKEN."),
        ({"token": "hf_reads"}, "The token in RELEASES_HF_TOKEN may not write to candor/candor: "),
        ({"repository": "somebody/else"}, "The token in RELEASES_HF_TOKEN may not write to somebody/else: "),
        ({"repository": "candor/--"}, "HF_REPOSITORY is no name of a repository: "),
    ],
)
def test_who_may_not_is_told_why(hub, tmp_path, more, said):
    assert refused(hub, parcel_in(tmp_path), **more).startswith(said)


def test_an_address_where_nobody_is(tmp_path):
    with Hub() as hub:
        pass
    said = refused(hub, parcel_in(tmp_path))
    assert said == f"{hub.address} cannot be reached (ConnectError). Push it again later."


def test_a_file_that_changed_on_its_way_is_noticed(hub, tmp_path):
    parcel = parcel_in(tmp_path)
    parcel.parts[4].file.write_bytes(b"something else")
    said = refused(hub, parcel)
    assert said.startswith("Hugging Face holds something else as data/labels/part-0000.parquet (1 files in all)")


def test_somebody_who_writes_meanwhile_is_not_overwritten(hub, tmp_path):
    push(hub, parcel_in(tmp_path))
    repository = hub.repositories[NAME]
    head = hugging_face.head_of
    moved = []

    def head_and_move(api, name, branch):
        found = head(api, name, branch)
        if branch == "main" and not moved:
            moved.append(repository.move("main", "by hand", repository.at("main").tree, parent=found))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hugging_face, "head_of", head_and_move)
        said = refused(hub, parcel_in(tmp_path, "2026.12.0", seed=2))
    assert said == "Somebody else has written to candor/candor meanwhile. Push it again."
    assert repository.branches["main"] == moved[0].oid


def test_the_token_goes_to_the_hub_alone(hub, tmp_path):
    push(hub, parcel_in(tmp_path))
    assert {one.path.split("/")[1] for one in hub.log if "authorization" not in one.headers} <= {"put", "whole", "api"}
    assert [one.path for one in hub.log if one.path.startswith("/put/") and "authorization" in one.headers] == []


def test_the_client_speaks_to_the_configured_address_alone(hub, tmp_path, monkeypatch):
    with Hub() as public:
        monkeypatch.setattr(constants, "ENDPOINT", public.address)
        push(hub, parcel_in(tmp_path))
        assert public.log == []
