"""The project itself as an app: start-up checks, and Celery known to every process."""

from __future__ import annotations

from django.apps import AppConfig

from reservehub import celery, checks

__all__ = ["ReserveHubConfig", "celery", "checks"]


class ReserveHubConfig(AppConfig):
    """Importing this module makes our Celery app current, and registers our checks."""

    name = "reservehub"
    verbose_name = "ReserveHub"
