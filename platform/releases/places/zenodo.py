"""A release at Zenodo, by its documented HTTP: a draft, its files, what describes it, and it is published for good.

Zenodo takes at most a hundred files and knows no folders, so the release goes up as one archive, with the documents a
reader wants to see first beside it. All releases are versions of one concept, whose DOI leads to the newest; each has a
DOI of its own. A published version cannot be taken back by its owner: what was withdrawn from it, Zenodo's people have
to remove, and the push says so.
"""

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from releases.places.archive import pack
from releases.places.parcel import Parcel, PlaceError, Say, Sent

# Seen before anything is unpacked.
BESIDE = ("README.md", "DATASHEET.md", "CHANGELOG.md", "manifest.json", "manifest.json.sig", "SHA256SUMS")
PATIENCE = httpx.Timeout(60, read=300, write=300)
CHUNK = 1 << 20
TRIES = 5


@dataclass(frozen=True)
class Before:
    """What of this dataset is at Zenodo already."""

    # The draft this very push began, and the newest version published: their ids; empty where there is none.
    draft: str = ""
    newest: str = ""


def push(parcel: Parcel, *, address: str, token: str, before: Before, folder: Path, begun: Say, say: Say) -> Sent:
    """Publishes the release as a new version. `begun` is told the draft's id as soon as there is one.

    `folder` has room for the archive, which is as large as the release.

    Raises:
        PlaceError: nothing is published; calling again with the draft's id goes on with the files that are missing.
    """
    with talk(address, token) as zenodo:
        draft = zenodo.draft(parcel, before)
        begun(str(draft["id"]))
        if not draft.get("submitted"):
            files = [pack(parcel, folder), *(part.file for part in parcel.parts if part.path in BESIDE)]
            zenodo.fill(draft, files, say)
            zenodo.call("PUT", f"/api/deposit/depositions/{draft['id']}", json={"metadata": described(parcel)})
            say("publishing")
            draft = zenodo.publish(draft)
    doi, concept = str(draft["doi"]), str(draft.get("conceptdoi") or "")
    url = str(draft["links"].get("record_html") or f"{address}/records/{draft['record_id']}")
    return Sent(identifier=doi, url=url, concept=concept, left_to_do=to_remove(parcel, before, address))


def to_remove(parcel: Parcel, before: Before, address: str) -> str:
    if not parcel.edition:
        return ""
    return (
        f"Earlier versions of release {parcel.version} still hold what was taken out of it. Ask Zenodo to remove their "
        f"files: {address}/support, with the addresses of those versions."
    )


def described(parcel: Parcel) -> dict[str, Any]:
    """What Zenodo shows, and hands to DataCite. Its interface takes every creator for a person; a name without a comma
    is shown as it stands.
    """
    leads = [(parcel.page, "isIdenticalTo", "dataset"), (parcel.code, "isCompiledBy", "software")]
    related = [
        {"identifier": address, "relation": relation, "resource_type": kind, "scheme": "url"}
        for address, relation, kind in leads
        if address.startswith("https://")
    ]
    return {
        "upload_type": "dataset",
        "title": "Candor: what language models say, dodge and refuse to say",
        "version": parcel.label,
        "publication_date": (parcel.published_on or parcel.cutoff.date()).isoformat(),
        "creators": [{"name": "Candor contributors"}],
        "description": (
            "<p>Prompts, the answers many language models gave to them, and what people made of each answer: "
            "censored, evasive or faithful. Labellers never knew which model wrote an answer.</p>"
            "<p>The archive holds every table as Parquet, NDJSON and CSV, with manifest, sums and the program that "
            "recomputes every published figure from the labels: <code>python -m candor_verify</code>.</p>"
        ),
        # Of what describes it; the texts are in several.
        "language": "eng",
        "access_right": "open",
        "license": "cc-by-4.0",
        "keywords": ["language models", "censorship", "refusal", "annotation", "inter-annotator agreement"],
        **({"related_identifiers": related} if related else {}),
    }


