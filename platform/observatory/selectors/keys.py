"""What people call the key of a slice: a model by its name, a topic by its title, a state as a reader does."""

from collections.abc import Callable, Iterable, Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from annotations.choices import Slice
from core.names import language_name, state_name
from probes.models import LLM, Round
from prompts.choices import Kind
from prompts.models import Topic


def names_of(kind: Slice, keys: Iterable[str]) -> Mapping[str, str]:
    """The name of each key of one kind of slice, in the reader's language; at most one query."""
    wanted = list(dict.fromkeys(keys))
    stored = STORED[kind](wanted) if kind in STORED else {}
    told = TOLD.get(kind, str)
    return {key: stored.get(key) or told(key) for key in wanted}


def of_models(slugs: list[str]) -> dict[str, str]:
    return dict(LLM.objects.filter(slug__in=slugs).values_list("slug", "name"))


def of_topics(slugs: list[str]) -> dict[str, str]:
    language = get_language() or "en"
    return {topic.slug: topic.name(language) for topic in Topic.objects.filter(slug__in=slugs)}


def of_rounds(numbers: list[str]) -> dict[str, str]:
    rounds = Round.objects.filter(number__in=[number for number in numbers if number.isdecimal()])
    return {
        str(number): _("%(number)s: %(name)s") % {"number": number, "name": name}
        for number, name in rounds.values_list("number", "name")
    }


def of_kind(key: str) -> str:
    return str(Kind(key).label) if key in Kind.values else key


STORED: Mapping[Slice, Callable[[list[str]], dict[str, str]]] = {
    Slice.MODEL: of_models,
    Slice.TOPIC: of_topics,
    Slice.ROUND: of_rounds,
}
TOLD: Mapping[Slice, Callable[[str], str]] = {
    Slice.LANGUAGE: language_name,
    Slice.STATE: state_name,
    Slice.COUNTRY: state_name,
    Slice.KIND: of_kind,
}
