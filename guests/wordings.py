"""The words guests agree to. The consent ledger keeps them as they were shown."""

from __future__ import annotations

from django.utils.translation import gettext as _


def marketing_words(house: str) -> str:
    """Beside every box and switch for offers and news (rule 105)."""
    words = _("%(place)s may send me offers and news. I can stop them at any time.")
    return words % {"place": house[:100]}


def health_words(house: str) -> str:
    """Beside the choice to keep dietary needs and health notes (rule 107)."""
    words = _("%(place)s may keep my dietary needs and health notes for my next visits.")
    return words % {"place": house[:100]}
