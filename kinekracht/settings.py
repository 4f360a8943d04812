"""The settings: one file, from the environment, read from top to bottom.

Every variable is explained in the README's table. Nothing here falls back to something
unsafe: outside DEBUG a missing or senseless value stops the start with its name.
"""

import ipaddress
import re
import warnings
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from kinekracht import logs

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
ORIGIN = re.compile(r"https?://([\w.-]+|\[[\da-fA-F:]+\])(:\d{1,5})?/?")


def required(name: str, *, in_debug: str) -> str:
    """The value of the variable ``name``; in DEBUG it may be absent and is ``in_debug``."""
    value: str = env.str(name, default=in_debug if DEBUG else "")
    if not value:
        raise ImproperlyConfigured(f"Set the environment variable {name} (see README, Settings).")
    return value


def site_url(value: str) -> str:
    """``value`` as browsers write it, if it is an origin such as https://example.be."""
    if ORIGIN.fullmatch(value) is None:
        raise ImproperlyConfigured(f"SITE_URL must look like https://example.be, not {value!r}.")
    origin = value.rstrip("/").lower()
    return origin.removesuffix(":443" if origin.startswith("https") else ":80")


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """The comma-separated addresses or networks in the variable ``name``; none by default."""
    try:
        return [ipaddress.ip_network(item) for item in env.list(name, default=[])]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} holds no valid address: {error}.") from error


def at_least_zero(name: str, *, default: int) -> int:
    """The number in the variable ``name``."""
    value: int = env.int(name, default=default)
    if value < 0:
        raise ImproperlyConfigured(f"{name} must be 0 or more, not {value}.")
    return value


def fernet_keys(name: str, *, in_debug: str = "") -> list[str]:
    """The comma-separated Fernet keys in the variable ``name``; the first one encrypts."""
    keys = env.list(name, default=[in_debug] if DEBUG and in_debug else [])
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        # Without the cause, which might quote a key.
        raise ImproperlyConfigured(f"{name} holds no valid key (see README, Settings).") from None
    # Fernet reads over a space, say. As written, a key would be another one where it is a text.
    return [urlsafe_b64encode(urlsafe_b64decode(key)).decode() for key in keys]


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


def folder(name: str, *, default: Path) -> Path:
    """The folder in the variable ``name``. It must be there: a typo would make another one."""
    if name not in env.ENVIRON:
        return default
    path = Path(env.str(name))
    if not path.is_absolute() or not path.is_dir():
        raise ImproperlyConfigured(f"{name} must be a folder that exists, such as /srv/shared.")
    return path


def cache_url(name: str) -> dict[str, Any]:
    """The cache in the variable ``name``: a Redis or Valkey, or none; else ValueError."""
    url = env.str(name)
    if url == "dummycache://":
        return NOTHING
    parts = urlsplit(url)
    place, number = parts.hostname, parts.path.strip("/") or "0"
    if parts.scheme == "unix":
        place, number = parts.path, "0"
    is_known = parts.scheme in {"redis", "rediss", "unix"} and parts.port != 0
    # What comes behind a # would be lost: the end of a password, and the host.
    if not is_known or not place or not number.isdecimal() or parts.fragment:
        raise ValueError(name)
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        # A server that says nothing must cost readers no more than this, in seconds.
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }


# Where and for whom the site runs
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = required("SECRET_KEY", in_debug="only-for-development-" + "x" * 50)
ENCRYPTION_KEYS = fernet_keys("ENCRYPTION_KEYS", in_debug="x" * 43 + "=")
if not ENCRYPTION_KEYS:
    raise ImproperlyConfigured("Set the environment variable ENCRYPTION_KEYS (see README).")
LINK_KEYS = fernet_keys("LINK_KEYS", in_debug="y" * 43 + "=")
if not LINK_KEYS:
    raise ImproperlyConfigured("Set the environment variable LINK_KEYS (see README).")
