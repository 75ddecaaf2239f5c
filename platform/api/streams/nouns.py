"""The long lists, as PostgreSQL writes their rows. Each says what its serializer says, in the same order."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, F, FilteredRelation, IntegerField, OuterRef, Q, Value, When

from annotations.choices import LabelStatus
from annotations.choices import Value as Verdict
from annotations.selectors.disputes import DISPUTED
from api.answers import AnswerRow
from api.consensus import AnswerConsensus
from api.labels import LabelRow
from api.prompt_shapes import PromptRow
from api.streams.expressions import DayOf, Digits, JsonList, JsonObject, JsonOfArray, Moment, OrNull, Plain
from api.streams.kinds import Streamed
from api.streams.made import Inner, Made, Members, Noun
from api.streams.making import Rows
from api.streams.shown import Shown
from probes.choices import AnswerState
from probes.selectors import public_probes

if TYPE_CHECKING:
    from api.base import ApiView


def there(condition: Q) -> Case:
    """Something where a condition holds, else null."""
    return Case(When(condition, then=Value(1)), output_field=IntegerField())


def with_decision(answer: str) -> FilteredRelation:
    """`stands`: the current decision on the answer, made since it was closed. Whether it is disputed is not asked."""
    path = f"{answer}adjudications"
    made_since = {f"{path}__created_at__gte": F(f"{answer}closed_at")}
    return FilteredRelation(path, condition=Q(**{f"{path}__status": LabelStatus.CURRENT}, **made_since))


def is_decided(answer: str) -> Q:
    return Q(**{f"{answer}state__in": DISPUTED, "stands__isnull": False})


def chances(path: str, *, rounded: bool) -> Inner:
    """A number for each verdict out of an array in their order."""
    places: Mapping[str, Any] = {
        str(verdict): Digits(F(f"{path}__{place}")) if rounded else F(f"{path}__{place}")
        for place, verdict in enumerate(Verdict)
    }
    return Inner(places, F(path))


def consensus_of(consensus: str, answer: str) -> Members:
    state = Case(
        When(is_decided(answer), then=Value("adjudicated")), default=F(f"{answer}state"), output_field=CharField()
    )
    return {
        "state": Plain(state),
        "censored": F(f"{consensus}censored"),
        "evasive": F(f"{consensus}evasive"),
        "faithful": F(f"{consensus}faithful"),
        "value": Plain(OrNull(F(f"{consensus}value"))),
        "share": F(f"{consensus}share"),
        "dispersion": F(f"{consensus}dispersion"),
        "posterior": chances(f"{consensus}posterior", rounded=True),
        "confidence": Digits(F(f"{consensus}confidence")),
        "bridged": chances(f"{consensus}bridged", rounded=False),
    }


def asked(version: str) -> Members:
    family = f"{version}__prompt__family"
    return {
        "id": F(f"{version}__prompt_id"),
        "version": F(f"{version}__number"),
        "language": Plain(F(f"{version}__prompt__language")),
        "text": F(f"{version}__text"),
        "family": F(f"{family}__slug"),
        "topic": F(f"{family}__topic__slug"),
        "kind": Plain(F(f"{family}__kind")),
        "state": Plain(F(f"{family}__state")),
    }


def givers() -> JsonList:
    given = JsonObject(
        {
            "model": F("endpoint__llm__slug"),
            "endpoint": F("endpoint__slug"),
            "delivery": Plain(F("delivery")),
            "round": F("round__number"),
            "sample": F("sample"),
            "asked_at": Moment(F("asked_at")),
            "collected_by": F("batch__source"),
            "licence": F("batch__licence"),
            "remark": F("batch__remark"),
        }
    )
    told = public_probes().filter(answer=OuterRef("pk"))
    told = told.order_by("endpoint__slug", "round__number", "sample", "pk")
    return JsonList(told.annotate(one=given).values("one"))


def answers() -> Noun:
    known = Q(consensus__isnull=False, stale__isnull=True) & ~Q(state=AnswerState.UNJUDGEABLE)
    return Noun(
        {
            "id": F("public_id"),
            "prompt": Inner(asked("version")),
            "text": F("text"),
            "escaped": F("escaped"),
            "sha256": Plain(F("sha256")),
            "state": Plain(F("state")),
            "closed_on": DayOf(F("closed_at")),
            "consensus": Inner(consensus_of("consensus__", ""), there(known)),
            "adjudication": Inner(
                {
                    "decision": Plain(F("stands__decision")),
                    "reason": F("stands__reason"),
                    "rule": F("stands__rule"),
                    "guideline": F("stands__guideline"),
                    "on": DayOf(F("stands__created_at")),
                },
                there(is_decided("")),
            ),
            "givers_known": F("givers_known"),
            "given_by": givers(),
        },
        lambda rows: rows.annotate(stands=with_decision("")),
    )


def consensus() -> Noun:
    return Noun(
        {
            "answer": F("answer__public_id"),
            "prompt": F("answer__version__prompt_id"),
            "language": Plain(F("answer__language")),
            "closed_on": DayOf(F("answer__closed_at")),
            **consensus_of("", "answer__"),
        },
        lambda rows: rows.annotate(stands=with_decision("answer__")),
    )


def labels() -> Noun:
    return Noun(
        {
            "id": Plain(F("name")),
            "answer": F("answer__public_id"),
            "prompt": F("answer__version__prompt_id"),
            "language": Plain(F("answer__language")),
            "value": Plain(F("value")),
            "facets": JsonOfArray(F("facets")),
            "key_points": F("key_points_id"),
            "guideline": Plain(F("guideline")),
            "on": DayOf(F("created_at")),
        }
    )


def prompts() -> Noun:
    return Noun(
        {
            "id": F("pk"),
            "language": Plain(F("language")),
            "version": F("current__number"),
            "text": F("current__text"),
            "family": F("family__slug"),
            "topic": F("family__topic__slug"),
            "kind": Plain(F("family__kind")),
            "act": Plain(F("family__act")),
            "state": Plain(F("family__state")),
        }
    )


NOUNS: Mapping[type[Any], Noun] = {
    AnswerRow: answers(),
    AnswerConsensus: consensus(),
    LabelRow: labels(),
    PromptRow: prompts(),
}


def rows_for(view: "ApiView", kind: type[Streamed]) -> Rows:
    """Who makes the rows of this list."""
    noun = NOUNS.get(view.get_serializer_class())
    return Shown(view, kind) if noun is None else Made(view, kind, noun)
