"""Questions that others asked, taken in for the answers they were given. None of them is put to a model by us."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Value, When

from prompts.actions import set_key_points
from prompts.choices import Status
from prompts.models import Family, Prompt, PromptVersion, Topic
from prompts.rules import Point

# Of several prompts with the same text, the one in use comes first.
STANDING = Case(
    When(prompt__status=Status.APPROVED, then=Value(0)),
    When(prompt__status=Status.SUBMITTED, then=Value(1)),
    When(prompt__status=Status.IMPORTED, then=Value(2)),
    default=Value(3),
    output_field=IntegerField(),
)


@dataclass(frozen=True)
class Asked:
    """A question as it was asked elsewhere. `title` is its family's; `points` may be none."""

    family: str
    title: str
    topic: str
    kind: str
    act: str
    state: str
    language: str
    text: str
    points: Sequence[Point] = ()


def find_version(*, family: str, language: str, text: str) -> PromptVersion | None:
    """The prompt's text with exactly these words, if there is one."""
    found = PromptVersion.objects.filter(prompt__family__slug=family, prompt__language=language, text=text)
    return found.select_related("prompt__family").order_by(STANDING, "pk").first()


def clash(family: Family, asked: Asked) -> str:
    """In what a family that is there differs from what a file says of it; "" where in nothing that counts."""
    there = {"topic": family.topic.slug, "kind": family.kind, "state": family.state}
    said = {name: getattr(asked, name) for name in there}
    return next((f"{name} is {there[name]!r}, not {said[name]!r}" for name in there if there[name] != said[name]), "")


def add_family(*, asked: Asked) -> Family:
    """A new family under a topic that is there; Topic.DoesNotExist where it is not."""
    topic = Topic.objects.get(slug=asked.topic)
    return Family.objects.create(
        slug=asked.family, title=asked.title, topic=topic, kind=asked.kind, act=asked.act, state=asked.state
    )


def add_imported(*, asked: Asked, family: Family) -> PromptVersion:
    """A prompt with this text, IMPORTED, in its family. Runs inside a transaction.

    What is checked before: every field is of its form, and of the key points, if any, one is essential.
    """
    prompt = Prompt.objects.create(family=family, language=asked.language, status=Status.IMPORTED)
    version = PromptVersion.objects.create(prompt=prompt, number=1, text=asked.text)
    prompt.current = version
    prompt.save(update_fields=["current"])
    if asked.points:
        set_key_points(prompt, points=asked.points, by=None)
    return version
