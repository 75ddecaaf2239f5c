"""The app, and what it tells the apps below it."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from probes.models import Endpoint


class WorkersConfig(AppConfig):
    name = "workers"

    def ready(self) -> None:
        """Tells the app below what calls cost, which is known here."""
        from probes.selectors import budgets  # models are there only now

        budgets.priced_by(most_of_a_call)


def most_of_a_call(endpoint: "Endpoint", text: str) -> Decimal | None:
    """What is put aside before a call, in US dollars; None where it has no price or cannot be written."""
    # Loaded when first asked: most processes of the site never write a call.
    from workers.desks import Desk

    try:
        price = Desk(endpoint).price
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return None if price is None else price.of(text)
