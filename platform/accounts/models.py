"""People and the tokens their programs use."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role, Scope


class UserManager(BaseUserManager["User"]):
    """What allauth and Django's authentication ask of a user model; accounts are made by accounts.actions."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A person. The name is what others may see; neither mail nor legal name is asked for."""

    username = models.CharField(
        _("name"),
        max_length=40,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("This name is taken.")},
    )
    email = models.EmailField(_("mail"), blank=True)
    role = models.CharField(max_length=16, choices=Role, default=Role.CONTRIBUTOR)
    # Languages the person reads, as BCP 47 codes; answers in others are never put before them.
    languages = ArrayField(models.CharField(max_length=16), default=list)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            # One name whatever its case: allauth looks names up that way.
            models.UniqueConstraint(models.functions.Lower("username"), name="user_name_once"),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def is_reviewer(self) -> bool:
        return self.role in {Role.REVIEWER, Role.MAINTAINER}

    @property
    def is_maintainer(self) -> bool:
        return self.role == Role.MAINTAINER


class ApiToken(models.Model):
    """A key for programs. Only its SHA-256 is kept; `prefix` is what the owner recognises it by."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12)
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=16, choices=Scope), default=list)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"
