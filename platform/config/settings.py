"""Django's settings: one file for every place Candor runs in; what differs comes from config.env."""

import os
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import env as variables

try:
    ENV = variables.load(os.environ)
except variables.WrongVariable as error:
    raise ImproperlyConfigured(str(error)) from None

BASE_DIR = variables.ROOT
DATA_DIR = ENV.candor_data
SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
SITE_URL = ENV.site_url
# How to reach who runs the site, and where its program is: empty where that is not said.
CONTACT = ENV.contact
CODE_URL = ENV.code_url
# Whoever tries the site out may have webhooks by http on this very machine.
WEBHOOKS_TO_LOOPBACK = DEBUG
# The process for files and streams (config/files_settings.py), where there is one, and whether this is it.
FILES_URL = ENV.files_url
IS_FILES_PROCESS = False
ALLOWED_HOSTS = [*ENV.allowed_hosts, *filter(None, [urlsplit(FILES_URL).hostname])]
CSRF_TRUSTED_ORIGINS = ENV.trusted_origins

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "allauth",
    "allauth.account",
    "rest_framework",
    "drf_spectacular",
    "core",
    "accounts",
    "prompts",
    "probes",
    "annotations",
    "releases",
    "observatory",
    "api",
    "workers",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.SecurityHeaders",
    "core.middleware.PlainAddresses",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.middleware.PlainErrors",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Ours come first, so that allauth's pages wear our clothes.
        "DIRS": [BASE_DIR / "platform" / "core" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.site",
                "probes.context.notices",
                "annotations.context.labelling_notices",
            ],
        },
    }
]


def database(url: str) -> dict[str, object]:
    """A Django database entry from a postgresql:// address (its query holds libpq's own options)."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "core.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "candor",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


DATABASES = {"default": database(ENV.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def redis_address(number: int) -> str:
    """The address of one numbered database on the Valkey server, for redis-py."""
    parts = urlsplit(ENV.redis_url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={number}"
    return parts._replace(path=f"/{number}", query="").geturl()


def celery_address(number: int) -> str:
    """The same for Celery, whose word for a unix socket is redis+socket."""
    address = redis_address(number)
    if address.startswith("unix://"):
        return "redis+socket://" + address.removeprefix("unix://").replace("?db=", "?virtual_host=")
    return address


REDIS_BROKER = celery_address(0)
# The same for redis-py: how long the queues are.
REDIS_QUEUE = redis_address(0)
REDIS_BEAT = redis_address(2)
REDIS_LIMITS = redis_address(3)
READS_PER_MINUTE = ENV.reads_per_minute
# Who has said who they are may read twice as much.
READS_PER_MINUTE_BY_TOKEN = 2 * ENV.reads_per_minute
CACHES = {"default": {"BACKEND": "core.cache.Cache", "LOCATION": redis_address(1)}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backend.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "annotations:deck"
LOGOUT_REDIRECT_URL = "observatory:home"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "accounts.adapter.Adapter"
ACCOUNT_FORMS = {"signup": "accounts.forms.SignupForm"}
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_LOGOUT_ON_GET = False
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.trusted_proxies
# allauth's own limits stop a class of 30 behind one address: at 19 new accounts, 30 sign-ins, and ten typing mistakes a
# minute. One name's password can still be guessed at five times in five minutes only.
ACCOUNT_RATE_LIMITS = {
    "signup": f"{ENV.signups_per_hour}/h/ip",
    "login": f"{ENV.signups_per_hour}/m/ip",
    "login_failed": "60/m/ip,5/5m/key",
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "platform" / "core" / "locale"]
FORMAT_MODULE_PATH = "core.formats"
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES: dict[str, dict[str, object]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.static.HashedStaticFiles"},
    "releases": {"BACKEND": "releases.files.store.Disk"},
}
if ENV.releases_s3_bucket:
    STORAGES["releases"] = {
        "BACKEND": "releases.files.s3.Bucket",
        "OPTIONS": {
            "bucket_name": ENV.releases_s3_bucket,
            "endpoint_url": ENV.releases_s3_endpoint or None,
            "region_name": ENV.releases_s3_region,
            "access_key": ENV.releases_s3_access_key or None,
            "secret_key": ENV.releases_s3_secret_key or None,
        },
    }
RELEASES_S3_REDIRECT = ENV.releases_s3_redirect
RELEASES_DIR = DATA_DIR / "releases"
RELEASE_SIGNING_KEY = ENV.release_signing_key
# Its public half, for processes that do not have the key.
RELEASE_PUBLIC_KEY_FILE = DATA_DIR / "release-key.pub"
# The commit that runs, where git cannot be asked.
CANDOR_COMMIT = ENV.candor_commit
# Other places a release can be copied to.
RELEASES_HF_TOKEN = ENV.releases_hf_token
HF_REPOSITORY = ENV.hf_repository
HF_ENDPOINT = ENV.hf_endpoint.rstrip("/")
RELEASES_ZENODO_TOKEN = ENV.releases_zenodo_token
ZENODO_URL = ENV.zenodo_url.rstrip("/")

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.https
SECURE_SSL_REDIRECT = ENV.https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.https else None
SECURE_HSTS_SECONDS = 31536000 if ENV.https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api.negotiation.ByWeight",
    "DEFAULT_PAGINATION_CLASS": "api.pagination.ByKey",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.problems.handle",
    # What comes back is said by Accept alone.
    "URL_FORMAT_OVERRIDE": None,
    "PAGE_SIZE": 50,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Candor",
    "DESCRIPTION": "An open record of what language models say, dodge and refuse to say.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "LICENSE": {
        "name": "Dataset under CC BY 4.0, prompts and labels under CC0 1.0",
        "identifier": "CC-BY-4.0 AND CC0-1.0",
    },
    # Wherever it is read: each site has its own, and people behind it.
    "SERVERS": [{"url": "/", "description": "The site that this document comes from."}],
    "ENUM_NAME_OVERRIDES": {},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema.without_required",
        "api.schema.with_headers",
        "api.tags.with_tags",
        "api.tags.with_contact",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "core.logs.Line", "format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"candor": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
