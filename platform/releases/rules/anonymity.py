"""What is told of a person only where enough others share it, so that it is nobody's mark. Pure Python.

A pseudonym lasts for one release, but languages do not change with it: the one person who reads both Tamil and Korean
would be known at a glance in each, and to whoever knows them. So a combination of languages is told where at least five
people of the release have that very combination. Otherwise it is withheld whole, and not in part: of what is left the
rest could be guessed. The same goes for a combination that nobody has named.

What this does not hide: in which languages somebody has labelled, which follows from the answers their labels are of;
and that two pseudonyms of two releases are one person's, since both have the same labels (decision 0028).
"""

from collections import Counter
from collections.abc import Iterable

AT_LEAST = 5

Languages = tuple[str, ...]


def told_languages(people: Iterable[Languages]) -> set[Languages]:
    """The combinations that at least five people share. Each person's languages are sorted."""
    return {languages for languages, times in Counter(people).items() if times >= AT_LEAST}
