"""Settings of the process that sends files and long streams: the site's, without people.

Everything it sends is anybody's, so there are no sessions, no forms and no cookies. A reader may take hours over it, so
no thread of theirs keeps a connection to the database (core.lent lends a few).
"""

from config import settings as site
from config.settings import *  # noqa: F403 -- another process of the same site

# Nothing that anybody may ask is worth a minute of the database.
LIMIT = {"options": "-c statement_timeout=60s"}
DATABASES = {
    name: {**database, "OPTIONS": {**LIMIT, **database["OPTIONS"]}}  # type: ignore[dict-item]
    for name, database in site.DATABASES.items()
}
IS_FILES_PROCESS = True
ROOT_URLCONF = "config.files_urls"
WSGI_APPLICATION = "config.files_wsgi.application"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "core.middleware.SecurityHeaders",
    "core.middleware.PlainAddresses",
    "django.middleware.locale.LocaleMiddleware",
    # allauth wants to be there wherever it is installed; it has nothing to do here.
    "allauth.account.middleware.AccountMiddleware",
    "core.visitors.InTheSitesName",
    "core.lent.OneOfAFew",
    "core.problems.AsProblems",
    "core.readers.FilesAndStreamsAlone",
]
