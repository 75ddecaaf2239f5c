"""What the Hub keeps of a repository: commits that hold whole trees, branches, and large objects by their SHA-256."""

import fnmatch
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

MEBIBYTE = 1 << 20
# What a new dataset repository takes as large from the start (an excerpt of the Hub's own).
LARGE = ("*.arrow", "*.gz", "*.parquet", "*.zst")
ATTRIBUTES = "".join(f"{name} filter=lfs diff=lfs merge=lfs -text\n" for name in LARGE)


def git_sum(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def pointer(sha256: str, size: int) -> bytes:
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()


@dataclass(frozen=True)
class Blob:
    """A file in a tree: its bytes, or the pointer to a large object."""

    content: bytes
    large: str = ""
    size: int = 0

    @property
    def oid(self) -> str:
        return git_sum(self.content)


@dataclass(frozen=True)
class Commit:
    oid: str
    parent: str | None
    message: str
    tree: dict[str, Blob] = field(hash=False)


class Repository:
    def __init__(self, name: str, private: bool):
        self.name, self.private = name, private
        self.commits: dict[str, Commit] = {}
        self.branches: dict[str, str] = {}
        self.objects: dict[str, bytes] = {}
        # Where each was pushed first, and when.
        self.pushed: dict[str, tuple[str, str]] = {}
        self.move("main", "initial commit", {".gitattributes": Blob(ATTRIBUTES.encode())}, parent=None)

    def move(self, branch: str, message: str, tree: dict[str, Blob], parent: str | None) -> Commit:
        listed = [(path, blob.oid) for path, blob in sorted(tree.items())]
        said = json.dumps([parent, message, listed, len(self.commits)])
        commit = Commit(hashlib.sha1(said.encode()).hexdigest(), parent, message, tree)
        self.commits[commit.oid] = commit
        self.branches[branch] = commit.oid
        return commit

    def hold(self, oid: str, content: bytes, ref: str = "main") -> None:
        self.objects[oid] = content
        self.pushed[oid] = (ref, datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"))

    def at(self, revision: str) -> Commit | None:
        return self.commits.get(self.branches.get(revision, revision))

    def history(self, revision: str) -> list[Commit]:
        found, commit = [], self.at(revision)
        while commit is not None:
            found.append(commit)
            commit = self.commits.get(commit.parent) if commit.parent else None
        return found

    def reachable(self) -> set[str]:
        """The large objects that some branch, or its history, still points to."""
        commits = [commit for branch in self.branches for commit in self.history(branch)]
        return {blob.large for commit in commits for blob in commit.tree.values() if blob.large}

    def contents(self, revision: str) -> dict[str, bytes]:
        """The files as somebody gets them who clones this revision."""
        commit = self.at(revision)
        assert commit is not None
        return {path: self.objects[blob.large] if blob.large else blob.content for path, blob in commit.tree.items()}

    def is_large(self, revision: str, path: str, size: int, sample: bytes) -> bool:
        """As the Hub decides: more than 10 MiB, bytes that are no text, or what .gitattributes says."""
        commit = self.at(revision)
        assert commit is not None
        attributes = commit.tree.get(".gitattributes", Blob(b"")).content.decode()
        patterns = [line.split()[0] for line in attributes.splitlines() if "filter=lfs" in line]
        named = any(
            path.startswith(pattern.removesuffix("**")) if pattern.endswith("/**") else fnmatch.fnmatch(path, pattern)
            for pattern in patterns
        )
        return named or size > 10 * MEBIBYTE or b"\0" in sample
