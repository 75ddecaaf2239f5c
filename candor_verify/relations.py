"""Whether tables that tell of the same thing tell the same of it: probes and answers, prompts and key points.

That what a row names is there at all is another question (`tables.check_references`).
"""

from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from candor_verify.answers import NONE, STATES, Answers, looked_up, read_answers, there, whole
from candor_verify.findings import Findings, shown
from candor_verify.folder import Folder
from candor_verify.reading import batches, rows
from candor_verify.states import check_counts, check_states

DELIVERED: Final = "delivered"
# What all texts of one prompt, and all prompts of one family, have in common.
OF_PROMPT: Final = ("family", "language", "status", "key_points_id", "approved_on")
OF_FAMILY: Final = ("family_title", "topic", "kind", "act", "state", "twin", "starter")
OWNED: Final = ("key_points_id", "prompt_id")
# The states of answers that a reviewer decides about, and that a machine judge's verdict is told of; and those that an
# answer may have afterwards, in an edition that took labels of it out.
DISPUTED: Final = ("contested", "unjudgeable")
JUDGED: Final = ("settled", "contested")
AFTERWARDS: Final = ("settled", "contested", "thinned")

Numbers = npt.NDArray[np.int64]


def check_relations(folder: Folder, sound: set[str], findings: Findings) -> None:
    """Each of these checks, where its tables can be read."""
    answers = cache(lambda: read_answers(folder))
    for what, tables, check in (
        ("how many labels answers and people have", {"labellers"}, check_counts),
        ("the states of answers", {"rules"}, check_states),
        ("answers beside prompts, probes and key points", {"prompts", "key_points", "probes"}, check_answers),
        ("what decisions and verdicts are about", {"adjudications", "verdicts"}, check_disputes),
    ):
        if findings.can_check(what, {"answers", "labels", *tables}, sound):
            check(folder, answers(), findings)
    if findings.can_check("prompts and key points beside each other", {"prompts", "key_points"}, sound):
        check_prompts(folder, findings)


def check_prompts(folder: Folder, findings: Findings) -> None:
    """Rows of one prompt, of one family, of one topic and of one set of key points are at one."""
    check_alike(folder, "prompts", "prompt_id", OF_PROMPT, findings)
    check_alike(folder, "prompts", "family", OF_FAMILY, findings)
    check_alike(folder, "prompts", "topic", ("topic_name",), findings)
    check_alike(folder, "key_points", "key_points_id", ("prompt_id", "set_number"), findings)
    owner = {points: prompt for _, (points, prompt) in rows(folder, folder.tables["key_points"], OWNED)}
    for place, (prompt, points) in rows(folder, folder.tables["prompts"], ("prompt_id", "key_points_id")):
        if owner.get(points, prompt) != prompt:
            what = f"{points} are the key points of prompt {owner[points]}, not of {prompt}"
            findings.differs(place.file, what, row=place.row, column="key_points_id")
    findings.checked.append("texts of one prompt, prompts of one family and key points of one set are at one")


def check_alike(folder: Folder, table: str, key: str, columns: tuple[str, ...], findings: Findings) -> None:
    """Rows that share a key share these values. Prompts are few: they fit in memory."""
    first: dict[Any, list[Any]] = {}
    for place, (said, *values) in rows(folder, folder.tables[table], (key, *columns)):
        for name, value, other in zip(columns, values, first.setdefault(said, values), strict=True):
            if value != other:
                what = f"says {shown(value)}; another row of {key} {shown(said)} says {shown(other)}"
                findings.differs(place.file, what, row=place.row, column=name)


def check_answers(folder: Folder, answers: Answers, findings: Findings) -> None:
    """Answers beside what was asked, what brought them, and what people were shown with them."""
    check_languages(folder, findings)
    check_probes(folder, answers, findings)
    check_key_points(folder, answers, findings)
    findings.checked.append("answers beside prompts, probes and the key points people were shown")


def check_languages(folder: Folder, findings: Findings) -> None:
    columns = ("version_id", "language")
    spoken = {version: language for _, (version, language) in rows(folder, folder.tables["prompts"], columns)}
    for place, (version, language) in rows(folder, folder.tables["answers"], columns):
        if spoken.get(version, language) != language:
            what = f"says {shown(language)}; the prompt is in {shown(spoken[version])}"
            findings.differs(place.file, what, row=place.row, column="language")


def check_probes(folder: Folder, answers: Answers, findings: Findings) -> None:
    """What was delivered has an answer, nothing else has, and it is one to what was asked."""
    for path, before, batch in batches(folder, "probes", ("version_id", "delivery", "answer_id")):
        delivery, named = batch.column("delivery").to_pylist(), there(batch.column("answer_id"))
        delivered = np.array([one == DELIVERED for one in delivery], dtype=np.bool_)
        for row in np.flatnonzero(delivered != named).tolist():
            what = f"{'has an answer' if named[row] else 'has no answer'}, and its delivery is {shown(delivery[row])}"
            findings.differs(path, what, row=before + row + 1, column="answer_id")
        at, version = answers.ids.places(batch.column("answer_id").to_pylist()), whole(batch.column("version_id"))
        for row in np.flatnonzero((at >= 0) & (answers.version[at] != version)).tolist():
            what = f"says {version[row]}; its answer is one to {answers.version[at[row]]}"
            findings.differs(path, what, row=before + row + 1, column="version_id")


def check_key_points(folder: Folder, answers: Answers, findings: Findings) -> None:
    """The key points that came with a label are those of the answer's prompt."""
    prompts = pairs(folder, "prompts", "version_id", "prompt_id")
    owners = pairs(folder, "key_points", "key_points_id", "prompt_id")
    asked = looked_up(answers.version, *prompts)
    for path, before, batch in batches(folder, "labels", ("answer_id", "key_points_id")):
        at, points = answers.ids.places(batch.column("answer_id").to_pylist()), whole(batch.column("key_points_id"))
        owner = looked_up(points, *owners)
        for row in np.flatnonzero((at >= 0) & (owner >= 0) & (owner != asked[at])).tolist():
            what = f"{points[row]} are the key points of prompt {owner[row]}, not of {asked[at[row]]}"
            findings.differs(path, what, row=before + row + 1, column="key_points_id")


def pairs(folder: Folder, table: str, key: str, value: str) -> tuple[Numbers, Numbers]:
    """Two columns of whole numbers, the first ascending."""
    keys, values = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for _, _, batch in batches(folder, table, (key, value)):
        keys.append(whole(batch.column(key)))
        values.append(whole(batch.column(value)))
    said, beside = np.concatenate(keys), np.concatenate(values)
    order = np.argsort(said, kind="stable")
    return said[order], beside[order]


def check_disputes(folder: Folder, answers: Answers, findings: Findings) -> None:
    """Reviewers decide what is disputed; verdicts are told of what people judged."""
    for table, states in (("adjudications", DISPUTED), ("verdicts", JUDGED)):
        may = {STATES.index(one) for one in (*states, *(AFTERWARDS if folder.withdrawn else ()))}
        for path, before, batch in batches(folder, table, ("answer_id",)):
            at = answers.ids.places(batch.column("answer_id").to_pylist())
            state = answers.state[at].tolist()
            for row in range(batch.num_rows):
                if state[row] != NONE and state[row] not in may:
                    what = f"is about an answer that is {STATES[state[row]]}; {table} has {' and '.join(states)} ones"
                    findings.differs(path, what, row=before + row + 1, column="answer_id")
    findings.checked.append("decisions are about disputed answers, verdicts about judged ones")
