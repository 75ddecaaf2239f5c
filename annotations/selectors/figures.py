"""The labels that figures are made of, slice by slice."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from annotations.choices import LabelStatus, Slice, Value
from annotations.models import Label
from probes.choices import AnswerState
from probes.models import LLM, Answer
from probes.selectors import public_probes
from prompts.choices import Kind
from prompts.models import Topic

SUPPRESSED = "suppressed"


def closed_labels() -> QuerySet[Label]:
    """The labels that figures are made of: current, on answers that are settled or contested, no harm controls."""
    return Label.objects.filter(
        status=LabelStatus.CURRENT, answer__state__in=[AnswerState.SETTLED, AnswerState.CONTESTED]
    ).exclude(answer__version__prompt__family__kind=Kind.HARM_CONTROL)


def slices_of(answers: Iterable[int]) -> list[tuple[Slice, str]]:
    """Every slice whose figures change with these answers, which were closed or opened again.

    The models' slices hold finished questions only (`public_probes`), so they are named when a question is finished or
    stops being so, and then those of all its answers at once: neither the figures nor when they were last measured tell
    one answer's model. While another answer is open, closing one changes no model's slice, and none is named. An answer
    that was opened again and is still in this queue does not count as another, so that the models lose what they had.

    A new answer to a finished question is no change of labels and comes with no call of this. The models' figures then
    stay as they were measured, of answers that were public at the time, until their slices are next measured; from then
    on the question is out, and back in with all its models when its last answer is closed. Nor is it a change of labels
    when the open answers of a withdrawn prompt are withdrawn: its closed ones come in when a slice is next measured.
    """
    pks = list(answers)
    within = Answer.objects.filter(pk__in=pks)
    others = Answer.objects.filter(version=OuterRef("version"), state=AnswerState.OPEN, stale=None)
    moved = within.filter(~Exists(others.exclude(pk__in=pks))).values("version")
    topics = Topic.objects.filter(families__prompts__versions__answers__in=within).distinct()
    llms = LLM.objects.filter(endpoints__probes__answer__version__in=moved).distinct()
    languages = within.values_list("language", flat=True).distinct()
    return [
        (Slice.ALL, ""),
        (Slice.SUPPRESSED, ""),
        *((Slice.MODEL, slug) for slug in llms.values_list("slug", flat=True)),
        *((Slice.TOPIC, slug) for slug in topics.values_list("slug", flat=True)),
        *((Slice.LANGUAGE, code) for code in languages),
    ]


def labels_of_slice(kind: Slice, key: str) -> tuple[list[int], list[str]]:
    """The answers' ids and the labels' values of a slice, one pair a label.

    An answer that two probes of one model brought counts once in that model's slice, and not before it is public that
    it is the model's.
    """
    labels = closed_labels()
    if kind == Slice.MODEL:
        brought = public_probes().filter(endpoint__llm__slug=key, answer__isnull=False)
        labels = labels.filter(answer__in=brought.values("answer"))
    elif kind == Slice.TOPIC:
        labels = labels.filter(answer__version__prompt__family__topic__slug=key)
    elif kind == Slice.LANGUAGE:
        labels = labels.filter(answer__language=key)
    rows = list(labels.order_by("answer_id", "pk").values_list("answer_id", "value"))
    values = [value for _, value in rows]
    if kind == Slice.SUPPRESSED:
        values = [value if value == Value.FAITHFUL else SUPPRESSED for value in values]
    return [answer for answer, _ in rows], values


def classes_of(kind: Slice) -> list[str]:
    """The labels a slice is measured over, in the order of its marginals."""
    return [SUPPRESSED, str(Value.FAITHFUL)] if kind == Slice.SUPPRESSED else list(Value.values)
