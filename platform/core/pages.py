"""The steps through a long list: which pages to offer and at which address each lies."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.http import QueryDict


@dataclass(frozen=True)
class Step:
    """One page to go to; number 0 stands for the pages left out in between."""

    number: int
    url: str
    current: bool


def steps(page: Page[Any], query: QueryDict, name: str = "page") -> list[Step]:
    """The first, the last and the neighbouring pages; everything else in the query string is kept."""
    found = []
    for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1):
        if not isinstance(number, int):
            found.append(Step(0, "", False))
            continue
        parameters = query.copy()
        parameters[name] = str(number)
        found.append(Step(number, f"?{parameters.urlencode()}", number == page.number))
    return found
