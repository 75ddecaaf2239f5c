"""The door of the process for files and streams."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "config.files_settings"

from core.doorway import only_utf8
from core.readers import end_when_stalled

application = end_when_stalled(only_utf8(get_wsgi_application()))
