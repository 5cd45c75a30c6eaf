"""The link that stops messages without a log-in: `/u/<token>/` (RFC 8058).

Its token is derived from the nonce of the manage link, and so is revoked with it, but it is
another one: a mailbox provider that presses it for its user, and keeps it in its logs, can neither
cancel a table nor see it. It names its channel and reservation, so nothing has to be stored.
"""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.urls import reverse

from bookings.models import Reservation
from notifications.kinds import ChannelName
from notifications.models import CampaignRecipient
from reservehub.core.errors import NotFound
from reservehub.core.tokens import derive_token, tokens_match

NEWS = "news"
_LONGEST = 100


class Link(NamedTuple):
    reservation: Reservation
    channel: ChannelName


def unsubscribe_token(reservation: Reservation, channel: ChannelName) -> str:
    """``email.42.<43 characters>``."""
    return f"{channel}.{reservation.pk}.{_secret(reservation, channel)}"


def unsubscribe_url(reservation: Reservation, channel: ChannelName) -> str:
    """For ``List-Unsubscribe`` and the last line of a letter."""
    path = reverse("notifications:unsubscribe", args=[unsubscribe_token(reservation, channel)])
    return settings.RESERVEHUB_BASE_URL + path


def unsubscribe_headers(reservation: Reservation) -> dict[str, str]:
    """The headers of a letter that mailbox providers turn into a button (RFC 2369, RFC 8058)."""
    return stop_headers(unsubscribe_url(reservation, ChannelName.EMAIL))


def stop_headers(url: str) -> dict[str, str]:
    """The same for any address that stops something by a POST."""
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def news_url(recipient: CampaignRecipient) -> str:
    """Ends the offers and news to whoever got this one: `/u/news.42.<43 characters>/`."""
    token = f"{NEWS}.{recipient.pk}.{_news_secret(recipient)}"
    return settings.RESERVEHUB_BASE_URL + reverse("notifications:unsubscribe", args=[token])


def is_news(token: str) -> bool:
    """Whether a token is about offers and news rather than about a reservation."""
    return token.startswith(f"{NEWS}.")


def recipient_of(token: str) -> CampaignRecipient:
    """Whose offers and news a token ends.

    :raises NotFound: for one that is not ours (any more)
    """
    name, _dot, rest = token[:_LONGEST].partition(".")
    number, _dot, secret = rest.partition(".")
    if name != NEWS or not _is_number(number):
        raise NotFound
    recipient = (
        CampaignRecipient.objects.select_related("campaign__restaurant", "guest")
        .filter(pk=int(number))
        .first()
    )
    if recipient is None or not tokens_match(secret, _news_secret(recipient)):
        raise NotFound
    return recipient


def _news_secret(recipient: CampaignRecipient) -> str:
    return derive_token("notifications.news", str(recipient.pk), recipient.campaign.link_nonce)


def link_of(token: str) -> Link:
    """What a token stops.

    :raises NotFound: for one that is not ours (any more)
    """
    name, _dot, rest = token[:_LONGEST].partition(".")
    number, _dot, secret = rest.partition(".")
    if name not in ChannelName.values or not _is_number(number):
        raise NotFound
    reservation = (
        Reservation.objects.select_related("restaurant__policy").filter(pk=int(number)).first()
    )
    if reservation is None:
        raise NotFound
    channel = ChannelName(name)
    if not tokens_match(secret, _secret(reservation, channel)):
        raise NotFound
    return Link(reservation, channel)


def _secret(reservation: Reservation, channel: ChannelName) -> str:
    return derive_token(
        "notifications.unsubscribe", f"{channel}.{reservation.pk}", reservation.link_nonce
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
