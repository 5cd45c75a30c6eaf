"""The guest's own choices about messages, as their page shows them. No address is printed: pages
behind a link show the name only (rule 76).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Reservation
from notifications.channels.registry import backends_for
from notifications.channels.telegram.name import known_name
from notifications.channels.webpush.keys import public_key
from notifications.kinds import ChannelName, Kind
from notifications.models import GuestPreference
from notifications.selectors import preference_of
from notifications.selectors.ways import Way, browsers_of, ways_of
from notifications.services.unsubscribing import OPTIONAL_KINDS

_KIND_WORDS = {
    Kind.REMINDER_DAY: gettext_lazy("A reminder the day before"),
    Kind.REMINDER_SOON: gettext_lazy("A reminder two hours before"),
    Kind.REVIEW_REQUEST: gettext_lazy("A question afterwards: how was it?"),
}


@dataclass(frozen=True)
class Choice:
    """One radio or one box to tick."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the panel prints.

    :param preferred: ways to choose from; empty where there is only one
    :param channels: ways that can be switched off
    :param refused: ways that got a STOP and may be allowed again
    :param push_key: what a browser needs for subscribing; empty where we cannot send
    :param browsers: short digests of the connected browsers, so that one can recognise itself
    """

    preferred: tuple[Choice, ...] = ()
    channels: tuple[Choice, ...] = ()
    kinds: tuple[Choice, ...] = ()
    refused: tuple[Choice, ...] = ()
    can_connect_telegram: bool = False
    is_telegram_connected: bool = False
    push_key: str = ""
    browsers: str = ""

    @property
    def is_empty(self) -> bool:
        """Nobody can be told anything, and nothing can be connected."""
        return not (self.channels or self.refused or self.can_connect_telegram or self.push_key)

    @property
    def is_silent(self) -> bool:
        """Everything is switched off."""
        return bool(self.channels or self.refused) and not any(c.is_chosen for c in self.channels)


def settings_of(reservation: Reservation) -> Settings:
    """The guest's choices now: at most five queries."""
    guest = reservation.guest
    if guest is None:
        return Settings()
    preference = preference_of(guest)
    ways = [way for way in ways_of(reservation, preference) if _is_ready(way)]
    open_ways = [way for way in ways if not way.is_refused]
    connected = [way for way in open_ways if not way.is_offered]
    return Settings(
        preferred=_preferred(open_ways, preference),
        channels=tuple(Choice(*_words(way), way.is_on) for way in connected),
        kinds=tuple(
            Choice(kind.value, str(_KIND_WORDS[kind]), kind not in preference.off_kinds)
            for kind in OPTIONAL_KINDS
        ),
        refused=tuple(
            Choice(*_words(way)) for way in ways if way.is_refused and not way.is_offered
        ),
        can_connect_telegram=bool(known_name()),
        is_telegram_connected=any(way.channel is ChannelName.TELEGRAM for way in connected),
        push_key=_push_key(),
        browsers=" ".join(digest_of(endpoint) for endpoint in browsers_of(guest.pk)),
    )


def digest_of(endpoint: str) -> str:
    """How a page recognises its own subscription without being told those of others."""
    return sha256(endpoint.encode()).hexdigest()[:16]


def _words(way: Way) -> tuple[str, str]:
    return way.channel.value, str(way.channel.label)


def _is_ready(way: Way) -> bool:
    return bool(backends_for(way.channel, way.address))


def _push_key() -> str:
    if not backends_for(ChannelName.WEBPUSH, ""):
        return ""
    try:
        return public_key()
    except ValueError:
        return ""  # the checks of the deployment complain about the key


def _preferred(ways: Sequence[Way], preference: GuestPreference) -> tuple[Choice, ...]:
    if len(ways) < 2:
        return ()
    chosen = preference.preferred_channel
    is_known = chosen in {way.channel.value for way in ways}
    return (
        Choice("", _("Whatever suits the message"), not is_known),
        *(Choice(*_words(way), way.channel == chosen) for way in ways),
    )
