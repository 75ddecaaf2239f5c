"""Hugging Face's Hub, as far as a dataset is pushed to it: what huggingface_hub asks of it, checked as the Hub does.

A token may write in its own namespaces only. README.md's head is checked as a dataset card. A large object has to
arrive whole, under its own SHA-256, before a commit may point to it; a commit is one NDJSON body, and refused where the
branch has moved since its parent.
"""

import base64
import hashlib
import json
import re
import secrets

from tests.standins.cards import faults_of_card
from tests.standins.http import Asked, Refused, Reply, Standin, route
from tests.standins.hub_git import Blob, Commit, Repository, pointer

REPOSITORY = r"/api/datasets/(?P<name>[\w.-]+/[\w.-]+)"
SUM = re.compile(r"[0-9a-f]{64}")


class Hub(Standin):
    """`tokens`: what each may do: "write" in its namespaces, or "read"."""

    def __init__(self, part: int = 1 << 16):
        super().__init__()
        self.tokens = {"hf_writes": ("write", {"candor", "curator"}), "hf_reads": ("read", {"candor"})}
        self.repositories: dict[str, Repository] = {}
        # Where a large object may be put, as signed addresses are: known only to whom the batch told them.
        self.places: dict[str, tuple[Repository, str, int]] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.part = part

    def refuse(self, refused: Refused) -> Reply:
        headers = {"X-Error-Message": refused.message.splitlines()[0]}
        if code := refused.more.get("code"):
            headers["X-Error-Code"] = str(code)
        content = {"error": refused.message, **{name: value for name, value in refused.more.items() if name != "code"}}
        return Reply(content, refused.status, headers)

    def may_write(self, asked: Asked, namespace: str | None = None) -> None:
        given = asked.headers.get("authorization", "")
        if given.removeprefix("Bearer ") not in self.tokens or not given.startswith("Bearer "):
            raise Refused(401, "Invalid credentials in Authorization header" if given else "Unauthorized")
        may, namespaces = self.tokens[given.removeprefix("Bearer ")]
        if may != "write":
            raise Refused(403, "Forbidden: you must use a write token to upload to a repository.")
        if namespace is not None and namespace not in namespaces:
            raise Refused(403, f'You don\'t have the rights to create a dataset under the namespace "{namespace}".')

    def to_write(self, asked: Asked, name: str) -> Repository:
        self.may_write(asked)
        if name not in self.repositories:
            raise Refused(404, "Repository not found", code="RepoNotFound")
        self.may_write(asked, name.split("/", maxsplit=1)[0])
        return self.repositories[name]

    def revision(self, repository: Repository, revision: str) -> Commit:
        commit = repository.at(revision)
        if commit is None:
            raise Refused(404, f"Invalid rev id: {revision}", code="RevisionNotFound")
        return commit

    @route("POST", "/api/repos/create")
    def create(self, asked: Asked) -> Reply:
        body = asked.json()
        self.may_write(asked, body.get("organization"))
        if set(body) - {"name", "organization", "type", "visibility", "private"} or body.get("type") != "dataset":
            raise Refused(400, "Invalid body")
        name = f"{body['organization']}/{body['name']}"
        if not re.fullmatch(r"[\w.-]{1,96}", body["name"]) or "--" in name or ".." in name:
            raise Refused(400, f"Invalid repo name: {name}")
        url = f"{self.address}/datasets/{name}"
        if name in self.repositories:
            raise Refused(409, "You already created this dataset repo", url=url)
        self.repositories[name] = Repository(name, body.get("visibility") == "private")
        return Reply({"url": url, "name": name, "id": secrets.token_hex(12)})

    @route("POST", "/api/validate-yaml")
    def validate(self, asked: Asked) -> Reply:
        body = asked.json()
        errors, warnings = faults_of_card(body["content"]) if body["repoType"] == "dataset" else (["wrong type"], [])
        content = {
            "errors": [{"message": one} for one in errors],
            "warnings": [{"message": one} for one in warnings],
        }
        return Reply(content, 400 if errors else 200)

    @route("GET", f"{REPOSITORY}/revision/(?P<revision>[^/]+)")
    def info(self, asked: Asked, name: str, revision: str) -> Reply:
        commit = self.revision(self.to_write(asked, name), revision)
        files = [{"rfilename": path} for path in sorted(commit.tree)]
        return Reply({"id": name, "sha": commit.oid, "private": False, "tags": [], "siblings": files})

    @route("GET", f"{REPOSITORY}/refs")
    def refs(self, asked: Asked, name: str) -> Reply:
        branches = [
            {"name": branch, "ref": f"refs/heads/{branch}", "targetCommit": oid}
            for branch, oid in self.to_write(asked, name).branches.items()
        ]
        return Reply({"branches": branches, "converts": [], "tags": []})

    @route("POST", f"{REPOSITORY}/branch/(?P<branch>[^/]+)")
    def branch(self, asked: Asked, name: str, branch: str) -> Reply:
        repository = self.to_write(asked, name)
        if branch in repository.branches:
            raise Refused(409, f"Reference already exists: {branch}")
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/+-]*", branch):
            raise Refused(400, f"Invalid branch name: {branch}")
        start = self.revision(repository, asked.json().get("startingPoint", "main"))
        repository.branches[branch] = start.oid
        return Reply({})

    @route("POST", f"{REPOSITORY}/super-squash/(?P<branch>[^/]+)")
    def squash(self, asked: Asked, name: str, branch: str) -> Reply:
        repository = self.to_write(asked, name)
        head = self.revision(repository, branch)
        repository.move(branch, asked.json()["message"], head.tree, parent=None)
        return Reply({})

    @route("GET", f"{REPOSITORY}/tree/(?P<revision>[^/]+)")
    def tree(self, asked: Asked, name: str, revision: str) -> Reply:
        """A page of 50 at a time; the next one's address is in the Link header."""
        entries = sorted(self.revision(self.to_write(asked, name), revision).tree.items())
        start = int(asked.query.get("cursor", 0))
        listed = []
        for path, blob in entries[start : start + 50]:
            one = {"type": "file", "path": path, "oid": blob.oid, "size": blob.size or len(blob.content)}
            if blob.large:
                one["lfs"] = {"oid": blob.large, "size": blob.size, "pointerSize": len(blob.content)}
            listed.append(one)
        headers = {}
        if start + 50 < len(entries):
            headers["Link"] = f'<{self.address}{asked.path}?recursive=true&cursor={start + 50}>; rel="next"'
        return Reply(listed, headers=headers)

    @route("POST", f"{REPOSITORY}/preupload/(?P<revision>[^/]+)")
    def preupload(self, asked: Asked, name: str, revision: str) -> Reply:
        repository = self.to_write(asked, name)
        tree = self.revision(repository, revision).tree
        files = asked.json()["files"]
        if len(files) > 256:
            raise Refused(413, "Too many files in preupload")
        answer = []
        for file in files:
            sample = base64.b64decode(file["sample"], validate=True)
            if len(sample) != min(file["size"], 512):
                raise Refused(400, f"sample of {file['path']} is not its first 512 bytes")
            large = repository.is_large(revision, file["path"], file["size"], sample)
            there = tree.get(file["path"])
            oid = None if there is None else there.large or there.oid
            mode = "lfs" if large else "regular"
            answer.append({"path": file["path"], "uploadMode": mode, "shouldIgnore": False, "oid": oid})
        return Reply({"files": answer})

    @route("POST", r"/datasets/(?P<name>[\w.-]+/[\w.-]+)\.git/info/lfs/objects/batch")
    def batch(self, asked: Asked, name: str) -> Reply:
        repository = self.to_write(asked, name)
        body = asked.json()
        if asked.headers.get("accept") != "application/vnd.git-lfs+json" or body.get("hash_algo") != "sha256":
            raise Refused(422, "not a batch of Git LFS")
        objects = []
        for one in body["objects"]:
            oid, size = one["oid"], one["size"]
            if not SUM.fullmatch(oid) or len(body["objects"]) > 256:
                raise Refused(422, "Invalid oid")
            said = {"oid": oid, "size": size}
            if oid not in repository.objects:
                said["actions"] = self.actions(repository, name, oid, size)
            objects.append(said)
        return Reply({"transfer": "basic", "objects": objects})

    def actions(self, repository: Repository, name: str, oid: str, size: int) -> dict[str, object]:
        key = secrets.token_urlsafe(16)
        self.places[key] = (repository, oid, size)
        verify = {"href": f"{self.address}/datasets/{name}.git/info/lfs/objects/verify"}
        if size <= self.part:
            return {"upload": {"href": f"{self.address}/put/{key}"}, "verify": verify}
        count = -(-size // self.part)
        parts = {str(number): f"{self.address}/put/{key}/{number}" for number in range(1, count + 1)}
        header = {"chunk_size": str(self.part), **parts}
        return {"upload": {"href": f"{self.address}/whole/{key}", "header": header}, "verify": verify}

    @route("PUT", r"/put/(?P<key>[\w-]+)(/(?P<number>\d+))?")
    def put(self, asked: Asked, key: str, number: str = "") -> Reply:
        """The store behind the Hub: an address is signed, and the token is never shown to it."""
        if key not in self.places or "authorization" in asked.headers:
            raise Refused(403, "SignatureDoesNotMatch")
        if number:
            self.parts.setdefault(key, {})[int(number)] = asked.body
        else:
            self.keep(key, asked.body)
        return Reply(headers={"ETag": f'"{hashlib.md5(asked.body).hexdigest()}"'})

    @route("POST", r"/whole/(?P<key>[\w-]+)")
    def whole(self, asked: Asked, key: str) -> Reply:
        parts = self.parts.get(key, {})
        tags = [f'"{hashlib.md5(parts[number]).hexdigest()}"' for number in sorted(parts)]
        wanted = [{"partNumber": number + 1, "etag": tag} for number, tag in enumerate(tags)]
        if asked.json() != {"oid": self.places[key][1], "parts": wanted}:
            raise Refused(400, "The parts are not those that were put")
        self.keep(key, b"".join(parts[number] for number in sorted(parts)))
        return Reply({})

    def keep(self, key: str, content: bytes) -> None:
        repository, oid, size = self.places[key]
        if len(content) != size or hashlib.sha256(content).hexdigest() != oid:
            raise Refused(400, "BadDigest: the content is not what its SHA-256 says")
        repository.hold(oid, content)

    @route("POST", r"/datasets/(?P<name>[\w.-]+/[\w.-]+)\.git/info/lfs/objects/verify")
    def verify(self, asked: Asked, name: str) -> Reply:
        body = asked.json()
        content = self.to_write(asked, name).objects.get(body["oid"])
        if content is None or len(content) != body["size"]:
            raise Refused(404, "Object not found in storage")
        return Reply({})

    @route("POST", f"{REPOSITORY}/commit/(?P<branch>[^/]+)")
    def commit(self, asked: Asked, name: str, branch: str) -> Reply:
        repository = self.to_write(asked, name)
        head = self.revision(repository, branch)
        if asked.headers.get("content-type") != "application/x-ndjson" or branch not in repository.branches:
            raise Refused(400, "A commit is NDJSON, to a branch")
        first, *lines = [json.loads(line) for line in asked.body.splitlines()]
        said = first["value"]
        if first["key"] != "header" or not said["summary"] or not isinstance(said["description"], str):
            raise Refused(400, "The first line has to be the header")
        if said.get("parentCommit", head.oid) != head.oid:
            raise Refused(412, "A commit has happened since. Please refresh and try again.")
        if len(lines) > 25_000 or not lines:
            raise Refused(400, "Nothing to commit")
        tree = dict(head.tree)
        for line in lines:
            self.change(repository, branch, tree, line["key"], line["value"])
        moved = repository.move(branch, said["summary"], tree, parent=head.oid)
        url = f"{self.address}/datasets/{name}/commit/{moved.oid}"
        return Reply({"success": True, "commitOid": moved.oid, "commitUrl": url, "hookOutput": ""})

    def change(self, repository: Repository, branch: str, tree: dict[str, Blob], key: str, value: dict) -> None:
        path = value["path"]
        if path.startswith("/") or ".." in path.split("/") or path.split("/")[0] == ".git":
            raise Refused(400, f"Invalid path: {path}")
        if key == "file" and value["encoding"] == "base64":
            content = base64.b64decode(value["content"], validate=True)
            if content and repository.is_large(branch, path, len(content), content[:512]):
                raise Refused(400, f"{path} has to be uploaded as a large file")
            if path == "README.md" and (errors := faults_of_card(content.decode())[0]):
                raise Refused(400, f"Invalid metadata in README.md: {errors}")
            tree[path] = Blob(content)
        elif key == "lfsFile" and value["algo"] == "sha256":
            held = repository.objects.get(value["oid"])
            if held is None or len(held) != value["size"]:
                raise Refused(400, f"LFS pointer pointed to a file that does not exist: {path}")
            tree[path] = Blob(pointer(value["oid"], value["size"]), value["oid"], value["size"])
        elif key == "deletedFile":
            if tree.pop(path, None) is None:
                raise Refused(404, f"A file with this name doesn't exist: {path}", code="EntryNotFound")
        else:
            raise Refused(400, f"Unknown operation: {key}")

    @route("GET", f"{REPOSITORY}/lfs-files")
    def large(self, asked: Asked, name: str) -> Reply:
        repository = self.to_write(asked, name)
        listed = [
            {
                "fileOid": oid,
                "filename": "a file",
                "oid": oid,
                "pushedAt": repository.pushed[oid][1],
                "ref": repository.pushed[oid][0],
                "size": len(content),
            }
            for oid, content in repository.objects.items()
        ]
        return Reply(listed)

    @route("POST", f"{REPOSITORY}/lfs-files/batch")
    def forget(self, asked: Asked, name: str) -> Reply:
        repository = self.to_write(asked, name)
        deletions = asked.json()["deletions"]
        if not isinstance(deletions["rewriteHistory"], bool) or len(deletions["sha"]) > 1000:
            raise Refused(400, "Invalid body")
        for oid in deletions["sha"]:
            del repository.objects[oid]
        return Reply({})
