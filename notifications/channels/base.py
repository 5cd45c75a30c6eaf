"""What a channel is given to send, and what it answers.

A provider is a folder beside this file: ``backend.py`` sends, ``webhook.py`` reads what the
provider reports back. It knows nothing of reservations or templates, and writes no rows.
CONTRIBUTING.md lists what a new one needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from django.http import HttpRequest, HttpResponse

from notifications.kinds import ChannelName
from reservehub.core import reading


@dataclass(frozen=True)
class Action:
    """Something the reader can do about a message.

    :param label: translated, short enough for a button (20 characters)
    :param url: a page of ours where it can be done; GET changes nothing there (rule 76)
    :param code: what a reply button sends back: ``confirm``, ``cancel``; empty for links alone
    """

    label: str
    url: str
    code: str = ""


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    mimetype: str


@dataclass(frozen=True, kw_only=True)
class Content:
    """A message in the reader's language, in every shape a channel may want.

    :param subject: one line; also the title of a push notification
    :param text: the letter as plain text
    :param html: the letter as a whole HTML document with inlined CSS; empty where there is none
    :param short: two or three sentences with the essential link, for SMS, chats and notifications
    :param actions: at most three
    :param headers: further e-mail headers, such as ``List-Unsubscribe``
    :param template: the name of an approved WhatsApp template, needed outside its 24 hours
    :param parameters: the values of the template's body, in order
    """

    subject: str
    text: str
    html: str = ""
    short: str = ""
    actions: tuple[Action, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    template: str = ""
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """One message to one address.

    :param key: the same for every try of this message over this channel, unlike any other
        (at most 64 characters, ``[A-Za-z0-9_-]``)
    :param number: the same as a number from 1 to 2147483647
    :param address: e-mail address, E.164 phone number, Telegram chat id or push endpoint
    :param keys: what the channel needs beside the address (``p256dh`` and ``auth`` of Web Push)
    :param may_be_free_form: the reader wrote to us within the last 24 hours (WhatsApp)
    :param lifetime: providers that keep a message for a phone that is off may drop it afterwards
    """

    key: str
    number: int
    address: str
    language: str
    content: Content
    sender_name: str
    reply_to: str = ""
    is_urgent: bool = True
    may_be_free_form: bool = False
    lifetime: timedelta = timedelta(hours=12)
    keys: Mapping[str, str] = field(default_factory=dict)


class Receipt(NamedTuple):
    """The provider has taken the message; `provider_id` is what its reports name it by."""

    provider_id: str


class SendFailed(Exception):
    """The provider has certainly not taken the message.

    :param code: the provider's own code or a word of ours; never personal data
    :param is_permanent: trying again over this channel is useless
    :param is_address_dead: nothing will ever reach this address (bot blocked, subscription gone)
    :param is_opt_out: the reader has told the provider to let nothing of ours through (STOP)
    :param retry_after: the provider asked to wait so long
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        is_permanent: bool = False,
        is_address_dead: bool = False,
        is_opt_out: bool = False,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.is_permanent = is_permanent or is_address_dead or is_opt_out
        self.is_address_dead = is_address_dead
        self.is_opt_out = is_opt_out
        self.retry_after = retry_after


class OutcomeUnknown(Exception):
    """The request may have reached the provider: a time-out after it was sent, a broken answer.

    Where the provider takes an idempotency key (`Backend.resends_safely`) it is tried again with
    the same; elsewhere it is left to `Backend.find`, and then to a person.

    :param provider_id: what reports would name the message by, where that was settled beforehand
    """

    def __init__(self, reason: str = "", *, provider_id: str = "") -> None:
        super().__init__(reason)
        self.provider_id = provider_id


class CannotSay(OutcomeUnknown):
    """The provider has no way to tell what it took: asking again is useless."""


class Backend(Protocol):
    """A provider of one channel. Instances are made afresh for each use and hold no connection."""

    channel: ChannelName
    provider: str
    """Stable name in rows and webhook addresses, such as ``twilio``."""
    resends_safely: bool
    """Sending the same `Envelope.key` twice delivers once."""

    def problem(self) -> str:
        """Which setting is missing, as a sentence; empty where the provider is ready."""

    def send(self, envelope: Envelope) -> Receipt:
        """Hand the message to the provider; bounded time, no retries of its own.

        :raises SendFailed: it was refused, or never left
        :raises OutcomeUnknown: nobody can say
        """

    def find(self, envelope: Envelope, *, since: datetime) -> Receipt | None:
        """Ask the provider whether it took this message after all; None if it surely did not.

        :raises CannotSay: if it never can
        :raises OutcomeUnknown: if it does not answer now
        """


class ReportStatus(StrEnum):
    """What a provider reports of a message it took, from worst-known to best."""

    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


@dataclass(frozen=True, kw_only=True)
class Report:
    """A provider says what became of a message. Reports come late, twice and in any order.

    :param is_opt_out: the reader has refused further messages (STOP, spam report, unsubscribe)
    :param is_address_dead: the address does not exist
    """

    provider_id: str
    status: ReportStatus
    code: str = ""
    at: datetime | None = None
    is_opt_out: bool = False
    is_address_dead: bool = False


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """Somebody wrote or pressed a reply button.

    :param provider_id: of this message, for recognising a repetition
    :param sender: address as in `Envelope.address`
    :param answer_code: the `Action.code` of a pressed button, else empty
    :param in_reply_to: the provider's id of our message, where it says so
    """

    provider_id: str
    sender: str
    text: str
    answer_code: str = ""
    in_reply_to: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class OptOutNotice:
    """An address refuses messages, or takes that back, without naming one of our messages.

    :param reason: a word of ours or of the provider: ``stop``, ``spam_reported``
    :param is_withdrawn: the reader wants messages again (START)
    :param is_marketing: said about campaigns: messages about reservations go on (rule 105)
    """

    address: str
    reason: str
    is_withdrawn: bool = False
    is_marketing: bool = False


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """What one verified webhook request said, and the answer the provider expects."""

    reports: tuple[Report, ...] = ()
    inbound: tuple[Inbound, ...] = ()
    opt_outs: tuple[OptOutNotice, ...] = ()
    response: HttpResponse = field(default_factory=HttpResponse)


BadSignature = reading.BadSignature
Malformed = reading.Malformed


class Webhook(Protocol):
    """Reads the requests of one provider: verifies first, parses afterwards."""

    provider: str
    channel: ChannelName
    methods: tuple[str, ...]
    """The HTTP methods the provider uses; others are answered with 405."""

    def problem(self) -> str:
        """Which setting is missing, as a sentence; the address answers 404 until it is there."""

    def read(self, request: HttpRequest) -> Incoming:
        """
        :raises BadSignature: before anything was parsed
        :raises Malformed: afterwards
        """
