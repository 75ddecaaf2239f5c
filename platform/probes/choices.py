from django.db import models
from django.utils.translation import gettext_lazy as _


class EndpointKind(models.TextChoices):
    """What serves the model. The same weights elsewhere are another endpoint."""

    API = "api", _("The maker’s API")
    HOST = "host", _("A host of open weights")
    LOCAL = "local", _("A local server")
    IMPORT = "import", _("Imported answers")


class EndpointStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    RETIRED = "retired", _("Retired")


class RoundStatus(models.TextChoices):
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class ProbeStatus(models.TextChoices):
    """Where a probe stands. Due, claimed by a worker, or over one way or the other."""

    DUE = "due", _("Waiting")
    CLAIMED = "claimed", _("In flight")
    DONE = "done", _("Done")
    GIVEN_UP = "given_up", _("Given up")


class Delivery(models.TextChoices):
    """What the machine brought back. Never asked of people."""

    DELIVERED = "delivered", _("Delivered")
    BLOCKED_INPUT = "blocked_input", _("Question blocked")
    BLOCKED_OUTPUT = "blocked_output", _("Answer blocked")
    CUT_BY_FILTER = "cut_by_filter", _("Cut by a filter")
    EMPTY = "empty", _("Empty")
    TRUNCATED = "truncated", _("Truncated")
    FAILED = "failed", _("Failed")


class AnswerState(models.TextChoices):
    OPEN = "open", _("Open")
    SETTLED = "settled", _("Settled")
    CONTESTED = "contested", _("Contested")
    UNJUDGEABLE = "unjudgeable", _("Cannot be judged")
    WITHDRAWN = "withdrawn", _("Withdrawn")


CLOSED = (AnswerState.SETTLED, AnswerState.CONTESTED, AnswerState.UNJUDGEABLE)
