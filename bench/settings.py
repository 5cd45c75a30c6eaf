"""Development's settings, with one more address: the bare view that everything is compared with."""

from __future__ import annotations

from reservehub.settings.development import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
