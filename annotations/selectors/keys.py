"""Which keys a person works with."""

from accounts.models import User
from annotations.keyboard import Keyboard, keyboard_from
from annotations.models import Labeller


def keyboard(*, by: User | None) -> Keyboard:
    """A person's keys; the usual ones for who has set none, and for who is not signed in."""
    own = Labeller.objects.filter(pk=by.pk).values_list("keys", flat=True).first() if by is not None else None
    return keyboard_from(own or {})
