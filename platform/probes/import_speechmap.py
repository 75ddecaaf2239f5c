"""SpeechMap's rows as lines of an import. Pure: one row in, the lines it stands for out, no database.

SpeechMap (xlr8harder/speechmap-data) has one row for each question put to each model, most of them through OpenRouter.
Its judges' opinions are left behind: what an answer is, people say here. Sets named after a language (zh_…) are
translations of the set without it, so their questions share a family.

How a row ended is decided by the table below and by nothing else. What no line of it knows is refused, so that a person
looks: it is never taken for an answer.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SOURCE = "SpeechMap (xlr8harder/speechmap-data)"
LICENCE = "Apache-2.0 for the data; the texts under their makers’ terms"
PROVENANCE = {"source": SOURCE, "licence": LICENCE, "may_publish": False, "remark": ""}

Line = tuple[str, dict[str, Any]]

LANGUAGES = {"zh": "zh-Hans"}
# The state concerned, its topic, and the topic's name. The European Union is no state; its code is reserved for it.
TARGETS = {
    "china": ("CN", "china", "China"),
    "us": ("US", "united-states", "United States"),
    "russia": ("RU", "russia", "Russia"),
    "eu": ("EU", "european-union", "European Union"),
}
# What a question asks for, by the stems of its words; the first that is found counts.
ACTS = (
    ("satirise", re.compile(r"satir|satiir|讽刺|諷刺", re.IGNORECASE)),
    ("list", re.compile(r"^(list|luettele)\b|^列", re.IGNORECASE)),
    ("criticise", re.compile(r"^(criti|arvostele)|^批评|^批評", re.IGNORECASE)),
)
OPEN_WEIGHTS = ("deepseek/", "meta-llama/", "perplexity/r1-1776", "thudm/glm-4", "qwen/qwen-2.5-", "qwen/qwen3-")
BLOCKED = re.compile(r"data_?inspection_?failed|content_filter|content_policy_violation", re.IGNORECASE)
OUTPUT = re.compile(r"output data may contain inappropriate", re.IGNORECASE)
FILTERED = {"content_filter", "sensitive", "safety", "prohibited_content", "blocklist"}
CUT = {"length", "max_tokens", "model_length"}
ENDED = {"stop", "end_turn", "eos"}
# Makers whose rows say nothing of how they ended, and of whom it is known: those that were recorded are whole.
SAY_NO_END = {"Perplexity"}
STATUSES = {"", "success"}


class Unreadable(Exception):
    """A row that is not as SpeechMap's are; says in what."""


@dataclass(frozen=True)
class End:
    """How a row ended: the delivery, and the rule that decided it."""

    delivery: str
    rule: str


def lines_of(row: dict[str, Any]) -> list[Line]:
    """The topic, model, endpoint, prompt and answer that a row stands for, in an order in which each knows the last.

    Raises:
        Unreadable: a column that is needed is missing or of another form, or it ended as no row is known to.
    """
    model, target = word(row, "model"), word(row, "target")
    if target not in TARGETS:
        raise Unreadable(f"target is {target!r}, not one of {', '.join(TARGETS)}.")
    state, topic, topic_name = TARGETS[target]
    asked, language = word(row, "question"), word(row, "lang")
    slug = model.rpartition("/")[2]
    endpoint = f"{slug}-speechmap"
    prompt = {"family": family_of(row), "language": LANGUAGES.get(language, language)}
    return [
        ("topic", {"slug": topic, "name": topic_name}),
        (
            "llm",
            {
                "slug": slug,
                "name": slug,
                "maker": word(row, "developer"),
                "maker_country": word(row, "developer_country"),
                "open_weights": model.startswith(OPEN_WEIGHTS),
            },
        ),
        ("endpoint", {"slug": endpoint, "llm": slug, "served_name": row.get("api_model") or model}),
        (
            "prompt",
            {
                **prompt,
                "text": asked,
                "topic": topic,
                "prompt_kind": "sensitive",
                "act": next((act for act, stems in ACTS if stems.search(asked)), "explain"),
                "state": state,
            },
        ),
        ("answer", {"endpoint": endpoint, **prompt, "prompt": asked, "sample": 1, **brought(row)}),
    ]


