"""What people write beside a decision: reasons, notes, remarks. Kept as written, or refused in a sentence."""

from django.utils.translation import gettext as _

from core.errors import Invalid
from core.texts import storable

REASON_AT_MOST = 1000
REMARK_AT_MOST = 2000


def written(text: str, *, field: str, most: int = REASON_AT_MOST, missing: str = "") -> str:
    """The text without space at its ends, its line breaks made one kind.

    Args:
        field: the name of the form's field, for the error.
        missing: the sentence where nothing readable was written; "" where that is fine.

    Raises:
        Invalid: nothing was written, too much was, or a character that no text may hold.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    problem = ""
    if not storable(text):
        problem = _("It holds a character that no text may hold.")
    elif len(text) > most:
        problem = _("At most %(most)s characters.") % {"most": most}
    elif missing and not any(character.isalnum() for character in text):
        problem = missing
    if problem:
        raise Invalid(_("This text cannot be taken as it is."), {field: [problem]})
    return text
