"""manage.py prepare: brings database and static files into running order. `up` calls it; so can a deployment."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts import first_sign_in
from accounts.actions import add_user
from accounts.choices import Role
from accounts.models import User
from annotations.actions import load_starter_gold
from annotations.models import Gold
from probes.actions import open_round
from probes.box import place_model_in_the_box
from probes.demo import load_demo
from probes.models import Round
from prompts.models import Family
from prompts.starter import load_starter

POSTGRESQL = 18


class Command(BaseCommand):
    help = "Migrates, collects static files, and fills an empty database. Safe to run at every start."

    def handle(self, *args: Any, **options: Any) -> None:
        self.check_postgresql()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["rest_framework", "admin"])
        # Where all was erased nothing is added, and there is nothing that the demo could answer.
        if not Family.objects.exists() and (families := load_starter()):
            self.say(f"{families} families of starter prompts added, each in three languages.")
            self.say(f"{load_demo().answers} recorded answers added: small models, for trying things out.")
        if not Gold.objects.exists() and (gold := load_starter_gold()):
            self.say(f"{gold} gold answers added, which check those who label.")
        if not User.objects.filter(role=Role.MAINTAINER, is_active=True).exists():
            self.add_maintainer()
        place_model_in_the_box(url=settings.ENV.model_in_the_box_url)
        if not Round.objects.exists():
            open_round(by=None, name="First round", samples=3)

    def check_postgresql(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            major = int(cursor.fetchone()[0]) // 10_000
        if major < POSTGRESQL:
            raise CommandError(f"DATABASE_URL leads to PostgreSQL {major}, and Candor wants {POSTGRESQL} or newer.")

    def add_maintainer(self) -> None:
        """One maintainer with a random password, which only this file tells."""
        name, number = "maintainer", 1
        while User.objects.filter(username__iexact=name).exists():
            number += 1
            name = f"maintainer{number}"
        password = secrets.token_urlsafe(9)
        add_user(by=None, username=name, password=password, role=Role.MAINTAINER)
        self.say(f"A maintainer was added; the password is in {first_sign_in.write(name, password)}")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
