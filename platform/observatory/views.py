"""The public pages: the way in, how far people agree, the models, one closed answer, and what it all means."""

import uuid

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from annotations.agreement import majority
from annotations.choices import GUIDELINE, Slice, Value
from annotations.models import Stale
from annotations.selectors import decision_on, votes
from observatory import selectors
from observatory.exhibits import exhibits, exhibits_of
from observatory.selectors.slices import FEW
from probes.choices import AnswerState
from probes.models import LLM
from prompts.choices import Status

MODELS_A_PAGE = 50
ANSWERS_A_PAGE = 10


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
    groups, computed_at = selectors.groups()
    context = {
        "groups": groups,
        "all": selectors.line_for(Slice.ALL, groups),
        "suppressed": selectors.line_for(Slice.SUPPRESSED, groups),
        "computed_at": computed_at,
        "behind": Stale.objects.exists(),
        "remarks": selectors.remarks(),
        "few": FEW,
        "small": any(line.few for group in groups for line in group.lines),
    }
    return render(request, "observatory/agreement.html", context)


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
    context = {"env": settings.ENV, "guideline": GUIDELINE, "few": FEW}
    return render(request, "observatory/method.html", context)
