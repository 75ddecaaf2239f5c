"""manage.py prepare: brings database and static files into running order. `up` calls it; so can a deployment."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from accounts.actions import add_user
from accounts.choices import Role
from accounts.models import User
from probes.actions import open_round
from probes.box import place_model_in_the_box
from probes.demo import load_demo
from probes.models import Round
from prompts.models import Family
from prompts.starter import load_starter

SIGN_IN = "first-sign-in.txt"


class Command(BaseCommand):
    help = "Migrates, collects static files, and fills an empty database. Safe to run at every start."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["rest_framework", "admin"])
        if not Family.objects.exists():
            self.say(f"{load_starter()} families of starter prompts added, each in three languages.")
            self.say(f"{load_demo().answers} recorded answers added: small models, for trying things out.")
        if not User.objects.filter(role=Role.MAINTAINER, is_active=True).exists():
            self.add_maintainer(settings.DATA_DIR / SIGN_IN)
        place_model_in_the_box(url=settings.ENV.model_in_the_box_url)
        if not Round.objects.exists():
            open_round(by=None, name="First round", samples=3)

    def add_maintainer(self, file: Path) -> None:
        """One maintainer with a random password, which only this file tells."""
        name, number = "maintainer", 1
        while User.objects.filter(username__iexact=name).exists():
            number += 1
            name = f"maintainer{number}"
        password = secrets.token_urlsafe(9)
        add_user(by=None, username=name, password=password, role=Role.MAINTAINER)
        with os.fdopen(os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as sign_in:
            sign_in.write(f"Sign in as {name} with the password {password}\n")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
