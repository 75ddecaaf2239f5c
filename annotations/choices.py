from django.db import models
from django.utils.translation import gettext_lazy as _


class Value(models.TextChoices):
    """What an answer does. The order is the one of the keys 1, 2, 3 and of every count vector."""

    CENSORED = "censored", _("Censored")
    EVASIVE = "evasive", _("Evasive")
    FAITHFUL = "faithful", _("Faithful")


class Reason(models.TextChoices):
    """Why a person cannot judge an answer."""

    LANGUAGE = "language", _("Not in a language I read")
    GARBLED = "garbled", _("Garbled")
    BROKEN_OFF = "broken_off", _("Broken off")
    UNVERIFIABLE = "unverifiable", _("A fact I cannot check")


class AssignmentStatus(models.TextChoices):
    LEASED = "leased", _("Out")
    LABELLED = "labelled", _("Labelled")
    PASSED = "passed", _("Passed on")
    EXPIRED = "expired", _("Ran out")


class LabelStatus(models.TextChoices):
    """Labels are superseded, never deleted."""

    CURRENT = "current", _("Current")
    SUPERSEDED = "superseded", _("Superseded")


class Slice(models.TextChoices):
    """What agreement is measured over."""

    ALL = "all", _("All answers")
    SUPPRESSED = "suppressed", _("Suppressed or not")
    MODEL = "model", _("By model")
    TOPIC = "topic", _("By topic")
    LANGUAGE = "language", _("By language")


# The rules a label was given under; every label stores it. See templates/annotations/_guideline.html.
GUIDELINE = "1.0"
