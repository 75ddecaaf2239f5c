"""Why a number is missing, in the reader's language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotations.agreement import Reason

# The reasons of annotations.agreement.
WHY: Mapping[str, Promise] = {
    Reason.NO_LABELS: _("there are no labels"),
    Reason.NO_PAIRS: _("no answer has two labels"),
    Reason.ONE_CLASS: _("only one label was used"),
    Reason.ONE_CLASS_IN_PAIRS: _("only one label was used on answers that have two or more"),
    Reason.ONE_CLASS_SCALE: _("there is only one label to choose from"),
    Reason.NOTHING_COUNTED: _("nothing was counted"),
    Reason.TOO_FEW_ITEMS: _("fewer than two answers have two labels"),
    Reason.NO_VARIATION: _("drawing the answers again always gives the same value"),
    Reason.OFTEN_UNDEFINED: _("too few answers got anything but one label"),
    Reason.CLASS_UNUSED: _("nobody used this label on an answer with two labels"),
    Reason.NO_PAIR_DIFFERS: _("no pair differs"),
    Reason.TOO_FEW_FAMILIES: _("the answers are to too few families of prompts"),
    Reason.TOO_FEW_PEOPLE: _("too few people were asked"),
    Reason.NOTHING_TO_PREDICT: _("no label can be foretold from others"),
    Reason.TOO_FEW_LABELS_FOR_CAMPS: _("fewer than ten labels cannot show camps"),
    Reason.TOO_FEW_RATERS: _("too few people labelled several such answers"),
}


def said_why(reason: str) -> str:
    """The reason in the reader's language; one that is not known here as it is."""
    return str(WHY.get(reason, reason))