BACKUP_KEYS = fernet_keys("BACKUP_KEY")
SITE_URL = site_url(required("SITE_URL", in_debug="http://127.0.0.1:8000"))
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = [urlsplit(SITE_URL).hostname, *env.list("ALLOWED_HOSTS", default=[])]
TRUSTED_PROXY = networks("TRUSTED_PROXY")
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).absolute()
SHARED_DIR = folder("SHARED_DIR", default=VAR_DIR)  # what all machines must see the same of

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
    "axes",
    "content_editor",
    "crispy_forms",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",  # for staff.0001, and the databases of before it
    "django_prose_editor",
    "phonenumber_field",
    "post_office",
    "reversion",
    "kinekracht.staff.apps.StaffConfig",
    "kinekracht.apps.KineKrachtConfig",  # after the packages whose admin it adapts
    "articles.apps.ArticlesConfig",
    "selftest.apps.SelfTestConfig",
    "booking.apps.BookingConfig",
]

MIDDLEWARE = [
    "kinekracht.middleware.trust_proxy",
    "kinekracht.page_cache.PageCache",  # before all that a kept page has no need of
    "kinekracht.middleware.isolate",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "kinekracht.middleware.only_known_methods",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kinekracht.middleware.GZipTextMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "kinekracht.limits.LimitMiddleware",  # before the form is read, here and by CSRF
    "kinekracht.middleware.RefuseNullBytes",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "kinekracht.uploads.DrawPictures",  # after CSRF: no other site makes us draw
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "kinekracht.staff.actor.remember_request",
    "django.contrib.messages.middleware.MessageMiddleware",
    "kinekracht.middleware.follow_moves",
    "axes.middleware.AxesMiddleware",
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
SQLITE = {"ENGINE": "sqlite3", "NAME": VAR_DIR / "db.sqlite3"}
database: dict[str, Any] = service("DATABASE_URL", default=SQLITE, parse=env.db_url)
given_options = database.get("OPTIONS", {})  # such as ?sslmode=require
database["CONN_MAX_AGE"] = 60  # seconds
if database["ENGINE"].endswith("sqlite3"):
    database["ENGINE"] = "kinekracht.sqlite3"
    database["OPTIONS"] = {
        # Writers queue for the lock at once instead of failing half-way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA secure_delete=ON;"  # what is deleted is gone from the file as well
        ),
    } | given_options
else:
    database["CONN_HEALTH_CHECKS"] = True
    database["OPTIONS"] = {
        "connect_timeout": 5,  # seconds
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
    # What was never tried before what failed (its status is a higher number), and of that first
    # what has waited longest: no number of mails that can't be sent keeps another from leaving.
    "SENDING_ORDER": ["-priority", "status", "scheduled_time", "id"],
    "RETRY_INTERVAL": timedelta(seconds=MAIL_RETRY_SECONDS),
    "MAX_RETRIES": 2000,  # a week of trying; staff see it from the first failure on
    "LOG_LEVEL": 1,  # failures only
    "BACKENDS": {"default": "kinekracht.storage.mails.DecryptingBackend"},
    "FILE_STORAGE": "mail",
}
EMAIL_TIMEOUT = 20

# How long what patients confide is kept; manage.py purge deletes the rest, every day
COMPLAINT_DAYS = env.int("COMPLAINT_DAYS", default=30)  # after the appointment; self-tests too
APPOINTMENT_MONTHS = env.int("APPOINTMENT_MONTHS", default=12)  # then it belongs to nobody
CALL_BACK_DAYS = env.int("CALL_BACK_DAYS", default=30)  # after somebody was called
MAIL_DAYS = env.int("MAIL_DAYS", default=30)  # queued and sent
AUDIT_MONTHS = env.int("AUDIT_MONTHS", default=24)  # who read what

