"""The settings: one file, from the environment, read from top to bottom.

Every variable is explained in the README's table. Nothing here falls back to something
unsafe: outside DEBUG a missing or senseless value stops the start with its name.
"""

import ipaddress
import logging
import re
import warnings
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.http import UnreadablePostError

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
PERSONAL = re.compile(r"(/afspraak/(?:a|agenda|terugbellen)/)[^/\s]+")
ORIGIN = re.compile(r"https?://([\w.-]+|\[[\da-fA-F:]+\])(:\d{1,5})?/?")


def required(name: str, *, in_debug: str) -> str:
    """The value of the variable ``name``; in DEBUG it may be absent and is ``in_debug``."""
    value: str = env.str(name, default=in_debug if DEBUG else "")
    if not value:
        raise ImproperlyConfigured(f"Set the environment variable {name} (see README, Settings).")
    return value


def site_url(value: str) -> str:
    """``value`` without its trailing slash, if it is an origin such as https://example.be."""
    if ORIGIN.fullmatch(value) is None:
        raise ImproperlyConfigured(f"SITE_URL must look like https://example.be, not {value!r}.")
    return value.rstrip("/")


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """The comma-separated addresses or networks in the variable ``name``; none by default."""
    try:
        return [ipaddress.ip_network(item) for item in env.list(name, default=[])]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} holds no valid address: {error}.") from error


def service(name: str, *, default: Any, parse: Callable[[str], Any]) -> Any:
    """What the URL in the variable ``name`` says, read by ``parse``, or else ``default``."""
    if name not in env.ENVIRON:
        return default
    try:
        with warnings.catch_warnings(action="error"):
            return parse(name)
    except (ImproperlyConfigured, ValueError, UserWarning):
        # Without the cause, which quotes what it read: there may be a password in it.
        raise ImproperlyConfigured(f"{name} can't be read (see README, Settings).") from None


# Where and for whom the site runs
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = required("SECRET_KEY", in_debug="only-for-development-" + "x" * 50)
SITE_URL = site_url(required("SITE_URL", in_debug="http://127.0.0.1:8000"))
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname])
TRUSTED_PROXY = networks("TRUSTED_PROXY")
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

ROOT_URLCONF = "kinekracht.urls"
WSGI_APPLICATION = "kinekracht.wsgi.application"
SITE_ID = 1

INSTALLED_APPS = [
    "kinekracht.apps.PracticeAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.redirects",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.sites",
    "django.contrib.staticfiles",
    "content_editor",
    "crispy_forms",
    "csp",
    "django_prose_editor",
    "phonenumber_field",
    "post_office",
    "reversion",
    "kinekracht.apps.KineKrachtConfig",  # after the packages whose admin it adapts
    "articles.apps.ArticlesConfig",
    "selftest.apps.SelfTestConfig",
    "booking.apps.BookingConfig",
]

MIDDLEWARE = [
    "kinekracht.middleware.trust_proxy",
    "kinekracht.middleware.isolate",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kinekracht.middleware.GZipTextMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "kinekracht.middleware.refuse_null_bytes",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "kinekracht.middleware.follow_moves",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kinekracht.context_processors.practice",
            ],
        },
    },
]

# Data
VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": VAR_DIR / "db.sqlite3"}
database: dict[str, Any] = service("DATABASE_URL", default=SQLITE, parse=env.db_url)
given_options = database.get("OPTIONS", {})  # such as ?sslmode=require
if database["ENGINE"].endswith("sqlite3"):
    database["OPTIONS"] = {
        # Writers queue for the lock at once instead of failing half-way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        ),
    } | given_options
else:
    database |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    database["OPTIONS"] = {
        "options": "-c lock_timeout=5s -c statement_timeout=10s",
    } | given_options
DATABASES = {"default": database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Mail
CONSOLE = env.email_url_config("consolemail://")
vars().update(service("EMAIL_URL", default=CONSOLE, parse=env.email_url))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="KineKracht <noreply@localhost>")

