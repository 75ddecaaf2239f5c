"""The shares that the cards which check their reader are mixed in with."""

from annotations.models import DeckSettings


def deck_settings() -> DeckSettings:
    """What maintainers set for the deck; the defaults until they have."""
    return DeckSettings.objects.first() or DeckSettings()
