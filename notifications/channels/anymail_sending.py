"""Letters through the e-mail services that django-anymail speaks to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from anymail.exceptions import AnymailError, AnymailInvalidAddress, AnymailRequestsAPIError
from django.core.mail.backends.base import BaseEmailBackend

from notifications.channels.base import Envelope, OutcomeUnknown, Receipt, SendFailed
from notifications.channels.letters import letter_of
from notifications.channels.wire import failure_of, refusal_of

TRACKING = "reservehub_id"
"""Travels with the letter and comes back in every event; we make it, so it is known even if the
answer to the request gets lost."""


def hand_over(
    envelope: Envelope,
    connection: BaseEmailBackend,
    *,
    names_address: Callable[[AnymailRequestsAPIError], bool],
) -> Receipt:
    """Give the letter to the service.

    :param names_address: whether a refusal is about the reader's address
    """
    letter: Any = letter_of(envelope)  # Anymail reads attributes that Django's class has not
    tracking_id = uuid4().hex
    letter.metadata = {TRACKING: tracking_id}
    # Links carry the guest's keys: they do not pass through anybody's click counter.
    letter.track_clicks = letter.track_opens = False
    try:
        connection.send_messages([letter])
    except AnymailInvalidAddress:
        raise SendFailed("bad_address", is_address_dead=True) from None
    except AnymailRequestsAPIError as error:
        raise _failure(error, tracking_id, names_address) from None
    except AnymailError as error:
        raise SendFailed(type(error).__name__, "never sent", is_permanent=True) from None
    return Receipt(tracking_id)


def _failure(
    error: AnymailRequestsAPIError,
    tracking_id: str,
    names_address: Callable[[AnymailRequestsAPIError], bool],
) -> SendFailed | OutcomeUnknown:
    response = error.response
    if response is None:
        failure = failure_of(error.__cause__)
    elif response.status_code < 300:
        failure = OutcomeUnknown("unreadable_answer")
    elif response.status_code == 400 and names_address(error):
        failure = SendFailed("bad_address", "HTTP 400", is_address_dead=True)
    else:
        failure = refusal_of(response.status_code, response.headers)
    if isinstance(failure, OutcomeUnknown):
        failure.provider_id = tracking_id
    return failure
