"""What the tables of a release are, whatever its manifest says of them: their names, keys, columns and references.

A manifest is a claim like any other: it is compared with this. The words are those of format 2; other tables, columns
or references make another format. It is written out here, since a checker that lies in a release has nothing else.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """`columns` hold the values of `target_columns` of a row of `table`, or nothing."""

    columns: tuple[str, ...]
    table: str
    target_columns: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    nullable: bool


@dataclass(frozen=True)
class Shape:
    """One table. `key`: the columns that are unique together, and that the rows are sorted by."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    references: tuple[Reference, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


def shape(name: str, key: str, columns: str, *references: Reference) -> Shape:
    """`columns` as `name:type`, with a question mark where a value may be missing."""
    found = ((*said.removesuffix("?").partition(":"), said.endswith("?")) for said in columns.split())
    return Shape(name, tuple(key.split()), tuple(Column(name, kind, may) for name, _, kind, may in found), references)


def to(columns: str, table: str, target_columns: str = "") -> Reference:
    return Reference(tuple(columns.split()), table, tuple((target_columns or columns).split()))


SHAPES: tuple[Shape, ...] = (
    shape(
        "prompts",
        "version_id",
        "version_id:integer prompt_id:integer family:string family_title:string language:string version:integer "
        "text:string current:boolean status:string translates:integer? key_points_id:integer? topic:string "
        "topic_name:string kind:string act:string state:string? twin:string? starter:boolean written_on:date "
        "approved_on:date?",
        to("translates", "prompts", "version_id"),
        to("key_points_id", "key_points"),
    ),
    shape(
        "key_points",
        "key_points_id order",
        "key_points_id:integer order:integer prompt_id:integer set_number:integer text:string essential:boolean "
        "source:string url:string?",
        to("prompt_id", "prompts"),
    ),
    shape(
        "llms",
        "llm",
        "llm:string name:string maker:string maker_country:string open_weights:boolean url:string? remark:string?",
    ),
    shape(
        "endpoints",
        "endpoint",
        "endpoint:string llm:string kind:string protocol:string host:string? served_name:string? timeout_s:integer",
        to("llm", "llms"),
    ),
    shape(
        "rounds",
        "round",
        "round:integer name:string status:string samples:integer opened_at:timestamp closed_at:timestamp?",
    ),
    shape(
        "probes",
        "probe_id",
        "probe_id:integer version_id:integer endpoint:string round:integer? sample:integer delivery:string "
        "answer_id:string? rule:string? quarantined:boolean partial_text:string? reasoning:string? "
        "finish_reason:string? http_status:integer? latency_ms:integer? attempts:integer request:json usage:json "
        "pieces:json served_by:string? served_model:string? fingerprint:string? asked_at:timestamp? "
        "finished_at:timestamp import_source:string? import_licence:string? import_remark:string?",
        to("version_id", "prompts"),
        to("endpoint", "endpoints"),
        to("round", "rounds"),
        to("answer_id", "answers"),
    ),
    shape(
        "answers",
        "answer_id",
        "answer_id:string version_id:integer language:string text:string escaped:boolean sha256:string "
        "state:string labels:integer cannot_judge:integer closed_on:date",
        to("version_id", "prompts"),
    ),
    shape(
        "labels",
        "answer_id label_id",
        "label_id:string answer_id:string labeller:string? label:string counted:boolean facets:strings "
        "key_points_id:integer? guideline:string given_on:date",
        to("answer_id", "answers"),
        to("labeller", "labellers"),
        to("key_points_id", "key_points"),
    ),
    shape(
        "adjudications",
        "answer_id",
        "answer_id:string decision:string rule:string? guideline:string decided_on:date",
        to("answer_id", "answers"),
    ),
    shape(
        "labellers",
        "labeller",
        "labeller:string labels:integer languages:strings?",
    ),
    shape(
        "gold_labels",
        "gold_id labeller",
        "gold_id:string labeller:string label:string right:string right_too:strings",
    ),
    shape(
        "rules",
        "rules",
        "rules:integer labels_at_least:integer labels_at_most:integer sure:number",
    ),
    shape(
        "judges",
        "judge judge_version",
        "judge:string judge_version:integer model:string maker:string served_name:string? guideline:string "
        "instructions_sha256:string tested_on:date? canaries:json",
    ),
    shape(
        "verdicts",
        "answer_id judge judge_version",
        "answer_id:string judge:string judge_version:integer label:string? given_on:date",
        to("answer_id", "answers"),
        to("judge judge_version", "judges"),
    ),
    shape(
        "consensus",
        "answer_id",
        "answer_id:string state:string censored:integer evasive:integer faithful:integer label:string? "
        "share:number? dispersion:number? posterior_censored:number? posterior_evasive:number? "
        "posterior_faithful:number? confidence:number?",
        to("answer_id", "answers"),
    ),
    shape(
        "agreement",
        "slice key scale",
        "slice:string key:string scale:string answers:integer labels:integer families:integer censored:integer? "
        "evasive:integer? suppressed:integer? faithful:integer alpha:number? alpha_low:number? alpha_high:number? "
        "ac1:number? ac1_low:number? ac1_high:number? percent:number? percent_low:number? percent_high:number? "
        "specific_censored:number? specific_evasive:number? specific_suppressed:number? specific_faithful:number? "
        "why:json replicates:integer seed:integer",
    ),
    shape(
        "rates",
        "llm layer kind language",
        "llm:string layer:string kind:string language:string part:integer whole:integer families:integer "
        "share:number? low:number? high:number? why:string?",
        to("llm", "llms"),
    ),
    shape(
        "comparisons",
        "llm compared a b",
        "llm:string compared:string a:string b:string pairs:integer both:integer only_a:integer only_b:integer "
        "neither:integer difference:number? low:number? high:number? p:number? why:string?",
        to("llm", "llms"),
    ),
    shape(
        "crowd",
        "crowd",
        "crowd:integer answers:integer labels:integer people:integer strength:number? strengths:json "
        "prior_censored:number? prior_evasive:number? prior_faithful:number? censored_called_censored:number? "
        "censored_called_evasive:number? censored_called_faithful:number? evasive_called_censored:number? "
        "evasive_called_evasive:number? evasive_called_faithful:number? faithful_called_censored:number? "
        "faithful_called_evasive:number? faithful_called_faithful:number? calibration:json measured:json "
        "seed:integer",
    ),
)
