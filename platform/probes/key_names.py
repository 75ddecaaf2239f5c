"""Which files of the folder of keys may hold a model's key: one pattern for the rules, for the table and for whoever
reads the file. Both are read the same by Python and by PostgreSQL, and both are only about the name.
"""

import re

NAME_AT_MOST = 80
KEY_FILE = r"^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]*[._-](key|KEY|token|TOKEN)$"
# What the same folder may hold beside them, in any case: secrets of Candor itself, of its servers and of the cloud.
NOT_A_MODELS_FILE = r"^(secret[._-]*key|metrics[._-]*token|releases?[._-]|candor|django|postgres|pg|aws|redis|valkey)"


def is_a_models_file(name: str) -> bool:
    """Whether a file of this name may be read as a model's key."""
    return looks_like_a_key_file(name) and not is_ours(name)


def looks_like_a_key_file(name: str) -> bool:
    """A bare name that says it is a key: no slash, no way up, nothing hidden."""
    # PostgreSQL's `$` is the very end; Python's would let a line's end behind it.
    return len(name) <= NAME_AT_MOST and "\n" not in name and re.search(KEY_FILE, name) is not None


def is_ours(name: str) -> bool:
    return re.search(NOT_A_MODELS_FILE, name, re.IGNORECASE) is not None
