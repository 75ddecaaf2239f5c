"""Changing the deck's keys."""

from collections.abc import Mapping

from django.db import transaction

from accounts.models import User
from annotations.keyboard import read
from annotations.models import Labeller
from core import events


@transaction.atomic
def set_keys(*, by: User, keys: Mapping[str, str]) -> Labeller:
    """Takes a person's own keys, action to key, "" for none. What is left out has its usual key.

    Raises:
        Invalid: an action there is not, something that is no key, or one key for two actions.
    """
    own = read(keys)
    Labeller.objects.get_or_create(person=by)
    labeller = Labeller.objects.select_for_update(no_key=True).get(pk=by.pk)
    if labeller.keys != own:
        labeller.keys = own
        labeller.save(update_fields=["keys"])
        events.record(by=by, verb="set_keys", of=labeller, off=sorted(name for name, key in own.items() if not key))
    return labeller
