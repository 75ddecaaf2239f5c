"""`python -B -m candor_verify FOLDER [--key FILE] [--previous FOLDER]`: whether a release is what it says.

Ends with 0 where everything is equal, with 1 where anything differs, and with 2 where there is no release to be read or
the signature that was asked for cannot be checked.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa

from candor_verify.before import check_previous
from candor_verify.claims import check_claims
from candor_verify.findings import CannotRead, Findings, plainly
from candor_verify.folder import Folder, open_folder
from candor_verify.reading import Unreadable
from candor_verify.recomputing import check_figures, check_gold, check_privacy, name_what_is_not_here
from candor_verify.relations import check_relations
from candor_verify.sums import check_signature, check_sums
from candor_verify.tables import check_references, check_tables


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m candor_verify", description="Checks a release of Candor offline.")
    parser.add_argument("folder", type=Path, help="the folder of a release, with manifest.json in it")
    parser.add_argument("--key", type=Path, help="the public key, PEM, to check the manifest’s signature with")
    parser.add_argument("--previous", type=Path, help="the folder of the release before it, to check the delta with")
    parser.add_argument("--json", action="store_true", help="one JSON object in the place of lines")
    told = parser.parse_args(arguments)
    try:
        findings = verify(told.folder, told.key, told.previous)
    except CannotRead as error:
        sys.stderr.write(f"{plainly(str(error))}\n")
        return 2
    sys.stdout.write((as_json(findings) if told.json else "\n".join(findings.lines())) + "\n")
    return 0 if findings.equal else 1


def verify(path: Path, key: Path | None = None, previous: Path | None = None) -> Findings:
    """Everything that can be checked of the release in this folder, and with the one before it of its delta.

    Raises:
        CannotRead: there is none, the key is none, the signature cannot be checked, or a file holds what no check is
            made for.
    """
    folder, findings = open_folder(path), Findings()
    before = open_folder(previous) if previous else None
    try:
        check(folder, key, before, findings)
    except (ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError) as error:
        raise CannotRead(f"{path} cannot be checked: {said(error)}.") from None
    except (Unreadable, pa.ArrowException) as error:
        raise CannotRead(f"{path} cannot be checked: {said(error)}.") from None
    return findings


def check(folder: Folder, key: Path | None, before: Folder | None, findings: Findings) -> None:
    check_sums(folder, findings)
    check_signature(folder, key, findings)
    check_claims(folder, findings)
    sound = check_tables(folder, findings)
    check_references(folder, sound, findings)
    check_relations(folder, sound, findings)
    check_gold(folder, sound, findings)
    check_privacy(folder, sound, findings)
    check_figures(folder, sound, findings)
    if before is not None:
        check_previous(folder, before, sound, findings)
    elif folder.previous is not None:
        findings.unchecked.append(f"delta/ (--previous FOLDER, with {folder.previous}, checks it)")
    name_what_is_not_here(folder, findings)


def said(error: Exception) -> str:
    """An error in one line."""
    where = f"{error.file} " if isinstance(error, Unreadable) else ""
    return f"{where}{' '.join(str(error).split()) or type(error).__name__}"


def as_json(findings: Findings) -> str:
    more = [{"file": file, "column": column, "number": number} for (file, column), number in findings.more.items()]
    return json.dumps(
        {
            "equal": findings.equal,
            "differences": [asdict(one) for one in findings.differences],
            "further_differences": more,
            "checked": findings.checked,
            "not_checked": findings.unchecked,
        },
        indent=1,
    )


if __name__ == "__main__":
    sys.exit(main())
