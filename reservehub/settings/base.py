"""Settings shared by development, tests and production."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _

from reservehub import environment
from reservehub.schedule import SCHEDULE

from .providers import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent.parent
RESERVEHUB_HOME = Path(environment.text("RESERVEHUB_HOME") or BASE_DIR / ".reservehub").resolve()
PORT = environment.number("PORT", default=8000)

DEBUG = False
RESERVEHUB_DEMO = False
RESERVEHUB_THROTTLES = environment.flag("RESERVEHUB_THROTTLES", default=True)
#: How many of our own proxies stand in front and append to X-Forwarded-For.
RESERVEHUB_PROXIES = environment.number("RESERVEHUB_PROXIES", default=0)
RESERVEHUB_BASE_URL = environment.text("RESERVEHUB_BASE_URL", f"http://127.0.0.1:{PORT}").rstrip(
    "/"
)

SECRET_KEY = environment.text("SECRET_KEY")
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS")

# --- Apps -------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "channels",
    "django_celery_beat",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "import_export",
    "phonenumber_field",
    "reservehub",
    "reservehub.core",
    "accounts",
    "restaurants",
    "guests",
    "payments",
    "bookings",
    "waitlist",
    "reviews",
    "notifications",
    "telegram_bot",
    "staff",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "reservehub.csp.SiteCSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "reservehub.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.AdminSecondFactorMiddleware",
    "staff.shared.SharedTabletMiddleware",
    "reservehub.core.api.middleware.RateLimitHeaders",
]

ROOT_URLCONF = "reservehub.urls"
WSGI_APPLICATION = "reservehub.wsgi.application"
ASGI_APPLICATION = "reservehub.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- People -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_ADAPTER = "accounts.mfa.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "ReserveHub"
MFA_TOTP_TOLERANCE = 1
if not RESERVEHUB_THROTTLES:
    ACCOUNT_RATE_LIMITS = False

# --- Language and time ------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
PHONENUMBER_DB_FORMAT = "E164"

# --- Files ------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT: Path | None = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = RESERVEHUB_HOME / "media"
RESERVEHUB_SERVES_MEDIA = False
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# --- Data -------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def database_settings(url: str) -> dict[str, Any]:
    """``DATABASES`` for the URL; for an empty one a backend that explains itself when used."""
    if not url:
        return {"default": {"ENGINE": "django.db.backends.dummy"}}
    return {"default": environment.database(url)}


def channel_layer_settings(url: str, *, prefix: str = "reservehub") -> dict[str, Any]:
    """``CHANNEL_LAYERS`` for the URL.

    The pub/sub layer is the one that recovers by itself after a Redis restart.
    """
    return {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [url], "prefix": prefix},
        }
    }


def cache_settings(url: str, *, prefix: str = "reservehub") -> dict[str, Any]:
    """``CACHES`` for the URL: shared by all processes, and allowed to vanish at any moment."""
    return {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": url,
            "KEY_PREFIX": prefix,
            # A cache that hangs is worse than none.
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }


# --- Background work --------------------------------------------------------------------------

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A booking must not wait for a broker that is down: the outbox sweep delivers later.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "visibility_timeout": 3600,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = SCHEDULE

# --- API --------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework_simplejwt.authentication.JWTAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "reservehub.core.api.schema.ProblemSchema",
    "DEFAULT_PAGINATION_CLASS": "reservehub.core.api.pagination.CursorPages",
    "EXCEPTION_HANDLER": "reservehub.core.api.problems.exception_handler",
    "DEFAULT_THROTTLE_CLASSES": [
        "reservehub.core.api.throttling.AnonThrottle",
        "reservehub.core.api.throttling.UserThrottle",
    ]
    if RESERVEHUB_THROTTLES
    else [],
    "DEFAULT_THROTTLE_RATES": {
        "anon": "120/min",
        "user": "600/min",
        "public_read": "300/min",
        "availability": "600/min",
        "holds": "30/min",
        "booking": "20/min",
        "lookup": "10/min",
        "auth": "10/min",
        "auth_account": "20/h",
        "invitations": "40/h",
        "invitation_page": "60/h",
        "pins": "30/h",
        "restaurants": "10/h",
        "passwords": "20/h",
    },
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "UPDATE_LAST_LOGIN": True,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "ReserveHub API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "StatusEnum": "bookings.api.serializers.floor.STATUSES",
        "TableMessageEnum": "bookings.api.serializers.floor.MESSAGES",
        "TableStateEnum": "bookings.api.serializers.floor.STATES",
        "OverridesEnum": "bookings.api.serializers.bodies.OVERRIDES",
        "WalkInOverridesEnum": "bookings.api.serializers.floor.WALK_IN_OVERRIDES",
        "ReservationCreateSourceEnum": "bookings.api.serializers.bodies.PUBLIC_SOURCES",
        "StaffReservationCreateSourceEnum": "bookings.api.serializers.bodies.STAFF_SOURCES",
        "KindEnum": "restaurants.models.restaurant.RestaurantKind",
        "DepositKindEnum": "bookings.api.serializers.money.KINDS",
        "PaymentStatusEnum": "bookings.api.serializers.money.STATUSES",
        "GuestNoteKindEnum": "guests.api.serializers.NOTE_KINDS",
    },
}

# --- Browser security -------------------------------------------------------------------------

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
CONTENT_SECURITY_POLICY_ADMIN: dict[str, Any] = {
    "DIRECTIVES": {
        **CONTENT_SECURITY_POLICY["DIRECTIVES"],
        "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
    }
}

# --- Admin ------------------------------------------------------------------------------------

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "ReserveHub",
    "SITE_HEADER": "ReserveHub",
    "SITE_SYMBOL": "table_restaurant",
    "SHOW_HISTORY": True,
    "SHOW_LANGUAGES": True,
    "DASHBOARD_CALLBACK": "bookings.admin.tonight.tonight",
    "COMMAND": {"search_models": True},
    "SIDEBAR": {"show_search": True, "command_search": True},
    "COLORS": {
        "primary": {  # the green of the site
            "50": "oklch(0.97 0.02 163)",
            "100": "oklch(0.94 0.035 163)",
            "200": "oklch(0.88 0.06 163)",
            "300": "oklch(0.81 0.088 160)",
            "400": "oklch(0.7 0.09 161)",
            "500": "oklch(0.56 0.09 162)",
            "600": "oklch(0.42 0.075 163)",
            "700": "oklch(0.37 0.068 163)",
            "800": "oklch(0.32 0.058 163)",
            "900": "oklch(0.27 0.05 163)",
            "950": "oklch(0.21 0.04 163)",
        },
    },
}

# A cell that begins with = would be run by a spreadsheet.
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_USE_TRANSACTIONS = True

# --- Logs -------------------------------------------------------------------------------------

LOG_FORMAT = environment.text("RESERVEHUB_LOG_FORMAT", "text")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_personal_data": {"()": "reservehub.logs.PersonalDataFilter"}},
    "formatters": {
        "text": {"()": "reservehub.logs.TextFormatter"},
        "json": {"()": "reservehub.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["no_personal_data"],
        }
    },
    "root": {"handlers": ["console"], "level": environment.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # It would log the paths of requests, and Telegram's hold the token.
        "urllib3": {"level": "INFO"},
    },
}
