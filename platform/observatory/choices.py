"""The words of replies and corrections."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReplyStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting for a maintainer")
    PUBLISHED = "published", _("Published")
    REJECTED = "rejected", _("Not published")
