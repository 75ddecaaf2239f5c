"""Atom feeds that say the same as long as nothing is new: Django's own gives an empty one the time of each request."""

from datetime import UTC, datetime

from django.utils.feedgenerator import Atom1Feed

# When there was nothing yet.
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class Atom(Atom1Feed):
    def latest_post_date(self) -> datetime:
        return super().latest_post_date() if self.items else BEGINNING
