"""The words of releases."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReleaseStatus(models.TextChoices):
    BUILDING = "building", _("Being built")
    BUILT = "built", _("Built, not yet public")
    PUBLISHED = "published", _("Published")
    FAILED = "failed", _("Failed")


class Stage(models.TextChoices):
    """How far a build has come. A worker that takes over goes on from the last one."""

    WAITING = "waiting", _("Waiting for a worker")
    FREEZING = "freezing", _("Reading the database")
    COUNTING = "counting", _("Computing the figures")
    WRITING = "writing", _("Writing the files")
    DESCRIBING = "describing", _("Describing what was written")
    DONE = "done", _("Done")


# So often workers begin a stage that none of them finishes; then somebody has to look.
ATTEMPTS_AT_MOST = 5


class WithdrawalKind(models.TextChoices):
    """What is taken out of the releases that are out already."""

    NAME = "name", _("A person has left: their pseudonym goes, their labels stay")
    LABELS = "labels", _("A person wants their labels erased")
    PROMPT = "prompt", _("A prompt, with what was answered and said of it")
    ANSWER = "answer", _("One answer, with what was said of it")


class WithdrawalReason(models.TextChoices):
    """Why, as everybody may read it: nobody's own words are published. An author of a prompt, and whoever leaves, gives
    none.
    """

    ASKED = "asked", _("Its author, or the person it is about, asked for it")
    PERSONAL = "personal", _("It holds personal data")
    COPYRIGHT = "copyright", _("It is not ours to publish")
    ILLEGAL = "illegal", _("It is against the law")
    MISTAKE = "mistake", _("It should never have been taken in")


class WithdrawalStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")


class PushStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Place(models.TextChoices):
    """Where releases are copied to."""

    HUGGING_FACE = "hugging_face", "Hugging Face"
    ZENODO = "zenodo", "Zenodo"


class DeliveryStatus(models.TextChoices):
    """A webhook's message."""

    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    GIVEN_UP = "given_up", _("Given up")


class WebhookEvent(models.TextChoices):
    """What a webhook can be told."""

    PUBLISHED = "release.published", _("A release is published")
    EDITED = "release.edited", _("Something was taken out of a release")


# Sent by hand, to any webhook.
TEST_EVENT = "webhook.test"