class Zenodo:
    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def call(self, method: str, path: str, **more: Any) -> Any:
        """The JSON of an answer. What is busy or out of order for a moment is asked again.

        A POST that may have been done and whose answer was lost is not asked again here.
        """
        for attempt in range(1, TRIES + 1):
            response = self.client.request(method, path, **more)
            again = response.status_code == 429 or (response.status_code >= 500 and method != "POST")
            if not again or attempt == TRIES:
                break
            time.sleep(wait(response.headers, attempt))
        if response.is_error:
            raise PlaceError(explained(response))
        return response.json() if response.content else {}

    def draft(self, parcel: Parcel, before: Before) -> dict[str, Any]:
        """The draft to fill: the one begun, else a new version of what is there, else the first of all."""
        if before.draft and (found := self.begun(before.draft)):
            return found
        if found := self.forgotten(parcel):
            return found
        if not before.newest:
            return dict(self.call("POST", "/api/deposit/depositions", json={"metadata": described(parcel)}))
        made = self.call("POST", f"/api/deposit/depositions/{before.newest}/actions/newversion")
        draft = dict(self.call("GET", path_of(made["links"]["latest_draft"])))
        self.call("PUT", f"/api/deposit/depositions/{draft['id']}", json={"metadata": described(parcel)})
        return draft

    def begun(self, number: str) -> dict[str, Any]:
        """That draft; empty where it was discarded at Zenodo meanwhile."""
        try:
            return dict(self.call("GET", f"/api/deposit/depositions/{number}"))
        except PlaceError:
            if self.client.get(f"/api/deposit/depositions/{number}").status_code in {404, 410}:
                return {}
            raise

    def forgotten(self, parcel: Parcel) -> dict[str, Any]:
        """A draft of this release whose making was never heard of here, because the answer was lost."""
        drafts = self.call("GET", "/api/deposit/depositions", params={"status": "draft", "size": 25})
        wanted = described(parcel)
        for one in drafts:
            said = one.get("metadata", {})
            if (said.get("title"), said.get("version")) == (wanted["title"], wanted["version"]):
                return dict(self.call("GET", f"/api/deposit/depositions/{one['id']}"))
        return {}

    def fill(self, draft: Mapping[str, Any], files: list[Path], say: Say) -> None:
        """Makes the draft hold exactly these files. What it has whole already is not sent again."""
        there = {file["filename"]: file for file in self.call("GET", f"/api/deposit/depositions/{draft['id']}/files")}
        for name in there.keys() - {file.name for file in files}:
            self.call("DELETE", f"/api/deposit/depositions/{draft['id']}/files/{there[name]['id']}")
        for file in files:
            length, sum_ = file.stat().st_size, md5(file)
            held = there.get(file.name)
            if held and held["checksum"].removeprefix("md5:") == sum_ and held["filesize"] == length:
                continue
            say(f"{file.name}: {length} bytes")
            self.send(path_of(draft["links"]["bucket"]), file, length, sum_)

    def send(self, bucket: str, file: Path, length: int, sum_: str) -> None:
        """A PUT is begun anew when it breaks off: it is the same however often it is done."""
        for attempt in range(1, TRIES + 1):
            headers = {"Content-Length": str(length), "Content-Type": "application/octet-stream"}
            try:
                response = self.client.put(f"{bucket}/{file.name}", content=chunks(file), headers=headers)
            except httpx.TransportError:
                if attempt == TRIES:
                    raise
                time.sleep(wait({}, attempt))
                continue
            if response.status_code < 500 and response.status_code != 429:
                break
            if attempt < TRIES:
                time.sleep(wait(response.headers, attempt))
        if response.is_error:
            raise PlaceError(explained(response))
        if response.json().get("checksum") != f"md5:{sum_}":
            raise PlaceError(f"Zenodo holds something else as {file.name}. Push it again.")

    def publish(self, draft: Mapping[str, Any]) -> dict[str, Any]:
        """The published version. Where the answer is lost, the draft is asked whether it happened."""
        path = f"/api/deposit/depositions/{draft['id']}"
        try:
            return dict(self.call("POST", f"{path}/actions/publish"))
        except (httpx.TransportError, PlaceError):
            now = dict(self.call("GET", path))
            if not now.get("submitted"):
                raise
            return now


@contextmanager
def talk(address: str, token: str) -> Iterator[Zenodo]:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    try:
        with httpx.Client(base_url=address, headers=headers, timeout=PATIENCE) as client:
            yield Zenodo(client)
    except httpx.HTTPError as error:
        raise PlaceError(f"{address} cannot be reached ({type(error).__name__}). Push it again later.") from error
    except (KeyError, ValueError, TypeError) as error:
        raise PlaceError(f"{address} answered what Zenodo never answers. Is ZENODO_URL right?") from error


def path_of(link: str) -> str:
    """A link's path alone: the token goes to the configured address and nowhere else."""
    return httpx.URL(link).raw_path.decode()


def wait(headers: Mapping[str, str], attempt: int) -> float:
    """Seconds, as the place asks for, else longer each time."""
    asked = headers.get("Retry-After", "")
    return min(float(asked), 120.0) if asked.isdigit() else 0.5 * 2.0**attempt


def md5(file: Path) -> str:
    """What Zenodo names a file's content by. Nothing is protected by it."""
    digest = hashlib.md5(usedforsecurity=False)
    for chunk in chunks(file):
        digest.update(chunk)
    return digest.hexdigest()


def chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            yield chunk


def explained(response: httpx.Response) -> str:
    if response.status_code == 401:
        return "Zenodo does not know the token in RELEASES_ZENODO_TOKEN."
    if response.status_code == 403:
        scopes = "the scopes deposit:write and deposit:actions"
        return f"The token in RELEASES_ZENODO_TOKEN needs {scopes}, and the deposit's owner."
    try:
        body = response.json()
    except ValueError:
        body = {}
    faults = [f"{one.get('field')}: {one.get('message')}" for one in body.get("errors") or []]
    said = "; ".join(one.strip(". ") for one in [str(body.get("message") or ""), *faults]).strip("; ")
    return f"Zenodo answered {response.status_code}: {said or 'without a word'}."
