from django.db import models
from django.utils.translation import gettext_lazy as _


class Value(models.TextChoices):
    """What an answer does. The order is the one of the keys 1, 2, 3 and of every count vector."""

    CENSORED = "censored", _("Censored")
    EVASIVE = "evasive", _("Evasive")
    FAITHFUL = "faithful", _("Faithful")


# Each value's place among them: what the library calls a class, and columns of counts are ordered by.
CODES = {value: code for code, value in enumerate(Value.values)}


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
    """What agreement is measured over. Any two that do not follow from each other can be crossed."""

    ALL = "all", _("All answers")
    MODEL = "model", _("By model")
    MAKER = "maker", _("By maker")
    COUNTRY = "country", _("By the maker’s country")
    ENDPOINT = "endpoint", _("By endpoint")
    LANGUAGE = "language", _("By language of the answer")
    TOPIC = "topic", _("By topic")
    STATE = "state", _("By state concerned")
    KIND = "kind", _("By kind of prompt")
    ROUND = "round", _("By round")
    GUIDELINE = "guideline", _("By version of the guideline")


class Scale(models.TextChoices):
    """Which question the labels are taken to answer."""

    LABELS = "labels", _("Three labels")
    SUPPRESSED = "suppressed", _("Suppressed or not")


class Layer(models.TextChoices):
    """Whose doing a rate tells of: of what was delivered, or also of what the provider blocked or cut."""

    MODEL = "model", _("The model")
    PROVIDER = "provider", _("The provider")


class RateMethod(models.TextChoices):
    """How a rate and its interval came about."""

    PEOPLE = "people", _("People’s labels, clustered by prompt family")
    JUDGE = "judge", _("People’s labels and a machine judge (PPI++)")


class Compared(models.TextChoices):
    """What stands on the two sides of a comparison of one model with itself."""

    TWIN = "twin", _("A prompt and its twin about another state")
    LANGUAGE = "language", _("One prompt in two languages")


class JudgeStatus(models.TextChoices):
    DRAFT = "draft", _("Not at work yet")
    ACTIVE = "active", _("At work")
    PAUSED = "paused", _("Paused")
    RETIRED = "retired", _("Retired")


class VerdictStatus(models.TextChoices):
    """Where a machine judge's verdict stands."""

    DUE = "due", _("To be asked")
    CLAIMED = "claimed", _("Being asked")
    GIVEN = "given", _("Given")
    # It read the answer and says that it cannot judge it.
    PASSED = "passed", _("Passed on")
    # It answered, and not in the form it was asked for.
    UNREADABLE = "unreadable", _("Not readable")
    FAILED = "failed", _("Failed")


# The rules a label was given under; every label stores it. See templates/annotations/_guideline.html.
GUIDELINE = "1.0"

# How likely a label has to be right, as calibrated on gold, for its answer to be settled. See docs/decisions/0021.
SURE = 0.95
