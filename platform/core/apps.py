from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.urls import register_converter

from core import lent, prepared
from core.converters import Name


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        register_converter(Name, "name")
        connection_created.connect(prepared.keep_plans)
        connection_created.connect(lent.alone)
