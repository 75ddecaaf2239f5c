"""Who may change models, endpoints and rounds."""

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Forbidden


def check_maintainer(by: User | None) -> None:
    """The system itself (None) may; so may maintainers."""
    if by is not None and not by.is_maintainer:
        raise Forbidden(_("Only maintainers change models, endpoints and rounds."))
