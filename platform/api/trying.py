"""What is filled in on the page about the API, as the address of a request; used where the page has no script."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from api.reference import Operation, groups
from core.errors import Invalid, NotFound

# Before the names of what stands in the path, so that no parameter of the query is taken for one.
IN_PATH = "in."


def reading(anchor: str) -> Operation:
    """The operation of that name, which reads. Raises NotFound where there is none."""
    for group in groups():
        for one in group.operations:
            if one.anchor == anchor and one.method == "GET":
                return one
    raise NotFound(_("There is no such operation."))


def address(operation: Operation, given: QueryDict) -> str:
    """Path and query of a GET with what was filled in; what was left empty is left out.

    Raises:
        Invalid: something that stands in the path is missing.
    """
    path = operation.path
    filled = {name: str(given.get(IN_PATH + name, "")) for name in operation.places}
    missing = [name for name, value in filled.items() if not value]
    if missing:
        raise Invalid(_("Fill in: %(names)s.") % {"names": ", ".join(missing)})
    for name, value in filled.items():
        # Only the path of a file goes over several parts of an address.
        path = path.replace(f"{{{name}}}", quote(value, safe="/" if name == "path" else ""))
    query = {one.name: given[one.name] for one in operation.parameters if given.get(one.name)}
    return f"{path}?{urlencode(query)}" if query else path


def places(operation: Operation, known: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """What stands in the path: its name, its name on the form, and something that is there."""
    return [(name, IN_PATH + name, known.get(name, "")) for name in operation.places]
