"""WSGI entry point: pages and API."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reservehub.settings.development")

application = get_wsgi_application()