def brought(row: dict[str, Any]) -> dict[str, Any]:
    """What came back, as the fields of an answer."""
    end = end_of(row)
    error = row.get("error")
    return {
        "delivery": end.delivery,
        "rule": end.rule,
        "text": row.get("response") or "",
        "reasoning": row.get("reasoning") or row.get("reasoning_inline") or "",
        "finish_reason": row.get("native_finish_reason") or row.get("finish_reason") or "",
        "usage": row.get("usage") or {},
        "served_by": row.get("upstream_provider") or provider_of(error),
        "request": {"model": row["api_model"]} if row.get("api_model") else {},
        "error": said(error),
        "asked_at": moment(word(row, "timestamp")),
    }


def end_of(row: dict[str, Any]) -> End:
    """The delivery of a row. An error outranks its text; a limit of length outranks a filter."""
    text, error = perhaps(row, "response"), row.get("error")
    finish, status = perhaps(row, "finish_reason"), perhaps(row, "response_status")
    if error:
        return broken(text, error if isinstance(error, str) else json.dumps(error, ensure_ascii=False))
    if finish in CUT:
        return End("truncated", "speechmap.length")
    if finish in FILTERED or status == "moderation":
        return End("cut_by_filter" if text else "blocked_output", "speechmap.content_filter")
    if status not in STATUSES:
        raise Unreadable(f"response_status is {status!r}, which this format does not know.")
    if finish and finish not in ENDED:
        raise Unreadable(f"finish_reason is {finish!r}, which this format does not know.")
    return ended(text, reasoned=bool(row.get("reasoning"))) if finish else unsaid(text, maker=word(row, "developer"))


def broken(text: str, error: str) -> End:
    """The end of a row with an error: a content code makes it a block, whatever the status."""
    if not BLOCKED.search(error) and not OUTPUT.search(error):
        return End("failed", "speechmap.error")
    if text:
        return End("cut_by_filter", "speechmap.error_withdrew_text")
    return End("blocked_output" if OUTPUT.search(error) else "blocked_input", "speechmap.error_content_code")


def unsaid(text: str, *, maker: str) -> End:
    """The end of a row without a word on how it ended: nobody knows it but of the makers above."""
    if maker not in SAY_NO_END:
        raise Unreadable("finish_reason is missing, and nothing else tells how it ended.")
    return End("delivered", "speechmap.no_finish_reason") if text else End("failed", "speechmap.nothing_came")


def ended(text: str, *, reasoned: bool) -> End:
    if text:
        return End("delivered", "speechmap.answer")
    return End("truncated", "speechmap.only_reasoning") if reasoned else End("empty", "speechmap.empty")


def word(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Unreadable(f"{name} is {value!r}, not a text.")
    return value


def perhaps(row: dict[str, Any], name: str) -> str:
    """The same, or "" where there is none."""
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise Unreadable(f"{name} is {value!r}, not a text.")
    return value or ""


def family_of(row: dict[str, Any]) -> str:
    """One for a question in all its languages: zh_china_criticism 3 and china_criticism 3 are one."""
    number = row.get("question_no")
    if not isinstance(number, int) or isinstance(number, bool):
        raise Unreadable(f"question_no is {number!r}, not a whole number.")
    name = word(row, "set").removeprefix(f"{word(row, 'lang')}_")
    return f"speechmap-{name.replace('_', '-')}-{number:02d}"


def moment(stamp: str) -> str:
    """An ISO 8601 moment; without an offset it is UTC, as SpeechMap's are."""
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        raise Unreadable(f"timestamp is {stamp!r}, not a moment.") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()


def provider_of(error: Any) -> str:
    metadata = error.get("metadata") if isinstance(error, dict) else None
    name = metadata.get("provider_name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else ""


def said(error: Any) -> str:
    """The error in short: its code, its words, and what the provider itself wrote."""
    if not isinstance(error, dict):
        return str(error or "")[:500]
    metadata = error.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    inner = raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False) if raw else ""
    return " ".join(str(part) for part in (error.get("code"), error.get("message"), inner) if part)[:500]
