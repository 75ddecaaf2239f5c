"""Who decides about labellers and gold, and what may be kept of the words they give for it."""

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Forbidden, Invalid
from core.texts import storable

REASON_AT_MOST = 300


def check_maintains_labelling(by: User | None) -> None:
    """Raises Forbidden where `by` is a person and no maintainer; nobody is the site itself."""
    if by is not None and not by.is_maintainer:
        raise Forbidden(_("Only maintainers decide about gold answers and about who labels."))


def check_maintains_judges(by: User | None) -> None:
    """Raises Forbidden where `by` is a person and no maintainer; nobody is the site itself."""
    if by is not None and not by.is_maintainer:
        raise Forbidden(_("Only maintainers decide about machine judges."))


def clean_reason(reason: str) -> str:
    """The reason as it is kept, in one line.

    Raises:
        Invalid: there is none, it is too long, or holds what no text may hold.
    """
    words = " ".join(reason.split())
    problem = ""
    if not words:
        problem = _("Say why, so that the person and other maintainers know.")
    elif len(words) > REASON_AT_MOST:
        problem = _("At most %(most)s characters.") % {"most": REASON_AT_MOST}
    elif not storable(words):
        problem = _("It holds a character that no text may hold.")
    if problem:
        raise Invalid(_("The reason cannot be kept as it is."), {"reason": [problem]})
    return words
