"""Filters that several lists have in common, made for where the rows of each find their prompt, answer or model.

Who gave an answer is asked of `public_probes` alone: a filter finds nobody whom the row itself would not name.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from annotations.choices import Value
from api.parameters import LANGUAGE, OneOf, Parameter, SlugOf, Text, Whole
from probes.choices import CLOSED
from probes.models import LLM
from probes.selectors import public_probes
from prompts.choices import Kind
from prompts.models import PromptVersion, Topic

STATES = tuple(str(state) for state in CLOSED)
A_STATE = Text(2, "[A-Z]{2}", "Use two capital letters, such as CN or US.")


@dataclass(frozen=True)
class Maker:
    """A maker by its name as /models/ shows it."""

    def __call__(self, text: str) -> str:
        if not LLM.objects.filter(maker=text).exists():
            raise ValueError(_("There is none of that name. %(place)s lists them.") % {"place": "/api/v1/models/"})
        return text

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}


@dataclass(frozen=True)
class Share:
    """A share from 0 to 1."""

    def __call__(self, text: str) -> float:
        if not re.fullmatch(r"0(\.[0-9]{1,6})?|1(\.0{1,6})?", text):
            raise ValueError(_("Use a number from 0 to 1, such as 0.75."))
        return float(text)

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": 0, "maximum": 1, "multipleOf": 0.000001}


MODEL = SlugOf(LLM, "/api/v1/models/")


def same(name: str, meaning: str, read: Any, lookup: str, example: str = "", *, deprecated: bool = False) -> Parameter:
    """A filter on one column of the rows."""

    def narrow(rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return rows.filter(**{lookup: value})

    return Parameter(name, meaning, read, narrow, example=example, deprecated=deprecated)


def of_prompt(prompt: str, rows: str) -> tuple[Parameter, ...]:
    """By what is asked. `prompt` is the lookup from a row to its prompt, by way of its version."""

    def of_this(found: QuerySet[Any], prompt_id: int) -> QuerySet[Any]:
        # Its versions are looked up first. Left to itself, PostgreSQL would look through all rows in order for a page
        # of a prompt that has no answers.
        versions = PromptVersion.objects.filter(prompt=prompt_id).values_list("pk", flat=True)
        return found.filter(**{f"{prompt.removesuffix('__prompt')}__in": list(versions)})

    return (
        same("language", f"Only {rows} to prompts in this language.", LANGUAGE, f"{prompt}__language", "en"),
        same(
            "topic",
            f"Only {rows} to prompts under this topic.",
            SlugOf(Topic, "/api/v1/topics/"),
            f"{prompt}__family__topic__slug",
        ),
        same("kind", f"Only {rows} to prompts of this kind.", OneOf(tuple(Kind.values)), f"{prompt}__family__kind"),
        same(
            "concerns",
            f"Only {rows} to prompts that concern this state (ISO 3166-1).",
            A_STATE,
            f"{prompt}__family__state",
        ),
        Parameter("prompt", f"Only {rows} to this prompt.", Whole(1, 2**53 - 1), of_this),
    )


def of_giver(answer: str, rows: str) -> tuple[Parameter, Parameter]:
    """By who is known to have given the answer. `answer` is the lookup from a row to its answer's key."""

    def given(found: QuerySet[Any], **by: Any) -> QuerySet[Any]:
        return found.filter(Exists(public_probes().filter(answer=OuterRef(answer), **by)))

    return (
        Parameter(
            "model",
            f"Only {rows} that this model is known to have given.",
            MODEL,
            lambda found, slug: given(found, endpoint__llm__slug=slug),
        ),
        Parameter(
            "maker",
            f"Only {rows} that a model of this maker is known to have given.",
            Maker(),
            lambda found, maker: given(found, endpoint__llm__maker=maker),
        ),
    )


def of_verdict(answer: str, rows: str) -> tuple[Parameter, Parameter]:
    """By what the labels of the answer add up to, once that is counted. `answer` leads to it: "" or "answer__"."""

    def counted(found: QuerySet[Any], **by: Any) -> QuerySet[Any]:
        return found.filter(**{f"{answer}stale": None}, **{f"{answer}consensus__{name}": by[name] for name in by})

    return (
        Parameter(
            "label",
            f"Only {rows} that more than half call so.",
            OneOf(tuple(Value.values)),
            lambda found, value: counted(found, value=value),
        ),
        Parameter(
            "agreement",
            f"Only {rows} of whose labels at least this share say the same, 0 to 1.",
            Share(),
            lambda found, share: counted(found, share__gte=share),
        ),
    )
