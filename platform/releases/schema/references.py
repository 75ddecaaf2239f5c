"""Which columns name rows of another table. Pure Python: the documents, the checker and the tests read it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """`columns` of one table hold the values of `target_columns` of a row of `target`, or nothing."""

    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


def to(column: str, target: str, target_column: str = "") -> Reference:
    return Reference((column,), target, (target_column or column,))


ANSWER = to("answer_id", "answers")
VERSION = to("version_id", "prompts")
MODEL = to("llm", "llms")
JUDGE = ("judge", "judge_version")

# A key_points_id names a set; key_points has a row for each point of it. A prompt_id is that of all its texts.
REFERENCES: dict[str, tuple[Reference, ...]] = {
    "prompts": (to("translates", "prompts", "version_id"), to("key_points_id", "key_points")),
    "key_points": (to("prompt_id", "prompts"),),
    "endpoints": (MODEL,),
    "probes": (VERSION, to("endpoint", "endpoints"), to("round", "rounds"), ANSWER),
    "answers": (VERSION,),
    "labels": (ANSWER, to("labeller", "labellers"), to("key_points_id", "key_points")),
    "adjudications": (ANSWER,),
    "verdicts": (ANSWER, Reference(JUDGE, "judges", JUDGE)),
    "consensus": (ANSWER,),
    "rates": (MODEL,),
    "comparisons": (MODEL,),
}
