"""Which field of the API is which column of a release, for whoever joins the two.

Where a name is the same in both, it is not told here. A test holds that nothing is missing, on either side.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Beside:
    """A table of a release and the list of the API that has its rows.

    `renamed` leads from a column to the field it is there, with dots into objects; `files_alone` and `api_alone` name
    what only one of the two has.
    """

    noun: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    files_alone: tuple[str, ...] = ()
    api_alone: tuple[str, ...] = ()


VALUES = ("censored", "evasive", "faithful")
BESIDE: Mapping[str, Beside] = {
    "prompts": Beside(
        "prompts",
        {"prompt_id": "id"},
        files_alone=(
            *("version_id", "family_title", "current", "status", "translates", "key_points_id", "topic_name", "twin"),
            *("starter", "written_on", "approved_on"),
        ),
    ),
    "llms": Beside("models", {"llm": "slug"}, api_alone=("endpoints",)),
    "endpoints": Beside(
        "endpoints",
        {"endpoint": "slug", "llm": "model"},
        files_alone=("host", "served_name", "timeout_s"),
        api_alone=("maker", "status"),
    ),
    "rounds": Beside("rounds", {"round": "number"}),
    "probes": Beside(
        "probes",
        {"probe_id": "id", "answer_id": "answer", "import_source": "collected_by", "import_licence": "licence"},
        files_alone=(
            "version_id",
            "reasoning",
            "attempts",
            "request",
            "usage",
            "pieces",
            "fingerprint",
            "import_remark",
        ),
        api_alone=("prompt", "version", "language", "model"),
    ),
    "answers": Beside(
        "answers",
        {"answer_id": "id", "language": "prompt.language"},
        files_alone=("version_id", "labels", "cannot_judge"),
        api_alone=("prompt", "consensus", "adjudication", "givers_known", "given_by"),
    ),
    "labels": Beside(
        "labels",
        {"label_id": "id", "answer_id": "answer", "label": "value", "key_points_id": "key_points", "given_on": "on"},
        files_alone=("labeller", "counted"),
        api_alone=("prompt", "language"),
    ),
    "adjudications": Beside(
        "answers",
        {"answer_id": "id", "decided_on": "adjudication.on"}
        | {name: f"adjudication.{name}" for name in ("decision", "rule", "guideline")},
        api_alone=("adjudication.reason",),
    ),
    "consensus": Beside(
        "consensus",
        {"answer_id": "answer", "label": "value"} | {f"posterior_{value}": f"posterior.{value}" for value in VALUES},
        api_alone=("prompt", "language", "closed_on", "bridged"),
    ),
    "rates": Beside(
        "rates",
        {"llm": "model"},
        api_alone=("method", "judge", "judged", "weight", "computed_at", "recompute"),
    ),
    "comparisons": Beside(
        "comparisons", {"llm": "model"}, files_alone=("why",), api_alone=("computed_at", "recompute")
    ),
    "agreement": Beside(
        "agreement",
        {
            f"{name}{suffix}": f"{name}.{inner}"
            for name in ("alpha", "ac1", "percent")
            for suffix, inner in (("", "value"), ("_low", "low"), ("_high", "high"))
        }
        | {f"specific_{value}": "specific" for value in (*VALUES, "suppressed")}
        | dict.fromkeys((*VALUES, "suppressed"), "marginals")
        | {"why": "alpha.why"},
        files_alone=("replicates", "seed"),
        api_alone=("with_slice", "with_key", "ac1.why", "percent.why", "computed_at", "recompute", "url"),
    ),
}
