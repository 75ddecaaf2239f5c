"""Zenodo, as far as a dataset is deposited there by its documented HTTP, checked as Zenodo does.

A deposition is a draft until it is published, and then for good. Files go into its bucket and are known by their MD5; a
bucket has no folders and takes a hundred files. A new version is a draft with the files of the one before it, under the
same concept; there is one such draft at a time.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import date

from tests.standins.http import Asked, Refused, Reply, Standin, route

ONE = r"/api/deposit/depositions/(?P<number>\d+)"
PREFIX = "10.5072/zenodo."
REQUIRED = ("upload_type", "title", "creators", "description")
RELATIONS = {"isIdenticalTo", "isSupplementTo", "isDerivedFrom", "isNewVersionOf", "isDocumentedBy", "isCompiledBy"}


@dataclass
class Deposition:
    number: int
    concept: int
    metadata: dict = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    bucket: str = field(default_factory=lambda: secrets.token_hex(16))
    submitted: bool = False

    def identifier(self, name: str) -> str:
        return hashlib.sha1(f"{self.number}/{name}".encode()).hexdigest()


class Zenodo(Standin):
    def __init__(self):
        super().__init__()
        self.tokens = {"zen-all": {"deposit:write", "deposit:actions"}, "zen-writes": {"deposit:write"}}
        self.depositions: dict[int, Deposition] = {}
        self.last = 100

    def refuse(self, refused: Refused) -> Reply:
        return Reply({"status": refused.status, "message": str(refused), **refused.more}, refused.status)

    def may(self, asked: Asked, scope: str = "deposit:write") -> None:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            raise Refused(401, "The server could not verify that you are authorized to access the URL requested.")
        if scope not in self.tokens[token]:
            raise Refused(403, "Permission denied.")

    def found(self, number: str) -> Deposition:
        if int(number) not in self.depositions:
            raise Refused(404, "PID does not exist.")
        return self.depositions[int(number)]

    def draft(self, number: str) -> Deposition:
        one = self.found(number)
        if one.submitted:
            raise Refused(400, "The deposition is published: its files cannot be changed.")
        return one

    def number(self) -> int:
        self.last += 1
        return self.last

    def shown(self, one: Deposition) -> dict[str, object]:
        said: dict[str, object] = {
            "id": one.number,
            "record_id": one.number,
            "conceptrecid": str(one.concept),
            "title": one.metadata.get("title", ""),
            "metadata": {**one.metadata, "prereserve_doi": {"doi": f"{PREFIX}{one.number}", "recid": one.number}},
            "state": "done" if one.submitted else "unsubmitted",
            "submitted": one.submitted,
            "files": self.listed(one),
            "links": {
                "self": f"{self.address}/api/deposit/depositions/{one.number}",
                "bucket": f"{self.address}/api/files/{one.bucket}",
                "publish": f"{self.address}/api/deposit/depositions/{one.number}/actions/publish",
            },
        }
        if one.submitted:
            said |= {"doi": f"{PREFIX}{one.number}", "conceptdoi": f"{PREFIX}{one.concept}"}
            said["links"]["record_html"] = f"{self.address}/records/{one.number}"
        return said

    def listed(self, one: Deposition) -> list[dict[str, object]]:
        return [
            {
                "id": one.identifier(name),
                "filename": name,
                "filesize": len(content),
                "checksum": hashlib.md5(content).hexdigest(),
            }
            for name, content in one.files.items()
        ]

    @route("GET", "/api/deposit/depositions")
    def listing(self, asked: Asked) -> Reply:
        self.may(asked)
        wanted = asked.query.get("status")
        found = [one for one in self.depositions.values() if wanted is None or one.submitted == (wanted == "published")]
        newest = sorted(found, key=lambda one: -one.number)
        return Reply([self.shown(one) for one in newest[: int(asked.query.get("size", 10))]])

    @route("POST", "/api/deposit/depositions")
    def create(self, asked: Asked) -> Reply:
        self.may(asked)
        metadata = asked.json().get("metadata", {})
        check(metadata, whole=False)
        one = Deposition(number=self.number(), concept=self.number(), metadata=metadata)
        self.depositions[one.number] = one
        return Reply(self.shown(one), 201)

    @route("GET", ONE)
    def read(self, asked: Asked, number: str) -> Reply:
        self.may(asked)
        return Reply(self.shown(self.found(number)))

    @route("PUT", ONE)
    def describe(self, asked: Asked, number: str) -> Reply:
        self.may(asked)
        one = self.draft(number)
        metadata = asked.json()["metadata"]
        check(metadata, whole=True)
        one.metadata = metadata
        return Reply(self.shown(one))

    @route("GET", f"{ONE}/files")
    def files(self, asked: Asked, number: str) -> Reply:
        self.may(asked)
        return Reply(self.listed(self.found(number)))

    @route("DELETE", f"{ONE}/files/(?P<file>[0-9a-f]+)")
    def remove(self, asked: Asked, number: str, file: str) -> Reply:
        self.may(asked)
        one = self.draft(number)
        names = [name for name in one.files if one.identifier(name) == file]
        if not names:
            raise Refused(404, "File does not exist.")
        del one.files[names[0]]
        return Reply(None, 204)

    @route("PUT", r"/api/files/(?P<bucket>[0-9a-f]{32})/(?P<name>.+)")
    def put(self, asked: Asked, bucket: str, name: str) -> Reply:
        self.may(asked)
        found = [one for one in self.depositions.values() if one.bucket == bucket]
        if not found:
            raise Refused(404, "Bucket does not exist.")
        one = self.draft(str(found[0].number))
        if "/" in name or len({*one.files, name}) > 100 or not asked.body:
            raise Refused(400, "A file has a plain name, at least a byte, and ninety-nine others at most.")
        one.files[name] = asked.body
        sum_ = f"md5:{hashlib.md5(asked.body).hexdigest()}"
        return Reply({"key": name, "size": len(asked.body), "checksum": sum_}, 201)

    @route("POST", f"{ONE}/actions/publish")
    def publish(self, asked: Asked, number: str) -> Reply:
        self.may(asked, "deposit:actions")
        one = self.draft(number)
        check(one.metadata, whole=True)
        if not one.files:
            raise Refused(400, "Validation error", errors=[{"field": "files", "message": "Minimum one file."}])
        before = self.versions(one.concept)
        if before and before[-1].files == one.files:
            raise Refused(400, "Validation error", errors=[{"field": "files", "message": "No file is new."}])
        one.submitted = True
        return Reply(self.shown(one), 202)

    @route("POST", f"{ONE}/actions/newversion")
    def new_version(self, asked: Asked, number: str) -> Reply:
        self.may(asked, "deposit:actions")
        one = self.found(number)
        if one is not (self.versions(one.concept) or [None])[-1]:
            raise Refused(400, "Only the newest version can have a new one.")
        drafts = [it for it in self.depositions.values() if it.concept == one.concept and not it.submitted]
        if not drafts:
            # The version and the date belong to the one before: a new one begins without them.
            kept = {name: said for name, said in one.metadata.items() if name not in {"version", "publication_date"}}
            drafts = [Deposition(self.number(), one.concept, metadata=kept, files=dict(one.files))]
            self.depositions[drafts[0].number] = drafts[0]
        said = self.shown(one)
        said["links"]["latest_draft"] = f"{self.address}/api/deposit/depositions/{drafts[0].number}"
        return Reply(said, 201)

    def versions(self, concept: int) -> list[Deposition]:
        """Published ones, oldest first."""
        return [one for one in self.depositions.values() if one.concept == concept and one.submitted]


def check(metadata: dict, *, whole: bool) -> None:
    """Zenodo's own words for what is missing or wrong."""
    faults = [(name, "Missing data for required field.") for name in REQUIRED if whole and not metadata.get(name)]
    if metadata.get("upload_type", "dataset") != "dataset":
        faults.append(("upload_type", "Not a valid choice."))
    if not all(isinstance(one, dict) and one.get("name") for one in metadata.get("creators", [])):
        faults.append(("creators", "Each needs a name."))
    if len(metadata.get("title", "abc")) < 3:
        faults.append(("title", "Shorter than minimum length 3."))
    if metadata.get("access_right", "open") == "open" and whole and metadata.get("license") not in {"cc-by-4.0"}:
        faults.append(("license", "Invalid license."))
    try:
        date.fromisoformat(metadata.get("publication_date", "2026-01-01"))
    except ValueError:
        faults.append(("publication_date", "Not a valid date."))
    for one in metadata.get("related_identifiers", []):
        if one.get("relation") not in RELATIONS or not re.match(r"https?://|10\.", one.get("identifier", "")):
            faults.append(("related_identifiers", "Not a valid identifier or relation."))
    if not re.fullmatch("[a-z]{3}", metadata.get("language", "eng")):
        faults.append(("language", "Not a valid ISO 639-3 code."))
    if not all(isinstance(word, str) for word in metadata.get("keywords", [])):
        faults.append(("keywords", "Not a valid string."))
    if faults:
        errors = [{"field": f"metadata.{name}", "message": said} for name, said in faults]
        raise Refused(400, "Validation error.", errors=errors)
