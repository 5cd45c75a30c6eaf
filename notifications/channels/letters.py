"""An envelope as an e-mail message, the same for every provider of e-mail."""

from __future__ import annotations

import re
from email.encoders import encode_base64
from email.headerregistry import Address
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.channels.base import Attachment, Envelope, SendFailed

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,70}\Z")
_CALENDAR_METHOD = re.compile(rb"^METHOD:([A-Z]{1,20})\r?$", re.MULTILINE)
_OURS = frozenset({"from", "to", "cc", "bcc", "subject", "reply-to", "message-id", "date"})
_LINE_LENGTH = 250


def letter_of(envelope: Envelope) -> EmailMultiAlternatives:
    """The whole message: text and HTML, attachments, and headers without line breaks.

    :raises SendFailed: if the address is none
    """
    content = envelope.content
    letter = EmailMultiAlternatives(
        subject=one_line(content.subject),
        body=content.text,
        from_email=sender_of(envelope),
        to=[address_of(envelope.address)],
        reply_to=_reply_to(envelope),
        headers=headers_of(envelope),
    )
    if content.html:
        letter.attach_alternative(content.html, "text/html")
    for attachment in content.attachments:
        letter.attach(_part_of(attachment))
    return letter


def one_line(text: str) -> str:
    """A text fit for a header: line breaks and other controls become blanks."""
    return _CONTROLS.sub(" ", text).strip()[:_LINE_LENGTH]


def address_of(text: str) -> str:
    """:raises SendFailed: if it is no single e-mail address"""
    try:
        validate_email(text)
    except ValidationError:
        raise SendFailed("bad_address", is_address_dead=True) from None
    return text


def message_id_of(envelope: Envelope) -> str:
    """The same for every try, so that mailboxes can recognise a repetition."""
    host = urlsplit(settings.RESERVEHUB_BASE_URL).hostname or "localhost"
    return f"<{envelope.key}@{host}>"


def sender_of(envelope: Envelope) -> str:
    """``"Trattoria via ReserveHub" <no-reply@…>``: the restaurant's name at the site's address."""
    service, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    restaurant = one_line(envelope.sender_name)
    with override(envelope.language):
        name = (
            _("%(restaurant)s via %(service)s") % {"restaurant": restaurant, "service": service}
            if restaurant and service
            else restaurant or service
        )
    return str(Address(display_name=one_line(name), addr_spec=address))


def headers_of(envelope: Envelope) -> dict[str, str]:
    """Ours, and those of the content that are not ours to change."""
    headers = {
        name: one_line(value)
        for name, value in envelope.content.headers.items()
        if _HEADER_NAME.match(name) and name.lower() not in _OURS
    }
    # Holiday notices and other robots do not answer what says so (RFC 3834).
    return {
        **headers,
        "Message-ID": message_id_of(envelope),
        "Auto-Submitted": "auto-generated",
    }


def _reply_to(envelope: Envelope) -> list[str] | None:
    """Where the restaurant reads its mail; left out if that is no address."""
    try:
        return [address_of(envelope.reply_to)] if envelope.reply_to else None
    except SendFailed:
        return None


def _part_of(attachment: Attachment) -> MIMEBase:
    kind, _slash, rest = attachment.mimetype.partition(";")[0].strip().partition("/")
    if kind == "text":
        part: MIMEBase = MIMEText(attachment.content.decode("utf-8", "replace"), rest, "utf-8")
    else:
        part = _binary(attachment, kind, rest)
    method = _CALENDAR_METHOD.search(attachment.content)
    if rest == "calendar" and method:
        part.set_param("method", method.group(1).decode())
    part.add_header("Content-Disposition", "attachment", filename=one_line(attachment.name))
    return part


def _binary(attachment: Attachment, kind: str, rest: str) -> MIMEBase:
    part = MIMEBase(kind or "application", rest or "octet-stream")
    part.set_payload(attachment.content)
    encode_base64(part)
    return part
