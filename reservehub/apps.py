"""The project itself as an app: start-up checks, and Celery known to every process."""

from __future__ import annotations

from django.apps import AppConfig

from reservehub import celery

__all__ = ["ReserveHubConfig", "celery"]


class ReserveHubConfig(AppConfig):
    """Importing this module makes ours the current Celery app wherever Django runs."""

    name = "reservehub"
    verbose_name = "ReserveHub"
