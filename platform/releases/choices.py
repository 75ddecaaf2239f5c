from django.db import models
from django.utils.translation import gettext_lazy as _


class ReleaseStatus(models.TextChoices):
    BUILDING = "building", _("Being built")
    BUILT = "built", _("Built, not yet public")
    PUBLISHED = "published", _("Published")
    FAILED = "failed", _("Failed")
