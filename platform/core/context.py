"""What every page shows, whoever reads it: the theme, the way round the site, where the reader is. No query is made."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.contact import contact_link

THEMES = {"auto": _("Auto"), "light": _("Light"), "dark": _("Dark")}


@dataclass(frozen=True)
class Place:
    """One entry of the menu: `to` is a URL name, `current` the value of aria-current ("" elsewhere)."""

    to: str
    word: str | Promise
    current: str


# The URL name, its word, and the names under which a page counts as lying in it.
EVERYBODY = (
    ("prompts:list", _("Prompts"), ("prompts:",)),
    ("observatory:models", _("Models"), ("observatory:model",)),
    ("observatory:agreement", _("Agreement"), ("observatory:agreement",)),
    ("releases:list", _("Data"), ("releases:", "api:docs")),
    ("observatory:about", _("About"), ("observatory:about", "observatory:method")),
)
REVIEWERS = ("prompts:review", _("Review"), ("prompts:review",))
MAINTAINERS = ("probes:endpoints", _("Endpoints"), ("probes:", "workers:"))


def place(entry: tuple[str, str | Promise, tuple[str, ...]], here: str) -> Place:
    to, word, inside = entry
    current = "page" if here == to else "true" if here.startswith(inside) else ""
    return Place(to, word, current)


def site(request: HttpRequest) -> dict[str, Any]:
    """The context processor. It gives `frame` (allauth already means something else by `site`) with .theme .themes .nav
    .review .endpoints, .contact (an address to follow) and .here, this address, to come back to.
    """
    match = request.resolver_match
    here = match.view_name if match else ""
    theme = request.COOKIES.get("theme", "auto")
    review = place(REVIEWERS, here)
    nav = [place(entry, here) for entry in EVERYBODY]
    if review.current:  # reviewing lies under prompts/, but is a place of its own
        nav[0] = Place(nav[0].to, nav[0].word, "")
    return {
        "frame": {
            "theme": theme if theme in THEMES else "auto",
            "themes": THEMES.items(),
            "nav": nav,
            "review": review,
            "endpoints": place(MAINTAINERS, here),
            "contact": contact_link(),
            "here": request.get_full_path(),
        }
    }
