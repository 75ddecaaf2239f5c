"""A release as a dataset repository at Hugging Face, through its own client.

Each release is a branch of its name with one commit on it, and `main` holds the newest: `load_dataset("candor/candor",
revision="2026.11.0")`. All tables are large files, known by the very SHA-256 that the manifest names, and after the
commit the place is asked what it holds, file by file. When something was taken out of a release, its branch and main
lose their history and the bytes are deleted from the place's storage, so that no older commit leads to them.

Files go up by Git LFS and not by Xet, the client's newer way: it is plain HTTP, which can be tried against a server
that checks everything, and the Hub moves what came so to its new storage itself.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from releases.places.parcel import Parcel, Part, PlaceError, Say, Sent

if TYPE_CHECKING:
    from huggingface_hub import HfApi, RepoFile
    from huggingface_hub.hf_api import LFSFileInfo

MAIN = "main"
ATTRIBUTES = ".gitattributes"
# The folders of tables: never as text in the repository's own history, which is hard to take something out of.
LARGE = ("data", "ndjson", "csv", "delta")
LARGE_FILES = "".join(f"{folder}/** filter=lfs diff=lfs merge=lfs -text\n" for folder in LARGE).encode()
# Seconds without a byte after which a connection is given up.
PATIENCE = 120


def push(parcel: Parcel, *, address: str, token: str, repository: str, say: Say) -> Sent:
    """Copies the release to its branch, and to main where it is the newest.

    Raises:
        PlaceError: nothing half is visible; calling again goes on with the files that are missing.
    """
    with plain_errors(address, repository):
        since = datetime.now(UTC)
        api = client(address, token)
        api.create_repo(repository, repo_type="dataset", exist_ok=True)
        api.create_branch(repository, branch=parcel.version, repo_type="dataset", exist_ok=True)
        commit = bring(api, repository, parcel.version, parcel, say)
        api.super_squash_history(
            repository, branch=parcel.version, repo_type="dataset", commit_message=f"Candor {parcel.label}"
        )
        if parcel.newest:
            bring(api, repository, MAIN, parcel, say)
        if parcel.withdrawn:
            forget(api, repository, parcel, since, say)
        commit = head_of(api, repository, parcel.version)
    url = f"{address}/datasets/{repository}/tree/{parcel.version}"
    return Sent(identifier=commit, url=url)


def client(address: str, token: str) -> "HfApi":
    from huggingface_hub import HfApi, constants, get_session
    from huggingface_hub.utils.tqdm import disable_progress_bars

    constants.HF_HUB_DISABLE_XET = True
    # Else it reads the variables of this machine and asks the public Hub what they mean, whatever the address.
    constants.HF_HUB_DISABLE_TELEMETRY = True
    disable_progress_bars()
    # Without it the client waits for ever.
    get_session().timeout = PATIENCE
    return HfApi(endpoint=address, token=token)


def bring(api: "HfApi", repository: str, branch: str, parcel: Parcel, say: Say) -> str:
    """Makes the branch hold exactly the parcel, in one commit, and looks whether it does. The commit's id."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    there = tree(api, repository, branch)
    head = head_of(api, repository, branch)
    if ATTRIBUTES not in there or there[ATTRIBUTES].blob_id != git_sum(LARGE_FILES):
        # First, since it decides what is a large file.
        add = CommitOperationAdd(ATTRIBUTES, LARGE_FILES)
        said = api.create_commit(
            repository, [add], commit_message="Tables are large files", repo_type="dataset", revision=branch
        )
        head = said.oid
    wanted = {part.path: part for part in parcel.parts}
    new = [part for part in parcel.parts if part.path not in there or not same(there[part.path], part)]
    gone = [path for path in there if path not in wanted and path != ATTRIBUTES]
    if new or gone:
        say(f"{branch}: {len(new)} files to send, {sum(part.bytes for part in new)} bytes; {len(gone)} to remove")
        said = api.create_commit(
            repository,
            [
                *(CommitOperationDelete(path, is_folder=False) for path in gone),
                *(CommitOperationAdd(part.path, part.file) for part in new),
            ],
            commit_message=f"Candor {parcel.label}",
            repo_type="dataset",
            revision=branch,
            parent_commit=head,
        )
        head = said.oid
    check(tree(api, repository, branch), parcel)
    say(f"{branch}: every file is there, {len(wanted)} in all")
    return head


