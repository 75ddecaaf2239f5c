"""Searching for words in texts of any script: each as it stands, anywhere in the text, whatever its case.

There is no stemming and no list of words, so it is the same in every language: `censor` finds `censored`, a Chinese
word needs no spaces around it, and an Arabic one is found behind its article.
"""

import unicodedata
from collections.abc import Sequence

from django.db.models import Q

WORDS_AT_MOST = 8


def words_of(text: str) -> tuple[str, ...]:
    """The words that are between spaces, each once."""
    return tuple(dict.fromkeys(unicodedata.normalize("NFC", text).split()))


def having(words: Sequence[str], path: str) -> Q:
    """Rows whose text at the lookup `path` has all of the words."""
    found = Q()
    for word in words:
        found &= Q(**{f"{path}__icontains": word})
    return found
