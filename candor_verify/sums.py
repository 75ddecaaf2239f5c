"""Whether every file is the one that was published: sums, sizes, the manifest, its signature."""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from candor_verify.findings import CannotRead, Findings
from candor_verify.folder import MANIFEST, SIGNATURE, SUMS, Folder

LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
# What Python puts beside a program and runs in its place the next time, whatever the program says by then.
COMPILED = re.compile(r"(.*/)?(__pycache__/.*|[^/]*\.py[co])")
# What git and the Hub put beside a copy that they keep.
OF_A_COPY = re.compile(r"\.gitattributes|\.git/.*|\.cache/huggingface/.*")


def check_sums(folder: Folder, findings: Findings) -> None:
    """Every file against SHA256SUMS and the manifest, and these two against each other."""
    listed = _listed(folder, findings)
    for path, file in sorted(folder.files.items()):
        if not _inside(folder.path, path):
            findings.differs(MANIFEST, f"names {path!r}, which is outside of the release")
            continue
        if listed.get(path, file.sha256) != file.sha256:
            findings.differs(SUMS, f"has another sum for {path} than {MANIFEST}")
        elif path not in listed:
            findings.differs(SUMS, f"does not name {path}")
    for path in sorted(set(listed) - set(folder.files) - {MANIFEST}):
        findings.differs(SUMS, f"names {path}, which {MANIFEST} does not")
    expected = {path: file.sha256 for path, file in folder.files.items()} | {MANIFEST: listed.get(MANIFEST, "")}
    for path, sha256 in sorted(expected.items()):
        if _inside(folder.path, path):
            _check_file(folder, path, sha256, findings)
    for path, kind in sorted(_here(folder.path)):
        if stat.S_ISLNK(kind):
            findings.differs(path, "is a link to somewhere else; a release has files only")
        elif path not in expected and path not in {SUMS, SIGNATURE} and not OF_A_COPY.fullmatch(path):
            what = "is no file of this release"
            if COMPILED.fullmatch(path):
                what += ": it is compiled Python, which runs in the place of a program. Delete it, and use python -B"
            findings.differs(path, what)
    findings.unchecked.append(
        ".gitattributes, .git/ and .cache/huggingface/, where they are there: no release has them; git and the Hub put "
        "them beside one"
    )
    findings.checked.append(f"{len(expected)} files compared with {SUMS} and {MANIFEST}")


def _here(folder: Path) -> Iterator[tuple[str, int]]:
    """The path and mode of whatever is no folder; what a link leads to is not followed."""

    def unreadable(error: OSError) -> None:
        raise CannotRead(f"{error.filename} cannot be read: {error.strerror}.")

    for place, folders, files in os.walk(folder, onerror=unreadable):
        for name in (*folders, *files):
            path = Path(place, name)
            kind = path.lstat().st_mode
            if not stat.S_ISDIR(kind):
                yield path.relative_to(folder).as_posix(), kind


def _listed(folder: Folder, findings: Findings) -> dict[str, str]:
    try:
        lines = (folder.path / SUMS).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise CannotRead(f"{folder.path / SUMS} cannot be read.") from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        matched = LINE.fullmatch(line)
        if matched is None:
            findings.differs(SUMS, "is no sum and path", row=number)
            continue
        if matched[2] in found:
            findings.differs(SUMS, f"names {matched[2]} twice", row=number)
        found[matched[2]] = matched[1]
    if MANIFEST not in found:
        findings.differs(SUMS, f"does not name {MANIFEST}")
    return found


def _check_file(folder: Folder, path: str, sha256: str, findings: Findings) -> None:
    try:
        # Asked first: whoever opens a pipe waits for ever.
        if not stat.S_ISREG((folder.path / path).stat().st_mode):
            findings.differs(path, "is no file")
            return
        with (folder.path / path).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        size = (folder.path / path).stat().st_size
    except FileNotFoundError:
        findings.differs(path, "is not there")
        return
    except OSError as error:
        findings.differs(path, f"cannot be read: {error.strerror}")
        return
    if found != sha256:
        findings.differs(path, f"is not the file that was published: SHA-256 {found[:16]}…, not {sha256[:16]}…")
    elif path in folder.files and size != folder.files[path].bytes:
        findings.differs(MANIFEST, f"says {folder.files[path].bytes} bytes of {path}, which has {size}")


def _inside(folder: Path, path: str) -> bool:
    return (folder / path).resolve().is_relative_to(folder.resolve())


def check_signature(folder: Folder, key: Path | None, findings: Findings) -> None:
    """The detached Ed25519 signature of the manifest.

    Raises:
        CannotRead: the key is none, or there is nothing to check a signature with.
    """
    signature = folder.path / SIGNATURE
    if key is None:
        there = "is there, but no --key was given" if signature.is_file() else "is not there"
        findings.unchecked.append(f"the signature {SIGNATURE}: it {there}. Sums alone do not say who made a release.")
        return
    if not signature.is_file():
        findings.differs(SIGNATURE, "is not there")
        return
    try:
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ImportError:
        raise CannotRead(
            f"{SIGNATURE} cannot be checked: that takes the Python package cryptography. Without --key the rest is "
            "checked."
        ) from None
    try:
        public = load_pem_public_key(key.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise CannotRead(f"{key} is no public key: {str(error).splitlines()[0]}.") from None
    if not isinstance(public, Ed25519PublicKey):
        raise CannotRead(f"{key} is no Ed25519 key.")
    try:
        public.verify(signature.read_bytes(), (folder.path / MANIFEST).read_bytes())
    except InvalidSignature:
        findings.differs(SIGNATURE, f"is no signature of {MANIFEST} by this key")
    else:
        findings.checked.append(f"{MANIFEST} is signed by the given key")
