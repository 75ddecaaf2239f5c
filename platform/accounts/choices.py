from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person may do; each role may do all that the one before it may."""

    CONTRIBUTOR = "contributor", _("Contributor")
    REVIEWER = "reviewer", _("Reviewer")
    MAINTAINER = "maintainer", _("Maintainer")


class Scope(models.TextChoices):
    """What an API token may do beyond reading what is public."""

    SUBMIT = "submit", _("Submit prompts")
    LABEL = "label", _("Label answers")
    WEBHOOK = "webhook", _("Manage webhooks")
    REVIEW = "review", _("Review prompts")
    MAINTAIN = "maintain", _("Run rounds and releases")
