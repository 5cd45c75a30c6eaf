"""Letters to people who are invited to work here."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from celery import shared_task

from reservehub.core import clock
from restaurants.letters import invitation_letter
from restaurants.services.invitations import (
    invitation_token,
    letter_claim,
    letter_sent,
    letters_due,
)
from restaurants.services.letters import LETTER_TASK

logger = logging.getLogger(__name__)


@shared_task(name=LETTER_TASK, ignore_result=True)
def send_invitation(invitation_id: int) -> bool:
    """Send one letter; harmless when run twice. Returns whether it went out."""
    invitation = letter_claim(invitation_id=invitation_id, now=clock.now())
    if invitation is None:
        return False
    try:
        invitation_letter(invitation, token=invitation_token(invitation)).send()
    except (SMTPException, OSError) as error:
        # The claim comes back by itself, later each time.
        logger.warning("The letter of invitation %s was not sent: %s", invitation_id, error)
        return False
    letter_sent(invitation=invitation, now=clock.now())
    return True


@shared_task(name="restaurants.sweep_invitations", ignore_result=True)
def sweep_invitations() -> int:
    """Send the letters whose message got lost. Returns how many."""
    return sum(send_invitation(pk) for pk in letters_due(now=clock.now()))
