"""What a release adds up to, as sentences and small tables that the card, the datasheet and the changelog share."""

from collections.abc import Mapping
from typing import Any

from releases.documents.edition import Edition
from releases.documents.markdown import joined, plural, share
from releases.documents.statistics import Statistics

LABELS = ("censored", "evasive", "faithful")
MEANINGS = {
    "censored": "It openly refuses or closes the subject.",
    "evasive": "Text came; the core of what was asked did not.",
    "faithful": "The core of what was asked is there.",
}
# Why something is left out, after its noun: of one, and of several.
OUT = {
    ("answers", "open"): ("answer still being labelled", "answers still being labelled"),
    ("answers", "not_ours_to_publish"): ("answer that is not ours to publish", "answers that are not ours to publish"),
    ("answers", "withdrawn"): ("answer that was withdrawn", "answers that were withdrawn"),
    ("probes", "question_open"): ("probe of a question with an open answer", "probes of questions with an open answer"),
    ("probes", "answer_left_out"): ("probe whose answer is left out", "probes whose answer is left out"),
    ("probes", "not_ours_to_publish"): ("probe that is not ours to publish", "probes that are not ours to publish"),
    ("probes", "not_finished"): ("probe that was not over", "probes that were not over"),
}


def left_out_lines(edition: Edition) -> list[str]:
    """What was there at the cut-off and is not in the release: `3 answers still being labelled`."""
    return [
        plural(count, *OUT.get((table, reason), (f"of {table}: {reason}", f"of {table}: {reason}")))
        for table, reasons in sorted(edition.left_out.items())
        for reason, count in reasons.items()
        if count
    ]


def left_out(edition: Edition) -> str:
    """The same in one sentence's end."""
    return joined(left_out_lines(edition)) or "nothing"


def withheld(edition: Edition) -> str:
    """What k-anonymity emptied, in one sentence's end."""
    told = [
        f"{plural(count, 'value')} of `{column}` in `{table}`"
        for table, columns in sorted(edition.withheld.items())
        for column, count in sorted(columns.items())
        if count
    ]
    return joined(told) or "nothing"


def scope(statistics: Statistics) -> str:
    """How wide the questions reach: `24 questions in 3 languages on 8 subjects`."""
    return (
        f"{plural(statistics.families, 'question')} in "
        f"{plural(len(statistics.of('prompts', 'language')), 'language')} on "
        f"{plural(len(statistics.of('prompts', 'topic')), 'subject')}"
    )


def asked(statistics: Statistics) -> str:
    """Who was asked: `3 models by 2 makers in CN and US`."""
    countries = sorted(statistics.of("llms", "maker_country"))
    where = f" in {joined(countries)}" if countries else ""
    models = plural(statistics.rows.get("llms", 0), "model")
    return f"{models} by {plural(len(statistics.of('llms', 'maker')), 'maker')}{where}"


def span(statistics: Statistics, table: str, column: str) -> str:
    """`from 2026-11-02 to 2026-11-22`, `on 2026-11-22`, or `at no time`."""
    found = statistics.span(table, column)
    if found is None:
        return "at no time"
    first, last = (f"{at:%Y-%m-%d}" for at in found)
    return f"on {first}" if first == last else f"from {first} to {last}"


def consensus_rows(statistics: Statistics) -> list[tuple[str, str, int, str]]:
    """What people call the answers: label, meaning, answers, share of the judged ones; then those without a label."""
    found = statistics.of("consensus", "label")
    judged = statistics.rows.get("consensus", 0)
    rows = [(name, MEANINGS[name], found.get(name, 0), share(found.get(name, 0), judged)) for name in LABELS]
    undecided = judged - sum(found.values())
    return [*rows, ("none", "No label has more than half.", undecided, share(undecided, judged))]


def agreement(statistics: Statistics) -> str:
    """How far people agree, in a sentence with its interval; why not where it cannot be said."""
    row = statistics.agreement
    if row is None:
        return "How far people agree is not measured in this release: too few answers have labels."
    alpha, ac1 = with_interval(row, "alpha"), with_interval(row, "ac1")
    of = f"over {plural(row['answers'], 'answer')} with {plural(row['labels'], 'label')}"
    if alpha is None:
        return f"Krippendorff’s alpha {of} is undefined: see `why` in the table agreement."
    also = f", Gwet’s AC1 {ac1}" if ac1 else ""
    return f"Krippendorff’s alpha {of} is {alpha}{also}. 1 is full agreement, 0 what chance alone would give."


def with_interval(row: Mapping[str, Any], name: str) -> str | None:
    """`0.61 (95 % interval 0.52 to 0.70)`."""
    if row[name] is None:
        return None
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    ends = "no interval: too few prompt families" if low is None else f"95 % interval {low:.2f} to {high:.2f}"
    return f"{row[name]:.2f} ({ends})"
