"""Impatient settings, so that minutes of misfortune pass in seconds. The addresses of the stand-ins
come from the environment."""

from __future__ import annotations

from bench.settings import *  # noqa: F403

RESERVEHUB_DEV_OUTBOX = False
RESERVEHUB_SEND_TIMEOUTS = (1.0, 1.0)
RESERVEHUB_SEND_STUCK_SECONDS = 6
EMAIL_TIMEOUT = 2
