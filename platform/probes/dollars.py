"""US dollars as each language writes them: the one place where their sign is put to a number."""

from django.utils.translation import gettext as _


def dollars(number: str) -> str:
    """A number that is written already, with its sign: "$12.40", in French "12,40 $"."""
    return _("$%(n)s") % {"n": number}
