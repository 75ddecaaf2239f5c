"""Saying openly what was wrong. A correction is never changed and never taken away; a second one may follow it."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import events
from core.errors import Invalid
from observatory.models import Correction
from observatory.rules import TEXT_AT_MOST, TITLE_AT_MOST, check_maintainer, checked_text
from probes.models import LLM
from releases.selectors.published import published


@transaction.atomic
def add_correction(*, by: User, title: str, text: str, llm: LLM | None = None, release: str = "") -> Correction:
    """A correction, public from now on, about a model, a release (its version) or neither.

    Raises:
        Forbidden: not a maintainer.
        Invalid: a part that is missing or too long, or a release that is not published.
    """
    check_maintainer(by)
    title = checked_text("title", title, most=TITLE_AT_MOST)
    text = checked_text("text", text, most=TEXT_AT_MOST)
    if release and not published().filter(version=release).exists():
        raise Invalid(_("This cannot be taken as it is."), {"release": [_("There is no such release.")]})
    made = Correction.objects.create(title=title, text=text, llm=llm, release=release, written_by=by)
    events.record(by=by, verb="correct", of=made)
    return made
