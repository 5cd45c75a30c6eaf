"""Production: everything comes from the environment, and half of it is refused.

Processes: ``web`` (WSGI), ``sockets`` (ASGI), ``worker``, ``beat``, ``bot``; see compose.yaml.
"""

from __future__ import annotations

from reservehub import environment
from reservehub.readiness import refuse_half_configured

from .base import *  # noqa: F403
from .base import (
    ALLOWED_HOSTS,
    RESERVEHUB_PROXIES,
    cache_settings,
    channel_layer_settings,
    database_settings,
)

refuse_half_configured()

RESERVEHUB_BASE_URL = environment.text("RESERVEHUB_BASE_URL", f"https://{ALLOWED_HOSTS[0]}")
RESERVEHUB_BASE_URL = RESERVEHUB_BASE_URL.rstrip("/")
CSRF_TRUSTED_ORIGINS = [f"https://{host.removeprefix('.')}" for host in ALLOWED_HOSTS]

DATABASES = database_settings(environment.text("DATABASE_URL"))
_redis = environment.text("REDIS_URL")
CHANNEL_LAYERS = channel_layer_settings(_redis)
CACHES = cache_settings(_redis)
CELERY_BROKER_URL = _redis

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, without TLS
if RESERVEHUB_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = environment.number("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = environment.flag("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = environment.flag("SECURE_HSTS_PRELOAD", default=False)
# Promises for the whole domain, not only for this site: the operator's to make.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
