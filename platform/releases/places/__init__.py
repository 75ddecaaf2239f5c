"""Places a release is copied to. One module each, which speaks that place's language and knows no Django.

Each has `push(parcel, …) -> Sent`, which may be called again after it broke off and goes on where it was, and raises
PlaceError with one line for the maintainer. No token is ever part of a message.
"""

from releases.places.parcel import Parcel, Part, PlaceError, Sent

__all__ = ["Parcel", "Part", "PlaceError", "Sent"]