# Appointments
REQUESTS_PER_ADDRESS = at_least_zero("REQUESTS_PER_ADDRESS", default=10)  # a day
OPEN_REQUESTS_PER_PERSON = at_least_zero("OPEN_REQUESTS_PER_PERSON", default=2)  # then staff look
# A week of one therapist: more than people ask for while nobody answers, and no more than that to
# be cleared away after a flood.
REQUESTS_PER_DAY = at_least_zero("REQUESTS_PER_DAY", default=40)  # unanswered, of each kind
FORM_MIN_SECONDS = env.int("FORM_MIN_SECONDS", default=2)  # nobody fills it in faster
FORM_MAX_HOURS = env.int("FORM_MAX_HOURS", default=4)  # older ones are looked at once more
LINK_DAYS = env.int("LINK_DAYS", default=30)  # after an appointment, that its own page works

# What one address may send in a minute, whichever process it reaches; 0 is no limit
RATE_LIMITS = {
    "booking": at_least_zero("BOOKING_PER_MINUTE", default=20),
    "login": at_least_zero("LOGIN_PER_MINUTE", default=20),
    "search": at_least_zero("SEARCH_PER_MINUTE", default=30),
    "self_test": at_least_zero("SELF_TEST_PER_MINUTE", default=20),
}

# Files
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "media/"
MEDIA_ROOT = SHARED_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o644
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "mail": {  # attachments, until they are sent; never served
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": SHARED_DIR / "mail", "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "kinekracht.storage.files.BundledStaticFilesStorage",
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
PICTURE_MAX_SIDE = 12_000  # in pixels; a file of 31 kB may be 8,000,000 high
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # an article of a hundred blocks is one admin form

# Pages and drawings that are the same for everybody (kinekracht.page_cache)
FILES: dict[str, Any] = {
    "BACKEND": "kinekracht.file_cache.FileCache",
    "LOCATION": VAR_DIR / "cache",
    "OPTIONS": {"MAX_ENTRIES": 2000},
}
NOTHING = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
shared = service("CACHE_URL", default=NOTHING if DEBUG else FILES, parse=cache_url)
CACHES = {"default": {"KEY_PREFIX": "kinekracht"} | shared}
# Tell whether a page was kept: for measuring only, as it tells whether somebody has read it lately.
CACHE_STATUS = env.bool("CACHE_STATUS", default=False)

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
LOGIN_REDIRECT_URL = "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "kinekracht.staff.backends.StampedBackend",
]
# It would make the owner wait for what others do elsewhere; kinekracht.staff.codes counts instead.
OTP_STATIC_THROTTLE_FACTOR = 0
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # it ends when the page said it would
# Of name and address together: who fails on purpose locks nobody else out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "kinekracht.staff_lock.name_and_address"
AXES_CLIENT_IP_CALLABLE = "kinekracht.staff_lock.no_address"
AXES_HANDLER = "kinekracht.staff_lock.SparingHandler"
AXES_LOCKOUT_CALLABLE = "kinekracht.staff_lock.locked_out"
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "password", "code", "next"]
SESSION_ENGINE = "kinekracht.staff.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 12  # a working day, also if the browser stays open
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
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
        # Lighthouse asks for it as a page would, and calls it invalid where a page may not.
        "connect-src": [f"{urlsplit(SITE_URL).netloc}/robots.txt"],
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


# What is logged (see kinekracht.logs): never a query string, a form or an address of a visitor
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "worth": {"()": "django.utils.log.CallbackFilter", "callback": logs.is_worth_logging},
        "keyless": {"()": "django.utils.log.CallbackFilter", "callback": logs.hide_keys},
    },
    "formatters": {
        "line": {
            "class": "logging.Formatter" if DEBUG else "kinekracht.logs.WithoutValues",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
    },
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
        # A failed login is no fault; who fails too often is told.
        "axes": {"level": "ERROR"},
        # Django leaves it to gunicorn to drop the body of an answer to HEAD; each time it says so.
        "gunicorn.http.wsgi": {"level": "ERROR"},
    },
}
