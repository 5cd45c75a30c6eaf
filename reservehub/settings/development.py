"""Everyday work and the demo: needs nothing from the environment.

PostgreSQL and Redis are private embedded servers wherever ``DATABASE_URL`` or ``REDIS_URL`` is
missing; they run for as long as some process uses them.
"""

from __future__ import annotations

from datetime import timedelta

from reservehub import environment
from reservehub.local.services import service_urls

from .base import *  # noqa: F403
from .base import (
    ALLOWED_HOSTS,
    CELERY_BEAT_SCHEDULE,
    INSTALLED_APPS,
    RESERVEHUB_HOME,
    SECRET_KEY,
    cache_settings,
    channel_layer_settings,
    database_settings,
)

DEBUG = environment.flag("RESERVEHUB_DEBUG", default=False)
RESERVEHUB_DEMO = environment.flag("RESERVEHUB_DEMO", default=True)
if RESERVEHUB_DEMO:
    INSTALLED_APPS = [*INSTALLED_APPS, "demo"]
SECRET_KEY = SECRET_KEY or "development-only-0123456789-abcdefghijklmnopqrstuvwxyz-not-secret"
ALLOWED_HOSTS = ALLOWED_HOSTS or ["127.0.0.1", "localhost", "[::1]", "testserver"]

_urls = service_urls(RESERVEHUB_HOME)
DATABASES = database_settings(_urls.database)
CHANNEL_LAYERS = channel_layer_settings(_urls.redis)
CACHES = cache_settings(_urls.redis)
CELERY_BROKER_URL = _urls.redis

# Passkeys on http://localhost; anywhere else browsers insist on https.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = RESERVEHUB_HOME / "mail"
RESERVEHUB_DEV_OUTBOX = environment.flag("RESERVEHUB_DEV_OUTBOX", default=True)
RESERVEHUB_PAYMENT_SIMULATOR = environment.flag("RESERVEHUB_PAYMENT_SIMULATOR", default=True)
CELERY_BEAT_SCHEDULE = {
    **CELERY_BEAT_SCHEDULE,
    "payments.run_simulator": {
        "task": "payments.run_simulator",
        "schedule": timedelta(seconds=10),
    },
}

RESERVEHUB_SERVES_MEDIA = True
# Served from where they lie: nothing to collect.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
