"""What is in a release, row by row, in the columns of `releases.schema` and sorted by each table's key.

Everything is read through server-side cursors inside the caller's one repeatable-read transaction, so that the tables
fit each other and memory stays flat.
"""

from collections.abc import Callable, Iterator

from releases.rows.answered import answer_rows, probe_rows
from releases.rows.asked import endpoint_rows, key_point_rows, llm_rows, prompt_rows, round_rows
from releases.rows.cut import Cut, Row
from releases.rows.judged import (
    adjudication_rows,
    gold_label_rows,
    judge_rows,
    label_rows,
    labeller_rows,
    rule_rows,
    verdict_rows,
)
from releases.rows.left_out import left_out
from releases.rows.totals import totals

__all__ = ["ROWS", "Cut", "Row", "left_out", "totals"]

# The tables that come from the database; the others are computed from them.
ROWS: dict[str, Callable[[Cut], Iterator[Row]]] = {
    "prompts": prompt_rows,
    "key_points": key_point_rows,
    "llms": llm_rows,
    "endpoints": endpoint_rows,
    "rounds": round_rows,
    "probes": probe_rows,
    "answers": answer_rows,
    "labels": label_rows,
    "adjudications": adjudication_rows,
    "labellers": labeller_rows,
    "gold_labels": gold_label_rows,
    "rules": rule_rows,
    "judges": judge_rows,
    "verdicts": verdict_rows,
}
