"""The door for the web server."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from core.doorway import only_utf8

made = get_wsgi_application()
# All views: now, and not while the first reader waits.
import_module("config.urls")
application = only_utf8(made)
