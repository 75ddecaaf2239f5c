"""The public pages: the way in, how far people agree, the models, one closed answer, and what it all means."""

import uuid
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from annotations.agreement import LEAST_FAMILIES, majority
from annotations.agreement.gold import gold_needed
from annotations.choices import GUIDELINE, SURE, Scale, Slice, Value
from annotations.models import Agreement, Stale
from annotations.selectors import decision_on, votes
from annotations.selectors.crowd import TOLD_FROM
from annotations.selectors.crowd import crowd as known_crowd
from core.templatetags.candor import percent
from observatory import selectors
from observatory.asked import Asked, asked_in
from observatory.exhibits import exhibits, exhibits_of
from observatory.selectors.slices import FEW
from probes.choices import AnswerState
from probes.models import LLM
from prompts.choices import Status

MODELS_A_PAGE = 50
ANSWERS_A_PAGE = 10
SLICES_A_PAGE = 20


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    today = timezone.now().date()
    example = selectors.example(on=today, language=get_language() or "en")
    number, shown = exhibits_of(on=today, chosen=request.GET.get("q", ""))
    context = {
        "example": example,
        "exhibits": shown,
        "exhibit_number": number,
        "exhibit_sets": range(1, len(exhibits()) + 1),
        "figures": selectors.figures(),
        "overall": selectors.overall(),
        "remarks": selectors.remarks(),
        "env": settings.ENV,
    }
    return render(request, "observatory/home.html", context)


@require_safe
def agreement(request: HttpRequest) -> HttpResponse:
    asked = asked_in(request.GET)
    context = {
        "asked": asked,
        "whole": selectors.whole(),
        "measured_at": selectors.measured_at(),
        "behind": Stale.objects.exists(),
        "sweep": selectors.last_sweep(),
        "remarks": selectors.remarks(),
        "few": FEW,
        "least": LEAST_FAMILIES,
        **(crossed_slices if asked.crossed else one_kind)(request, asked),
    }
    return render(request, "observatory/agreement.html", context)


def one_kind(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    rows = selectors.slices(asked.by, asked.scale, sort=asked.sort)
    page = Paginator(rows, SLICES_A_PAGE).get_page(request.GET.get("page"))
    return {"page": page, "lines": selectors.lines_of(page.object_list)}


def crossed_slices(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    assert asked.crossed
    found = selectors.crossing(asked.by, asked.crossed, asked.scale, show=asked.show)
    page = Paginator(found.pairs, SLICES_A_PAGE).get_page(request.GET.get("page"))
    return {"crossing": found, "page": page, "lines": page.object_list}


@require_safe
def crowd(request: HttpRequest) -> HttpResponse:
    found = known_crowd()
    context = {
        "crowd": found,
        "confusion": selectors.confusion_rows(found) if found else [],
        "calibration": selectors.calibration_rows(found) if found else [],
        "posteriors": selectors.posteriors(found) if found else [],
        "judges": selectors.judges(),
        "env": settings.ENV,
        "gold_needed": gold_needed(SURE),
        "told_from": TOLD_FROM,
        "remarks": selectors.remarks(),
    }
    return render(request, "observatory/crowd.html", context)


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    page = Paginator(selectors.llms(), MODELS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "records": selectors.records(page.object_list), "remarks": selectors.remarks()}
    return render(request, "observatory/models.html", context)


@require_safe
def model(request: HttpRequest, slug: str) -> HttpResponse:
    llm = get_object_or_404(LLM.objects.prefetch_related("endpoints"), slug=slug)
    label = request.GET.get("label", "")
    label = label if label in Value.values else ""
    answers = selectors.answers_of(llm, label=label)
    context = {
        "record": selectors.records([llm])[0],
        "label": label,
        "values": Value.values,
        "page": Paginator(answers, ANSWERS_A_PAGE).get_page(request.GET.get("page")),
        "remarks": selectors.remarks(),
        "replies": selectors.published_replies(llm),
        "corrections": selectors.corrections(llm=llm),
    }
    return render(request, "observatory/model.html", context)


@require_safe
def answer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    found = selectors.closed_answer(public_id)
    if found is None:
        raise Http404("There is no closed answer by that name.")
    probes = selectors.probes_of(found)
    cast = dict(zip(Value.values, votes(answer=found), strict=True))
    context = {
        "answer": found,
        "prompt": found.version.prompt,
        "votes": cast,
        "cast": sum(cast.values()),
        "decision": decision_on(found),
        "value": majority(cast).label if found.state == AnswerState.SETTLED else None,
        "key_points": selectors.key_points_of(found),
        "probes": probes,
        "remarks": list(dict.fromkeys(probe.batch.remark for probe in probes if probe.batch and probe.batch.remark)),
        "listed": found.version.prompt.status == Status.APPROVED,
    }
    return render(request, "observatory/answer.html", context)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "observatory/about.html", {"env": settings.ENV})


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    context = {
        "env": settings.ENV,
        "guideline": GUIDELINE,
        "few": FEW,
        "least": LEAST_FAMILIES,
        "sure": percent(SURE),
        "gold_needed": gold_needed(SURE),
        "command": selectors.command_of(Agreement(slice=Slice.ALL, scale=Scale.LABELS)),
    }
    return render(request, "observatory/method.html", context)
