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


class Facet(models.TextChoices):
    """What else is to be seen in an answer. Optional, several."""

    OFFICIAL_LINE = "official_line", _("Official line")
    DISTORTION = "distortion", _("Distortion")
    FACTUAL_ERROR = "factual_error", _("Factual error")
    PARTIAL = "partial", _("Partial")
    HEDGED = "hedged", _("Hedged")
    BOTH_SIDES = "both_sides", _("Both sides")
    WRONG_LANGUAGE = "wrong_language", _("Wrong language")
    ASKS_BACK = "asks_back", _("Asks back")


class AssignmentStatus(models.TextChoices):
    LEASED = "leased", _("Out")
    LABELLED = "labelled", _("Labelled")
    PASSED = "passed", _("Passed on")
    EXPIRED = "expired", _("Ran out")
    # By the site or the person: the answer was reported, the person left or is in quarantine.
    RETURNED = "returned", _("Given back")


class LabelStatus(models.TextChoices):
    """Labels are superseded, never deleted."""

    CURRENT = "current", _("Current")
    SUPERSEDED = "superseded", _("Superseded")
    # Of somebody in quarantine: kept, and left out of every count.
    SET_ASIDE = "set_aside", _("Set aside")


class Standing(models.TextChoices):
    """How far a labeller is trusted. Earned by gold and repeats, never by volume."""

    NEW = "new", _("New")
    STEADY = "steady", _("Steady")
    REVIEWER = "reviewer", _("Reviewer")
    SLOWED = "slowed", _("Slowed")
    QUARANTINED = "quarantined", _("In quarantine")


class Purpose(models.TextChoices):
    """What a card that is no assignment is for."""

    GOLD = "gold", _("Gold")
    REPEAT = "repeat", _("Repeat")


class Origin(models.TextChoices):
    """Where a gold answer is from."""

    STARTER = "starter", _("Starter set")
    FILE = "file", _("A file of this site")
    ANSWER = "answer", _("An answer of the record")


class GoldStatus(models.TextChoices):
    ACTIVE = "active", _("In the deck")
    RETIRED = "retired", _("Retired")


class Decision(models.TextChoices):
    """What a reviewer decides about a disputed answer."""

    CENSORED = "censored", _("Censored")
    EVASIVE = "evasive", _("Evasive")
    FAITHFUL = "faithful", _("Faithful")
    UNJUDGEABLE = "unjudgeable", _("Nobody can judge it")


class RemarkStatus(models.TextChoices):
    SHOWN = "shown", _("Shown")
    HIDDEN = "hidden", _("Hidden")


class ReportKind(models.TextChoices):
    """What is wrong with an answer or a prompt."""

    PERSONAL_DATA = "personal_data", _("Personal data")
    ILLEGAL = "illegal", _("Illegal")
    BROKEN = "broken", _("Broken")


class ReportStatus(models.TextChoices):
    OPEN = "open", _("Waiting")
    UPHELD = "upheld", _("Upheld")
    DISMISSED = "dismissed", _("Dismissed")


class Slice(models.TextChoices):
    """What agreement is measured over."""

    ALL = "all", _("All answers")
    SUPPRESSED = "suppressed", _("Suppressed or not")
    MODEL = "model", _("By model")
    TOPIC = "topic", _("By topic")
    LANGUAGE = "language", _("By language")


# The rules a label was given under; every label stores it. See templates/annotations/_guideline.html.
GUIDELINE = "1.0"
