"""Who may decide about replies and corrections, and what they have to be."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Forbidden, Invalid
from core.languages import LANGUAGES
from prompts.rules import clean_text

TEXT_AT_MOST = 4000
REASON_AT_MOST = 500
# Of each reply, as its columns hold them.
LENGTHS = {"speaker": 120, "contact": 200, "proof": 500, "text": TEXT_AT_MOST}
TITLE_AT_MOST = 160
# Replies that wait, those of one network counting once: so many strangers would have to act together to close a desk.
WAITING_AT_MOST = 200
WAITING_OF_A_MODEL = 20
# And so many of one network: whoever floods the desk reaches this before anything else, and nobody else does.
WAITING_OF_A_NETWORK = 6
# Decided about together.
TOGETHER_AT_MOST = 200
# Replies one visitor may send within a day.
SENT_A_DAY = 3


def check_maintainer(by: User) -> None:
    """Raises Forbidden where `by` does not maintain the site."""
    if not by.is_maintainer:
        raise Forbidden(_("Only maintainers decide about replies and write corrections."))


def checked_reply(given: Mapping[str, str]) -> dict[str, str]:
    """A reply's parts, cleaned.

    Raises:
        Invalid: with every part that is wrong.
    """
    parts = {name: clean_text(given[name]) for name in (*LENGTHS, "language")}
    wrong = too_long(parts, LENGTHS)
    for name in ("speaker", "contact", "text"):
        if not parts[name]:
            wrong[name] = [_("Missing.")]
    if parts["language"] not in LANGUAGES:
        wrong["language"] = [_("Choose a language from the list.")]
    if parts["proof"] and not is_address(parts["proof"]):
        wrong["proof"] = [_("Write a whole address that starts with https:// or http://.")]
    if wrong:
        raise Invalid(_("The reply cannot be taken as it is."), wrong)
    return parts


def checked_text(name: str, text: str, *, most: int, needed: bool = True) -> str:
    """One text, cleaned. Raises Invalid where it is missing though needed, or longer than `most` characters."""
    text = clean_text(text)
    wrong = too_long({name: text}, {name: most})
    if needed and not text:
        wrong[name] = [_("Missing.")]
    if wrong:
        raise Invalid(_("This cannot be taken as it is."), wrong)
    return text


def too_long(parts: Mapping[str, str], lengths: Mapping[str, int]) -> dict[str, list[str]]:
    said = _("At most %(most)s characters.")
    return {name: [said % {"most": most}] for name, most in lengths.items() if len(parts[name]) > most}


def is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(c.isspace() for c in text)
