"""What may stand in an address for a name."""


class Name:
    """A slug, a version, a token: letters, digits, dots, dashes and underscores of ASCII, as all names of ours are.

    Django's own <str:> would pass a NUL on to the database, which refuses it; its <slug:> knows no dots, as in qwen2.5.
    """

    regex = r"[-.0-9A-Z_a-z]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
