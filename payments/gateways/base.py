"""What a payment provider is told, and what it answers.

A provider is a folder beside this file: `gateway.py` speaks to it, `webhook.py` verifies and reads
what it reports. It writes no rows and knows nothing of reservations. Every call carries an
idempotency key; asked twice, the provider acts once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse

from payments.facts import Fact, Mode
from reservehub.core import reading
from reservehub.core.money import Money

# --- Told -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card kept at the provider."""

    customer_token: str
    method_token: str
    brand: str = ""
    last4: str = ""
    expires: str = ""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A payment as the provider needs to know it.

    :param public_id: ours, 36 characters; also the provider's "reference" and metadata
    :param attempt: grows when the provider's object of an earlier try is dead; part of the key
    :param account: connected account, merchant account or location; empty for the platform's own
    :param amount: to charge or hold; zero for `Mode.SAVE`
    :param provider_id: of the object to act on: the try under way, what is held, what was taken;
        the token of a card that is to be forgotten; empty before the first
    """

    public_id: str
    attempt: int
    account: str
    mode: Mode
    amount: Money
    description: str
    provider_id: str = ""
    card: Card | None = None

    def key(self, what: str) -> str:
        """An idempotency key of at most 45 characters (Square's limit), for what a guest starts."""
        return f"{self.public_id.replace('-', '')}-{what}-{self.attempt}"[:45]


# --- Answered ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Session:
    """What the guest's page needs to take the card, at the provider's own form.

    :param provider_id: of the try, to be kept on the payment
    :param redirect_url: send the guest there (a page of the provider's); else the page shows
        `payments/elements/<provider>.html` with `data`, the text of its `button`, and `pay_url`,
        which takes a one-time token (POST `source`)
    :param data: for the provider's script; holds no secret key of ours
    """

    provider_id: str
    redirect_url: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DisputeNews:
    """A dispute as the provider tells it; `status` is a `payments.models.DisputeStatus` value."""

    provider_id: str
    status: str
    reason: str
    amount_minor: int
    currency: str
    opened_at: datetime
    told_at: datetime
    respond_by: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is known after a call, a look-up or a webhook.

    :param facts: all that this answer tells; may repeat what is known
    :param provider_id: of the object acted on, if it is new
    :param card: the card kept, where one was
    :param held_until: when a held amount runs out, where the provider says so
    :param is_dead: the provider's object takes no card any more: the next try needs another one
    """

    facts: tuple[Fact, ...] = ()
    provider_id: str = ""
    card: Card | None = None
    disputes: tuple[DisputeNews, ...] = ()
    held_until: datetime | None = None
    is_dead: bool = False


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One event of a webhook.

    :param event_id: the provider's; received twice it counts once
    :param kind: the provider's word for it
    :param public_id: our number of the payment, where the event carries it
    :param provider_id: otherwise the provider's number of the payment object
    :param account: whose event it is, where the provider says so: as `Order.account`
    :param answer: what it says by itself; None: ask the provider (`look_up`)
    """

    event_id: str
    kind: str
    public_id: str = ""
    provider_id: str = ""
    account: str | None = None
    answer: Answer | None = None


@dataclass(frozen=True)
class Incoming:
    """What a webhook request said, and the response the provider expects once it is written
    down.
    """

    notices: Sequence[Notice]
    response: HttpResponse


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One line of the provider's list of movements, for reconciliation."""

    public_id: str
    provider_id: str
    fact: Fact


# --- Refusals ---------------------------------------------------------------------------------


class GatewayError(Exception):
    """:param code: ours or the provider's; never its words for people, which may hold a name"""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refused(GatewayError):
    """The provider said no: nothing happened.

    :param needs_guest: the bank wants the guest to take part (3-D Secure)
    """

    def __init__(self, code: str, *, needs_guest: bool = False) -> None:
        super().__init__(code)
        self.needs_guest = needs_guest


class NotDone(GatewayError):
    """It certainly did not happen and may be tried again: unreachable, too many requests, our
    keys.
    """


class OutcomeUnknown(GatewayError):
    """It may have happened: ask again with the same key."""


class CannotAsk(GatewayError):
    """The provider has no way to be asked this (Adyen tells outcomes by webhook alone)."""


BadSignature = reading.BadSignature
"""Not from the provider."""
Malformed = reading.Malformed
"""From the provider, but not to be read."""


# --- A provider -------------------------------------------------------------------------------


class Gateway(Protocol):
    """Each method is one call over the network, outside any transaction, bounded in time.

    All raise `Refused`, `NotDone` or `OutcomeUnknown`. `key` is the idempotency key.
    """

    provider: str
    csp: Mapping[str, Sequence[str]]
    """What the guest's page must allow for the provider's own form: CSP directive to sources."""

    def problem(self) -> str:
        """Why it is off, naming the environment variable to set; empty if it is on."""

    def begin(self, order: Order, *, return_url: str, language: str) -> Session:
        """Prepare one try of the guest's; asked again for the same attempt it is the same try."""

    def pay(self, order: Order, *, source: str, key: str) -> Answer:
        """Charge, hold or save the card behind a one-time token of the guest's page (Square).

        :raises CannotAsk: where the provider's form does this itself
        """

    def look_up(self, order: Order) -> Answer:
        """All that the provider knows of this payment.

        :raises CannotAsk: where it cannot be asked
        """

    def charge(self, order: Order, amount: Money, *, key: str) -> Answer:
        """Charge the saved card while the guest is away.

        :raises Refused: with `needs_guest` if the bank wants the guest to take part
        """

    def authorise(self, order: Order, amount: Money, *, key: str) -> Answer:
        """Hold an amount on the saved card while the guest is away."""

    def capture(self, order: Order, amount: Money, *, key: str) -> Answer:
        """Take all or a part of what is held; the rest is released."""

    def release(self, order: Order, *, key: str) -> Answer:
        """Give up what is held, or the try under way."""

    def refund(self, order: Order, amount: Money, *, key: str) -> Answer:
        """Give money back."""

    def forget(self, order: Order, *, key: str) -> None:
        """Delete the card whose token is the number of the order, so that nothing can be taken from
        it any more. One that is not there is forgotten: repeating it is always safe.
        """

    def movements(self, account: str, *, since: datetime, until: datetime) -> Iterable[Listed]:
        """What moved in `[since, until)`, by the provider's books.

        :raises CannotAsk: where the provider has no such list
        """


class Webhook(Protocol):
    provider: str

    def read(self, request: HttpRequest) -> Incoming:
        """Verify, then read.

        :raises BadSignature: before a byte of it is parsed
        :raises Malformed: if it cannot be understood
        """
