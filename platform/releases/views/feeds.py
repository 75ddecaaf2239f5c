"""The newest releases as Atom."""

from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.feeds import Atom
from core.templatetags.candor import count
from releases.selectors.listing import Listed, listed

IN_THE_FEED = 50


class ReleasesFeed(Feed):  # type: ignore[type-arg]  # what it is about is nothing but the site
    """One entry a release; it changes when an edition takes something out."""

    feed_type = Atom
    title = gettext_lazy("Candor: releases")
    subtitle = gettext_lazy("Releases of an open record of what language models say, dodge and refuse to say.")

    def link(self) -> str:
        return reverse("releases:list")

    def items(self) -> list[Listed]:
        return listed(IN_THE_FEED)

    def item_title(self, item: Any) -> str:
        return _("Release %(version)s") % {"version": item.label}

    def item_description(self, item: Any) -> str:
        tables = item.counts.get("tables", {})
        said = {"answers": count(tables.get("answers")), "labels": count(tables.get("labels"))}
        text = _("Answers: %(answers)s. Labels: %(labels)s.") % said
        return text + (" " + _("Editions since: %(times)s.") % {"times": item.edition} if item.edition else "")

    def item_link(self, item: Any) -> str:
        return reverse("releases:detail", args=[item.release.version])

    def item_pubdate(self, item: Any) -> datetime | None:
        return item.release.published_at  # type: ignore[no-any-return]

    def item_updateddate(self, item: Any) -> datetime:
        return item.edited_at or item.release.published_at  # type: ignore[no-any-return]
