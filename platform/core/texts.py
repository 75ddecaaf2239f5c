"""What a text has to be before it is put to the database."""


def storable(text: str) -> bool:
    """Whether PostgreSQL can keep this text: it refuses NUL and half a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
