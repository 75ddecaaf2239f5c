"""Who labels, and what each of them may do. What is asked on the way to every answer costs one short query."""

from accounts.models import User
from annotations.choices import Standing
from annotations.models import Labeller


def labeller_of(person: User) -> Labeller | None:
    """What labelling knows of a person; nothing where they have neither practised nor set their keys."""
    return Labeller.objects.filter(pk=person.pk).first()


def has_practised(person: User) -> bool:
    """Whether this person has passed the practice deck, whatever their standing is now."""
    return Labeller.objects.filter(pk=person.pk, practised_at__isnull=False).exists()


def may_label(person: User) -> bool:
    """Whether real answers are put before this person: they have practised, and are not in quarantine."""
    practised = Labeller.objects.filter(pk=person.pk, practised_at__isnull=False)
    return practised.exclude(standing=Standing.QUARANTINED).exists()


def may_settle(person: User) -> bool:
    """Whether this person decides disputes: by their role here, or because their labels have earned it."""
    if person.is_reviewer:
        return True
    return Labeller.objects.filter(pk=person.pk, standing=Standing.REVIEWER).exists()
