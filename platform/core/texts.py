"""What a text has to be before it is put to the database."""


def storable(text: str) -> bool:
    """Whether PostgreSQL can keep this text: it refuses NUL and half a surrogate pair."""
    try:
        # UTF-8 has no form for half a pair; asking the codec is a hundred times faster than looking at each character.
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text
