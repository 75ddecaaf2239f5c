"""The guideline, for anybody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from annotations.choices import GUIDELINE


@require_GET
def guideline(request: HttpRequest) -> HttpResponse:
    """The whole guideline, for anybody."""
    return render(request, "annotations/guideline.html", {"guideline": GUIDELINE})
