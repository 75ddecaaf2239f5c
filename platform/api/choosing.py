"""`fields=`: of each row only what somebody asks for. What can be named is what the serializer shows, no more."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.drainage import get_override
from rest_framework import serializers

from api.parameters import Parameter

# Names of fields, each with those inside it; a name that has none inside stands for the whole value.
Tree = Mapping[str, "Tree"]
Shape = type[serializers.BaseSerializer[Any]]
NAMES_AT_MOST = 4000
# Found once a process.
KNOWN: dict[Shape, Tree] = {}


def tree_of(shape: Shape) -> Tree:
    """All that a serializer shows, by name. A list of objects is named like one of them."""
    if shape not in KNOWN:
        KNOWN[shape] = tree_in(shape())
    return KNOWN[shape]


def tree_in(shown: Any) -> Tree:
    return {name: inside(shown, name, field) for name, field in shown.fields.items() if not field.write_only}


def inside(parent: Any, name: str, field: Any) -> Tree:
    if isinstance(field, serializers.SerializerMethodField):
        # What a method gives is said where the OpenAPI document learns it: on the method.
        field = get_override(getattr(parent, field.method_name or f"get_{name}"), "field")
    if isinstance(field, serializers.ListSerializer):
        field = field.child
    if isinstance(field, serializers.BaseSerializer):
        return tree_of(type(field))
    if isinstance(field, type) and issubclass(field, serializers.BaseSerializer):
        return tree_of(field)
    return {}


def names(tree: Tree, above: str = "") -> Iterator[str]:
    """Every name, those inside others with a dot: consensus, consensus.value."""
    for name, deeper in tree.items():
        yield above + name
        yield from names(deeper, f"{above}{name}.")


@dataclass(frozen=True)
class Fields:
    """Names of fields with commas between them, as a tree of what was asked for."""

    shape: Shape

    def __call__(self, text: str) -> Tree:
        known = list(names(tree_of(self.shape)))
        asked = text.split(",") if len(text) <= NAMES_AT_MOST else [""]
        if unknown := [name for name in asked if name not in known]:
            said = {"names": ", ".join(unknown)[:200] or "…", "known": ", ".join(known)}
            raise ValueError(_("Not here: %(names)s. Known: %(known)s.") % said)
        chosen: dict[str, Any] = {}
        # Shorter names first: consensus holds consensus.value already.
        for name in sorted(asked, key=lambda one: one.count(".")):
            place, parts = chosen, name.split(".")
            for part in parts[:-1]:
                if place.get(part) == {}:
                    break
                place = place.setdefault(part, {})
            else:
                place[parts[-1]] = {}
        return chosen

    @property
    def schema(self) -> dict[str, Any]:
        return {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "enum": list(names(tree_of(self.shape)))},
        }


def fields_of(shape: Shape) -> Parameter:
    meaning = "Only these, with commas between them; a dot leads into an object. Everything unless told."
    return Parameter("fields", meaning, Fields(shape))


class ChosenOfMethod(serializers.SerializerMethodField):
    """What a method gives, and of that only what was asked for."""

    def __init__(self, method_name: str | None, tree: Tree) -> None:
        super().__init__(method_name)
        self.tree = tree

    def to_representation(self, value: Any) -> Any:
        return project(super().to_representation(value), self.tree)


def narrow(shown: Any, tree: Tree) -> None:
    """Leaves a serializer only the fields of a tree, at every depth: what was not asked for is not computed."""
    shown = getattr(shown, "child", shown)
    for name, field in list(shown.fields.items()):
        if name not in tree:
            del shown.fields[name]
        elif tree[name] and isinstance(field, serializers.SerializerMethodField):
            shown.fields[name] = ChosenOfMethod(field.method_name, tree[name])
        elif tree[name]:
            narrow(field, tree[name])


def project(row: Any, tree: Tree) -> Any:
    """A row with only what was asked for, in the row's own order; of a list of objects, each of them."""
    if isinstance(row, list):
        return [project(one, tree) for one in row]
    if not tree or not isinstance(row, Mapping):
        return row
    return {name: project(value, tree[name]) for name, value in row.items() if name in tree}
