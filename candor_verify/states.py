"""Whether the state of each answer is one that its labels allow.

When an answer was settled was decided live, by a fit to labels that were open then. That fit is not here. But whatever
it said, what is settled has a lead, what is contested has all its labels, and three who could not judge an answer make
it unjudgeable: see the library's `stopping`. What the fit of the release itself would say is counted, and told.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from candor_verify.answers import STATES, Answers, places_of, whole
from candor_verify.findings import Findings, shown
from candor_verify.folder import MANIFEST, Folder
from candor_verify.numbers import CANNOT_JUDGE_AT_MOST, CLASSES, LEAD, LEAD_WHEN_SURE, SPLIT_SHOWS_AT, State, stands
from candor_verify.reading import batches, rows

SETTLED, CONTESTED, UNJUDGEABLE, THINNED = range(len(STATES))
# No setting of a site: part of format 2, like the leads.
SURE: Final = 0.95
COLUMNS: Final = ("labels_at_least", "labels_at_most", "sure")

Truths = npt.NDArray[np.bool_]


def check_counts(folder: Folder, answers: Answers, findings: Findings) -> None:
    """What else follows from the labels: how many an answer has, and how many a person gave."""
    for path, before, batch in batches(folder, "answers", ("answer_id", "labels")):
        said, at = whole(batch.column("labels")), answers.ids.places(batch.column("answer_id").to_pylist())
        for row in np.flatnonzero(said != answers.counted[at]).tolist():
            what = f"says {said[row]}; labels has {answers.counted[at[row]]}"
            findings.differs(path, what, row=before + row + 1, column="labels")
    of_person: Counter[str] = Counter()
    for _, _, batch in batches(folder, "labels", ("labeller",)):
        of_person.update(batch.column("labeller").drop_null().to_pylist())
    for place, (person, number) in rows(folder, folder.tables["labellers"], ("labeller", "labels")):
        if number != of_person[person]:
            what = f"says {number}; labels has {of_person[person]}"
            findings.differs(place.file, what, row=place.row, column="labels")
    findings.checked.append("labels of each answer and of each labeller counted again")


def check_states(folder: Folder, answers: Answers, findings: Findings) -> None:
    """Settled, contested, unjudgeable, thinned: what must hold of each, by its counted labels and `rules`."""
    check_rules(folder, findings)
    if (found := rules_of(folder)) is None:
        return
    at_least, at_most, _ = found
    rule = (
        f"it takes {at_least} labels or more, and a lead of {min(LEAD_WHEN_SURE, at_least)}, from {SPLIT_SHOWS_AT} on "
        f"of {min(LEAD, at_least)}",
        f"it takes {at_most} labels",
        f"it takes {CANNOT_JUDGE_AT_MOST} people who could not judge it",
        "labels that are left and decide it no more",
    )
    for path, before, batch in batches(folder, "answers", ("answer_id", "state", "cannot_judge")):
        votes = answers.votes[answers.ids.places(batch.column("answer_id").to_pylist())]
        state, passes = places_of(batch.column("state"), STATES), whole(batch.column("cannot_judge"))
        may = allowed(votes, passes, at_least=at_least, at_most=at_most)
        for row in np.flatnonzero((state >= 0) & ~may[np.arange(len(state)), state]).tolist():
            counts = ", ".join(f"{number} {name}" for name, number in zip(CLASSES, votes[row].tolist(), strict=True))
            what = f"says {STATES[state[row]]}, of {counts}, {passes[row]} could not judge; {rule[state[row]]}"
            findings.differs(path, what, row=before + row + 1, column="state")
        if not folder.withdrawn:
            for row in np.flatnonzero(state == THINNED).tolist():
                what = f"says thinned, which is left of labels that were taken out; {MANIFEST} says that none were"
                findings.differs(path, what, row=before + row + 1, column="state")
    findings.checked.append("the state of each answer is one that its counted labels and the row of rules allow")
    findings.unchecked.append(
        f"labels_at_least {at_least} and labels_at_most {at_most} of rules: what the site was set to; no answer here "
        "says otherwise"
    )


class Rules(NamedTuple):
    """The row of rules; see the library's `stopping`."""

    at_least: int
    at_most: int
    sure: float


def rules_of(folder: Folder) -> Rules | None:
    """None where the table has no row that can be followed."""
    found = list(rows(folder, folder.tables["rules"], COLUMNS))
    if len(found) != 1:
        return None
    said = Rules(*found[0][1])
    return said if None not in said and 1 <= said.at_least <= said.at_most else None


def check_rules(folder: Folder, findings: Findings) -> None:
    """One row, with a range, and as sure as any release."""
    found = list(rows(folder, folder.tables["rules"], COLUMNS))
    if len(found) != 1:
        findings.differs("data/rules/", f"has {len(found)} rows; every release has one")
    for place, (at_least, at_most, sure) in found:
        if sure != SURE:
            what = f"says {shown(sure)}; an answer of any release is settled from {SURE} on"
            findings.differs(place.file, what, row=place.row, column="sure")
        if at_least is None or at_most is None or not 1 <= at_least <= at_most:
            what = f"from {shown(at_least)} to {shown(at_most)} labels is no range"
            findings.differs(place.file, what, row=place.row, column="labels_at_least")


def allowed(votes: npt.NDArray[np.int64], passes: npt.NDArray[np.int64], *, at_least: int, at_most: int) -> Truths:
    """Which of STATES each answer may have, shape (answers, 4).

    votes: counted labels by class, shape (answers, 3). passes: how many people could not judge it.
    """
    labels = votes.sum(axis=1)
    ordered = np.sort(votes, axis=1)
    lead = np.where(2 * ordered[:, -1] > labels, ordered[:, -1] - ordered[:, -2], 0)
    needed = np.minimum(np.where(labels < SPLIT_SHOWS_AT, LEAD_WHEN_SURE, LEAD), at_least)
    judged, enough = passes < CANNOT_JUDGE_AT_MOST, labels >= at_least
    # Whoever takes labels out of a release decides by the votes alone what is left.
    undecided = ~enough | ((lead < min(LEAD, at_least)) & (labels < at_most))
    return np.stack(
        [judged & enough & (lead >= needed), judged & (labels >= at_most), ~judged, judged & undecided], axis=1
    )


def standings(consensus: Iterator[dict[str, Any]], rules: Rules | None, findings: Findings) -> Iterator[dict[str, Any]]:
    """The same rows; and once they were all there, how many answers the fit of this release would leave otherwise."""
    met: Counter[str] = Counter()
    otherwise: Counter[str] = Counter()
    for row in consensus:
        met[row["state"]] += 1
        otherwise[row["state"]] += rules is not None and row["state"] != standing(row, rules)
        yield row
    findings.unchecked.append(
        f"when exactly an answer was settled: that was decided live, by a fit to labels of open answers too, which is "
        f"not here. By the fit of this release alone, {otherwise['settled']} of {met['settled']} settled answers would "
        f"not be settled, and {otherwise['contested']} of {met['contested']} contested ones would be"
    )


def standing(row: dict[str, Any], rules: Rules) -> str:
    """The state that a row of consensus has by its own votes, posterior and confidence."""
    votes = [row[name] for name in CLASSES]
    posterior = [row[f"posterior_{name}"] for name in CLASSES]
    found = stands(votes, posterior, row["confidence"], **rules._asdict())
    return STATES[SETTLED] if found == State.ENOUGH else STATES[CONTESTED] if found == State.CONTESTED else str(found)
