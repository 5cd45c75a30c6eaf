"""The test suite: its own embedded cluster without fsync, nothing leaves the machine."""

from __future__ import annotations

import os

from reservehub.local.services import service_urls

from .base import *  # noqa: F403
from .base import (
    INSTALLED_APPS,
    RESERVEHUB_HOME,
    REST_FRAMEWORK,
    cache_settings,
    channel_layer_settings,
    database_settings,
)

SECRET_KEY = "test-only-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789"
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
INSTALLED_APPS = [*INSTALLED_APPS, "demo"]
RESERVEHUB_THROTTLES = False
RESERVEHUB_BASE_URL = "http://testserver"
TELEGRAM_BOT_TOKEN = ""
RESERVEHUB_PAYMENT_SIMULATOR = True
ACCOUNT_RATE_LIMITS = False
REST_FRAMEWORK = {**REST_FRAMEWORK, "DEFAULT_THROTTLE_CLASSES": []}

_urls = service_urls(RESERVEHUB_HOME / "test", test=True)
_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
DATABASES = database_settings(_urls.database)
CHANNEL_LAYERS = channel_layer_settings(_urls.redis, prefix=f"test-{_worker}")
# A database of Redis per test process: clearing a cache empties the database, whatever the prefix.
_number = int("0" + "".join(filter(str.isdigit, _worker)))
CACHES = cache_settings(
    f"{_urls.redis.rpartition('/')[0]}/{1 + _number % 15}", prefix=f"test-{_worker}"
)
# Queued tasks stay in memory and are not run: a test runs the task it is about.
CELERY_BROKER_URL = "memory://"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Passkeys on http://localhost; anywhere else browsers insist on https.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = RESERVEHUB_HOME / "test" / "media"
RESERVEHUB_SERVES_MEDIA = True
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
