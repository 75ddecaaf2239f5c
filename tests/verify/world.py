"""A release that has every kind of figure, made by hand and without a database, and forgeries of it."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from annotations.agreement.stopping import State, decide
from releases.documents import Edition, describe, write_documents
from releases.figures import compute_figures
from releases.files.sealed import Written
from releases.files.signing import sign
from releases.schema import TABLES
from releases.tables.spool import Spool
from releases.tables.writing import write_tables
from tests.releases.spools import freeze, renumbered

Row = dict[str, Any]
DAY = date(2026, 11, 2)
CLASSES = ("censored", "evasive", "faithful")
PEOPLE = 9
FAMILIES = 14
RULES = {"labels_at_least": 3, "labels_at_most": 7, "sure": 0.95}


def name(noun: str, number: int) -> str:
    return sha256(f"{noun} {number}".encode()).hexdigest()[:16]


def closed(said: list[int]) -> tuple[str, list[int]]:
    """The state of an answer that is given these labels one by one, by votes alone, and those that it took."""
    for number in range(1, len(said) + 1):
        votes = [said[:number].count(k) for k in range(3)]
        found = decide(votes, None, None, **{name.removeprefix("labels_"): value for name, value in RULES.items()})
        if found.state != State.MORE:
            return ("settled" if found.state == State.ENOUGH else "contested"), said[:number]
    raise AssertionError("With as many labels as there may be, nothing is open.")


def rows() -> dict[str, list[Row]]:
    """Fourteen families in two languages and a harm control, two models, nine people, 62 gold answers."""
    rng = np.random.default_rng(6)
    prompts, answers, probes, labels = [], [], [], []
    for family in range(FAMILIES + 1):
        twin = 7 <= family < FAMILIES
        kind = "harm_control" if family == FAMILIES else "twin" if twin else "sensitive"
        for place, language in enumerate(("en", "fr")):
            version = 2 * family + place + 1
            prompts.append({
                "version_id": version, "prompt_id": version, "family": f"family-{family:02}", "language": language,
                "topic": ("history", "law")[family % 2], "kind": kind, "state": "" if kind == "harm_control" else "IN",
                "twin": f"family-{family - 7:02}" if twin else None, "key_points_id": version,
            } | ({"state": "FR"} if twin else {}))  # fmt: skip
            for model in range(2):
                for sample in (1, 2):
                    number = len(answers)
                    text = f"=Answer {number}, said so.\n"
                    answers.append(answer := {
                        "answer_id": f"{number:08x}-0000-4000-8000-000000000000", "version_id": version,
                        "language": language, "text": text, "sha256": sha256(text.encode()).hexdigest(),
                        "cannot_judge": 0,
                    })  # fmt: skip
                    truth = int(rng.integers(0, 3))
                    # One answer in six splits people.
                    said = [truth if rng.random() < (0.4 if number % 6 == 5 else 0.85) else int(rng.integers(0, 3))
                            for _ in range(RULES["labels_at_most"])]  # fmt: skip
                    state, said = closed(said)
                    people = rng.choice(PEOPLE, len(said) + 1, replace=False).tolist()
                    for order, (person, value) in enumerate(zip(people, [*said, truth], strict=True)):
                        labels.append({
                            "label_id": name("label", len(labels)), "answer_id": answer["answer_id"],
                            "labeller": name("person", person) if person else None, "label": CLASSES[value],
                            "guideline": "0.9" if number % 5 == 0 else "1.0", "counted": order < len(said),
                            "key_points_id": version,
                        })  # fmt: skip
                    answer |= {"state": state, "labels": len(said)}
                    probe = {"version_id": version, "endpoint": f"endpoint-{model}", "round": 1, "sample": sample}
                    probes.append(probe | {"delivery": "delivered", "answer_id": answer["answer_id"]})
            blocked = {"version_id": version, "endpoint": "endpoint-1", "round": 1, "sample": 3}
            probes.append(blocked | {"delivery": "blocked_output", "answer_id": None})
    answers[-1] |= {"state": "unjudgeable", "cannot_judge": 3}
    gold = []
    for number in range(62):
        right = number % 3
        for person in rng.choice(np.arange(1, PEOPLE), 7, replace=False).tolist():
            value = right if rng.random() < 0.97 else int(rng.integers(0, 3))
            gold.append({
                "gold_id": name("gold", number), "labeller": name("person", person), "label": CLASSES[value],
                "right": CLASSES[right], "right_too": ["evasive"] if number == 0 else [],
            })  # fmt: skip
    given = [label["labeller"] for label in labels]
    disputed = next(answer["answer_id"] for answer in answers if answer["state"] == "contested")
    return renumbered({
        "prompts": prompts,
        "key_points": [
            {"key_points_id": one["version_id"], "order": 1, "prompt_id": one["prompt_id"]} for one in prompts
        ],
        "llms": [
            {"llm": f"model-{n}", "maker": "'Elle' & fils", "maker_country": ("FR", "IN")[n]} for n in range(2)
        ],
        "endpoints": [{"endpoint": f"endpoint-{n}", "llm": f"model-{n}"} for n in range(2)],
        "rounds": [{"round": 1}],
        "probes": probes,
        "answers": answers,
        "labels": labels,
        "labellers": [
            {"labeller": name("person", n), "labels": given.count(name("person", n)),
             "languages": ["en", "fr"] if n < 6 else None}
            for n in range(1, PEOPLE)
        ],
        "adjudications": [{"answer_id": disputed, "decision": "unjudgeable"}],
        "gold_labels": gold,
        "rules": [{"rules": 1, **RULES}],
        "judges": [{"judge": "judge", "judge_version": 1}],
        "verdicts": [{"answer_id": answers[0]["answer_id"], "judge": "judge", "judge_version": 1, "label": "evasive"}],
    })  # fmt: skip


def write(spool: Spool, folder: Path, **more: Any) -> Path:
    """The files of a release, from its tables as they are: figures are not computed here. `more`: of Edition."""
    tables: list[Written] = write_tables(spool, folder)
    shutil.rmtree(folder.with_name(f"{folder.name}.finished"))
    said = {
        "version": "2026.11.0",
        "number": 0,
        "cutoff": datetime(2026, 11, 20, tzinfo=UTC),
        "left_out": {"answers": {"open": 2}},
        "withheld": {"labellers": {"languages": 3}},
        "withdrawn": (),
    }
    edition = Edition(**said | more, files=tables, statistics=describe(spool))  # type: ignore[arg-type]
    write_documents(edition, folder, spool)
    sign(folder)
    return folder


def make(folder: Path) -> Path:
    """The release under `folder`, with the tables it was made of beside it."""
    return write(freeze(folder.with_name(f"{folder.name}.spool"), rows()), folder)


def forge(folder: Path, table: str, change: Callable[[list[Row]], Any], *, afresh: bool = False, **more: Any) -> Path:
    """The same release made anew, all sums right, after `change` had its way with the rows of one table; the figures
    too are what follows then, where `afresh`.
    """
    spool = Spool(folder.with_name("forged.spool"))
    shutil.copytree(folder.with_name(f"{folder.name}.spool"), spool.folder)
    bend(spool, table, change)
    if afresh:
        compute_figures(spool, afresh=True)
    return write(spool, folder.with_name("forged"), **more)


def bend(spool: Spool, table: str, change: Callable[[list[Row]], Any]) -> None:
    shape = next(one for one in TABLES if one.name == table)
    found = [dict(zip(shape.names, row, strict=True)) for row in spool.rows(table)]
    change(found)
    spool.write(table, [tuple(row[column] for column in shape.names) for row in found])


def resum(folder: Path, path: str) -> None:
    """Puts the sum of a file that was changed into the manifest and SHA256SUMS, as a forger would."""
    content = (folder / path).read_bytes()
    manifest = json.loads((folder / "manifest.json").read_text())
    for file in manifest["files"]:
        if file["path"] == path:
            file |= {"sha256": sha256(content).hexdigest(), "bytes": len(content)}
    overwrite(folder / "manifest.json", json.dumps(manifest).encode())
    sums = (folder / "SHA256SUMS").read_text().splitlines()
    for number, line in enumerate(sums):
        if line[66:] in {path, "manifest.json"}:
            sums[number] = f"{sha256((folder / line[66:]).read_bytes()).hexdigest()}  {line[66:]}"
    overwrite(folder / "SHA256SUMS", ("\n".join(sums) + "\n").encode())


def overwrite(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)
