"""What beat runs, and when. One entry per task; the task itself lives in its app.

Entries are copied into the database by django-celery-beat, where an administrator may pause them.
"""

from __future__ import annotations

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {}
