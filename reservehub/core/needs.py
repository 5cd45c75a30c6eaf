"""Which settings a provider needs, and which of them are missing."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

Needs = tuple[tuple[str, ...], ...]
"""Names of settings; each inner tuple lists alternatives of which one is enough."""


def setting(name: str) -> str:
    """The value of a text setting, empty where it is not set."""
    return str(getattr(settings, name, "") or "")


def unmet(needs: Needs) -> list[str]:
    """What is missing, alternatives joined: ``["TWILIO_FROM / TWILIO_MESSAGING_SERVICE_SID"]``."""
    return [" / ".join(names) for names in needs if not any(map(setting, names))]


def is_begun(needs: Needs) -> bool:
    """Somebody has started to configure this provider."""
    return any(setting(name) for names in needs for name in names)


def problem_of(needs: Needs) -> str:
    """The first thing that is missing, as a sentence; empty where nothing is."""
    missing = unmet(needs)
    return _("%(setting)s is not set.") % {"setting": missing[0]} if missing else ""
