"""What a reader asks of the agreement page: which slices, on which scale, crossed with what, in which order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotations.choices import Scale, Slice
from annotations.selectors import check_crossing
from core.errors import Invalid
from observatory.selectors.crossing import SHADES
from observatory.selectors.slices import SORTS

# What the slices are of, in a word.
KINDS: Mapping[Slice, Promise] = {
    Slice.MODEL: gettext_lazy("Model"),
    Slice.MAKER: gettext_lazy("Maker"),
    Slice.COUNTRY: gettext_lazy("Maker’s country"),
    Slice.ENDPOINT: gettext_lazy("Endpoint"),
    Slice.LANGUAGE: gettext_lazy("Language of the answer"),
    Slice.TOPIC: gettext_lazy("Topic"),
    Slice.STATE: gettext_lazy("State concerned"),
    Slice.KIND: gettext_lazy("Kind of prompt"),
    Slice.ROUND: gettext_lazy("Round"),
    Slice.GUIDELINE: gettext_lazy("Version of the guideline"),
}
SHOWS = ("alpha", "ac1", "percent")


@dataclass(frozen=True)
class Choice:
    """One way to ask, as a link; the empty value is none."""

    value: str
    word: Promise | str
    url: str
    current: bool


@dataclass(frozen=True)
class Asked:
    """`crossed` is the second kind of slice, if there is one; `show` the coefficient on its map."""

    by: Slice = Slice.LANGUAGE
    crossed: Slice | None = None
    scale: Scale = Scale.LABELS
    sort: str = SORTS[0]
    show: str = SHOWS[0]

    @property
    def url(self) -> str:
        """The query that asks for this; what is so anyway is left out."""
        given = {
            "by": self.by.value,
            "with": self.crossed.value if self.crossed else "",
            "scale": "" if self.scale == Scale.LABELS else self.scale.value,
            "sort": "" if self.sort == SORTS[0] or self.crossed else self.sort,
            "show": "" if self.show == SHOWS[0] or not self.crossed else self.show,
        }
        return "?" + urlencode({name: value for name, value in given.items() if value})

    @property
    def title(self) -> str:
        """What the table holds: "Topic × Language of the answer · Three labels"."""
        kinds = [KINDS[kind] for kind in (self.by, self.crossed) if kind]
        return " · ".join([" × ".join(map(str, kinds)), str(self.scale.label)])

    @property
    def kinds(self) -> list[Choice]:
        kept = [
            replace(self, by=kind, crossed=self.crossed if can_cross(kind, self.crossed) else None) for kind in KINDS
        ]
        return [Choice(one.by, KINDS[one.by], one.url, one.by == self.by) for one in kept]

    @property
    def scales(self) -> list[Choice]:
        return [Choice(scale, scale.label, replace(self, scale=scale).url, scale == self.scale) for scale in Scale]

    @property
    def crossings(self) -> list[Choice]:
        """No second kind, and those that this one can be crossed with."""
        kinds = [kind for kind in KINDS if can_cross(self.by, kind)]
        none = Choice("", "", replace(self, crossed=None).url, self.crossed is None)
        crossed = [Choice(one, KINDS[one], replace(self, crossed=one).url, one == self.crossed) for one in kinds]
        return [none, *crossed]

    @property
    def sorts(self) -> dict[str, Choice]:
        return {sort: Choice(sort, "", replace(self, sort=sort).url, sort == self.sort) for sort in SORTS}

    @property
    def shows(self) -> list[Choice]:
        return [Choice(show, "", replace(self, show=show).url, show == self.show) for show in SHOWS]

    @property
    def shades(self) -> Sequence[float | None]:
        """Where each shade of the map begins, the lightest first; the last is all that is less."""
        return [*reversed(SHADES[self.show]), None]


def asked_in(query: QueryDict) -> Asked:
    """What the query asks for.

    Raises:
        Invalid: a word that is none of those it can be, or two kinds of slices that cannot be crossed.
    """
    by = Slice(word(query, "by", [kind.value for kind in KINDS], Asked.by.value))
    crossed = word(query, "with", Slice.values, "")
    if crossed:
        check_crossing(by, Slice(crossed))
    return Asked(
        by=by,
        crossed=Slice(crossed) if crossed else None,
        scale=Scale(word(query, "scale", Scale.values, Asked.scale.value)),
        sort=word(query, "sort", SORTS, SORTS[0]),
        show=word(query, "show", SHOWS, SHOWS[0]),
    )


def word(query: QueryDict, name: str, words: Iterable[str], otherwise: str) -> str:
    """The word that was given, or `otherwise` where none was.

    Raises:
        Invalid: it is another.
    """
    given, known = query.get(name, ""), list(words)
    if given and given not in known:
        raise Invalid(
            _("This page cannot be asked for that."),
            {name: [_("%(given)s: use one of %(words)s.") % {"given": repr(given), "words": ", ".join(known)}]},
        )
    return given or otherwise


def can_cross(by: Slice, other: Slice | None) -> bool:
    if other is None:
        return True
    try:
        check_crossing(by, other)
    except Invalid:
        return False
    return True
