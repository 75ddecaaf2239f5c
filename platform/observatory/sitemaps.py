"""What search engines are told there is: the pages everybody may read, in lists of so many.

Of answers there is what the API tells of: those that are closed and in nobody's hands. They stand in the order of their
random names and bear no day: in which order they came, or closed, tells something of who gave them.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse

from probes.choices import CLOSED
from probes.models import LLM, Answer
from probes.selectors import asked_llms
from releases.selectors.listing import Listed, listed

# A list may hold 50,000 addresses; a reader's thread makes so many in a second.
AT_A_TIME = 10_000
RELEASES_AT_MOST = 50_000
PAGES = (
    *("observatory:home", "observatory:about", "observatory:method", "annotations:guideline"),
    *("observatory:models", "observatory:agreement", "observatory:replies", "observatory:corrections"),
    *("prompts:list", "releases:list", "releases:use", "api:docs"),
)


class Pages(Sitemap):  # type: ignore[type-arg]  # what it lists is said by each method
    def items(self) -> Sequence[str]:
        return PAGES

    def location(self, item: str) -> str:
        return reverse(item)


class Releases(Sitemap):  # type: ignore[type-arg]  # what it lists is said by each method
    def items(self) -> Sequence[Listed]:
        return listed(RELEASES_AT_MOST)

    def location(self, item: Listed) -> str:
        return reverse("releases:detail", args=[item.release.version])

    def lastmod(self, item: Listed) -> datetime | None:
        return item.edited_at or item.release.published_at


class Models(Sitemap):  # type: ignore[type-arg]  # what it lists is said by each method
    limit = AT_A_TIME

    def items(self) -> QuerySet[LLM]:
        return asked_llms().order_by("slug")

    def location(self, item: LLM) -> str:
        return reverse("observatory:model", args=[item.slug])


class Answers(Sitemap):  # type: ignore[type-arg]  # what it lists is said by each method
    limit = AT_A_TIME

    def items(self) -> Any:
        closed = Answer.objects.filter(state__in=CLOSED, leased=0, may_publish=True)
        return closed.order_by("public_id").values_list("public_id", flat=True)

    def location(self, item: uuid.UUID) -> str:
        return reverse("observatory:answer", args=[item])


SITEMAPS: dict[str, type[Sitemap]] = {  # type: ignore[type-arg]
    "pages": Pages,
    "releases": Releases,
    "models": Models,
    "answers": Answers,
}