MAIL_RETRY_SECONDS = env.int("MAIL_RETRY_SECONDS", default=300)
POST_OFFICE = {
    # One at a time: a worker that is killed has at most one mail that is sent and not marked so.
    "BATCH_SIZE": 1,
    "THREADS_PER_PROCESS": 1,
    "BATCH_DELIVERY_TIMEOUT": 60,  # seconds; less than the lease of booking.models.Worker
    "SENDING_ORDER": ["-priority", "id"],
    "RETRY_INTERVAL": timedelta(seconds=MAIL_RETRY_SECONDS),
    "MAX_RETRIES": 2000,  # a week of trying; staff see it from the first failure on
    "LOG_LEVEL": 1,  # failures only
    "FILE_STORAGE": "mail",
}
EMAIL_TIMEOUT = 20

# Appointments
REQUESTS_PER_ADDRESS = env.int("REQUESTS_PER_ADDRESS", default=10)  # a day
OPEN_REQUESTS_PER_PERSON = env.int("OPEN_REQUESTS_PER_PERSON", default=2)
FORM_MIN_SECONDS = env.int("FORM_MIN_SECONDS", default=2)  # nobody fills it in faster
FORM_MAX_HOURS = env.int("FORM_MAX_HOURS", default=4)  # older ones are looked at once more
LINK_DAYS = env.int("LINK_DAYS", default=30)  # after an appointment, that its own page works

# Files
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "media/"
MEDIA_ROOT = VAR_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o644
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "mail": {  # attachments, until they are sent; never served
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "mail", "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "kinekracht.storage.BundledStaticFilesStorage",
    },
}
WHITENOISE_MAX_AGE = 3600
FILE_UPLOAD_HANDLERS = [
    "kinekracht.uploads.StaffOnly",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
PICTURE_MAX_BYTES = 15_000_000
PICTURE_MAX_PIXELS = 25_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # an article of a hundred blocks is one admin form

# Language and time
LANGUAGE_CODE = "nl-be"
LANGUAGES = [("nl-be", "Nederlands (België)")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Brussels"
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = "BE"
PHONENUMBER_DEFAULT_FORMAT = "INTERNATIONAL"

# Staff
LOGIN_URL = "admin:login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SESSION_COOKIE_AGE = 60 * 60 * 12  # a working day
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_AGE = None  # gone when the browser is closed: on a shared device it would be a trace

# What browsers are told
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^gezond/$"]  # the health check comes over loopback, without TLS
SECURE_REFERRER_POLICY = "same-origin"  # no other site learns which page was read
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF],
        "manifest-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
    },
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture",
        "encrypted-media", "fullscreen", "geolocation", "gyroscope", "magnetometer",
        "microphone", "midi", "payment", "picture-in-picture", "usb", "xr-spatial-tracking",
    )
}  # fmt: skip

# Forms
CRISPY_TEMPLATE_PACK = "practice"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("practice",)
CRISPY_FAIL_SILENTLY = False


def is_worth_logging(record: logging.LogRecord) -> bool:
    """Whether a record tells more than that a visitor went away before all was sent."""
    return not (record.exc_info and isinstance(record.exc_info[1], UnreadablePostError))


def hide_keys(record: logging.LogRecord) -> bool:
    """Take the keys of patients' pages and of calendars out of a record; it is logged all the same.

    Who knows such an address may change an appointment.
    """
    record.msg = PERSONAL.sub(r"\1…", record.getMessage())
    record.args = ()
    return True


# What is logged: never a query string, a form or an address of a visitor.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "worth": {"()": "django.utils.log.CallbackFilter", "callback": is_worth_logging},
        "keyless": {"()": "django.utils.log.CallbackFilter", "callback": hide_keys},
    },
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["worth", "keyless"],
        },
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"level": "ERROR"},
        # Strange requests, each with its address; none is a fault of ours.
        "django.security": {"level": "CRITICAL"},
        # It quotes addresses; what failed is kept in its own table, for staff.
        "post_office": {"handlers": ["console"], "level": "CRITICAL", "propagate": False},
        # Django leaves it to gunicorn to drop the body of an answer to HEAD; each time it says so.
        "gunicorn.http.wsgi": {"level": "ERROR"},
    },
}
