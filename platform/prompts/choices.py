from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """Why a prompt is in the panel."""

    SENSITIVE = "sensitive", _("Sensitive")
    TWIN = "twin", _("Twin")
    NEUTRAL_CONTROL = "neutral_control", _("Neutral control")
    HARM_CONTROL = "harm_control", _("Harm control")


class Act(models.TextChoices):
    """What a prompt asks for; its twin asks for the same."""

    ASK_FACT = "ask_fact", _("A fact")
    EXPLAIN = "explain", _("An explanation")
    LIST = "list", _("A list")
    CRITICISE = "criticise", _("A criticism")
    SATIRISE = "satirise", _("A satire")


class Status(models.TextChoices):
    """Where a prompt stands."""

    SUBMITTED = "submitted", _("In review")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Sent back")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    # Asked by others, and here for the answers they were given. Not put to models unless somebody adopts it.
    IMPORTED = "imported", pgettext_lazy("of a prompt", "Imported")
