"""Settings of ReserveHub. ``reservehub.settings`` alone means development.

``development``  the demo and everyday work, with embedded servers where no URL is given
``test``         the test suite
``production``   refuses to start half-configured
"""

from __future__ import annotations

from .development import *  # noqa: F403
