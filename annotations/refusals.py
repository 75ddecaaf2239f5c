"""Why a verdict is not taken, in the same words whatever card it is on: a check is told from no other card by them."""

from django.utils.translation import gettext as _

from core.errors import Conflict, Forbidden, Gone, NotFound, TooMany


class NoMore(TooMany):
    """A limit that no waiting lifts: a page that is refused this does not try again."""

    code = "no_more"
    permanent = True


def unknown() -> NotFound:
    return NotFound(_("There is no such assignment."))


def not_theirs() -> Forbidden:
    return Forbidden(_("This answer was given to somebody else."))


def in_quarantine() -> Forbidden:
    return Forbidden(_("Your labels are being looked at, so none can be given or changed just now."))


def judged_already() -> Conflict:
    return Conflict(_("You have judged this answer already. Undo that first."))


def key_used() -> Conflict:
    return Conflict(_("This key came with another verdict before. Use a new one for each."))


def public_now() -> Conflict:
    return Conflict(_("This answer has all its labels and is public now, so yours stays as it is."))


def taken_back_already() -> Conflict:
    return Conflict(_("This has been taken back already."))


def said_anew() -> Conflict:
    return Conflict(_("You have judged this answer anew since, and that verdict stands."))


def corrected_often(most: int) -> NoMore:
    return NoMore(
        _("You have changed what you said of this answer %(most)s times. What you said last stands.") % {"most": most}
    )


def place_taken() -> Conflict:
    return Conflict(_("Somebody else has been given this answer in the meantime, so it stays as it is."))


def nothing_to_undo() -> NotFound:
    return NotFound(_("There is nothing to undo."))


def too_late() -> Gone:
    return Gone(_("This answer was with you for too long and went to somebody else. Thank you for reading it."))


def withdrawn() -> Gone:
    return Gone(_("This answer has been withdrawn since. Thank you for reading it."))


def withdrawn_since() -> Gone:
    return Gone(_("This answer has been withdrawn since, so there is nothing to change."))


def closed() -> Gone:
    return Gone(_("This answer has been closed since, so it wants no more labels. Thank you for reading it."))


def held_back() -> Gone:
    return Gone(_("This answer was reported, and is put aside until a reviewer has looked. Thank you for reading it."))


def given_back() -> Gone:
    return Gone(_("This answer was taken out of your hands in the meantime. Thank you for reading it."))
