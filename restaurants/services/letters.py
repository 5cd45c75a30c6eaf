"""Telling the workers that the letter of an invitation waits."""

from __future__ import annotations

from reservehub.core.handover import Handover

LETTER_TASK = "restaurants.send_invitation"

_letters = Handover(LETTER_TASK)


def queue_letter(invitation_id: int) -> None:
    """Have the letter of an invitation sent once the transaction has committed."""
    _letters.after_commit(invitation_id)