def forget(api: "HfApi", repository: str, parcel: Parcel, since: datetime, say: Say) -> None:
    """No older commit of main leads to what was taken out, and its bytes are deleted.

    So are the copies that the Hub itself made of older tables for its viewer, which hold the same rows under other
    sums; it makes them anew of what main is now.
    """
    api.super_squash_history(repository, repo_type="dataset", commit_message=f"Candor, after {parcel.label}")
    held = {part.sha256 for part in parcel.parts}
    gone = [
        file
        for file in api.list_lfs_files(repository, repo_type="dataset")
        if file.file_oid not in held and (file.file_oid in parcel.withdrawn or is_old_copy(file, since))
    ]
    if gone:
        api.permanently_delete_lfs_files(repository, gone, rewrite_history=False, repo_type="dataset")
        say(f"{len(gone)} withdrawn files are deleted there")


def is_old_copy(file: "LFSFileInfo", since: datetime) -> bool:
    return (file.ref or "").startswith("refs/convert/") and file.pushed_at < since


def tree(api: "HfApi", repository: str, branch: str) -> dict[str, "RepoFile"]:
    from huggingface_hub import RepoFile

    listed = api.list_repo_tree(repository, recursive=True, revision=branch, repo_type="dataset")
    return {one.path: one for one in listed if isinstance(one, RepoFile)}


def head_of(api: "HfApi", repository: str, branch: str) -> str:
    return str(api.dataset_info(repository, revision=branch).sha)


def same(there: "RepoFile", part: Part) -> bool:
    """Whether the place holds these very bytes."""
    if there.lfs is not None:
        return there.lfs.sha256 == part.sha256 and there.lfs.size == part.bytes
    return there.size == part.bytes and there.blob_id == git_sum(part.file.read_bytes())


def git_sum(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def check(there: dict[str, "RepoFile"], parcel: Parcel) -> None:
    wrong = [part.path for part in parcel.parts if part.path not in there or not same(there[part.path], part)]
    if wrong:
        raise PlaceError(f"Hugging Face holds something else as {wrong[0]} ({len(wrong)} files in all). Push it again.")


@contextmanager
def plain_errors(address: str, repository: str) -> Iterator[None]:
    """The client's errors as one line each."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

    try:
        yield
    except HfHubHTTPError as error:
        raise PlaceError(explained(error.response.status_code, error.server_message or "", repository)) from error
    except HFValidationError as error:
        raise PlaceError(f"HF_REPOSITORY is no name of a repository: {error}") from error
    except (httpx2.HTTPError, OfflineModeIsEnabled) as error:
        raise PlaceError(f"{address} cannot be reached ({type(error).__name__}). Push it again later.") from error
    except RuntimeError as error:  # one of the large files
        cause = error.__cause__
        if isinstance(cause, HfHubHTTPError):
            said = explained(cause.response.status_code, cause.server_message or "", repository)
        else:
            said = f"{error} {type(cause).__name__ if cause else ''} Push it again later."
        raise PlaceError(" ".join(said.split())) from error
    except ValueError as error:
        raise PlaceError(f"Hugging Face did not take it: {' '.join(str(error).split())}") from error


def explained(status: int, said: str, repository: str) -> str:
    said = " ".join(said.split())
    if status == 401:
        return "Hugging Face does not know the token in RELEASES_HF_TOKEN."
    if status == 403:
        return f"The token in RELEASES_HF_TOKEN may not write to {repository}: {said}"
    if status == 412:
        return f"Somebody else has written to {repository} meanwhile. Push it again."
    return f"Hugging Face answered {status}: {said or 'without a word'}. Push it again later."
