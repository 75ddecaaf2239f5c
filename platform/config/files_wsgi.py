"""The door of the process for files and streams."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "config.files_settings"

from core.doorway import only_utf8
from core.readers import end_when_stalled

made = get_wsgi_application()
# Now, and not while the first reader waits: all views, and what makes streams.
for module in ("config.files_urls", "api.streams.nouns", "api.streams.sending"):
    import_module(module)
application = end_when_stalled(only_utf8(made))
