"""The program that checks a release, as it is copied into it: `verify/candor_verify`, and the library it computes with.

What is copied is the very code that computed the figures, so the folder stands alone: `PYTHONPATH=verify python -B
-m candor_verify .` needs numpy and pyarrow and nothing of ours. It is copied and never imported here.
"""

from importlib.util import find_spec
from pathlib import Path

from releases.files.sealed import Written, write_file

MEDIA_TYPE = "text/x-python; charset=utf-8"
# Each package, and where it lies in a release.
COPIED = {
    "candor_verify": "verify/candor_verify",
    "annotations.agreement": "verify/candor_verify/agreement",
}


def sources() -> dict[str, bytes]:
    """The files of the program by their path in a release, sorted."""
    found = {path: content for name, place in COPIED.items() for path, content in python_files(name, place)}
    return dict(sorted(found.items()))


def python_files(package: str, place: str) -> list[tuple[str, bytes]]:
    spec = find_spec(package)
    assert spec is not None and spec.origin is not None, f"{package} is not installed"
    folder = Path(spec.origin).parent
    return [(f"{place}/{path.relative_to(folder).as_posix()}", path.read_bytes()) for path in folder.rglob("*.py")]


def write_verifier(folder: Path) -> list[Written]:
    return [write_file(folder, path, content, MEDIA_TYPE) for path, content in sources().items()]
