from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from payments.gateways import registry
from tests.bookings.deposits.bank import Bank
from tests.notifications.channels.support import put
from tests.notifications.stand_ins.mailgun import MailgunStandIn
from tests.notifications.stand_ins.push import PushStandIn
from tests.notifications.stand_ins.sendgrid import SendgridStandIn
from tests.notifications.stand_ins.smsc import SmscStandIn
from tests.notifications.stand_ins.smtp import SmtpStandIn
from tests.notifications.stand_ins.twilio import TwilioStandIn
from tests.notifications.stand_ins.whatsapp import WhatsappStandIn


@pytest.fixture(autouse=True)
def _impatient(settings: Any) -> None:
    """Less patient than life, and patient enough for a busy machine."""
    settings.RESERVEHUB_SEND_TIMEOUTS = (3.0, 4.0)


@pytest.fixture
def twilio(settings: Any) -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as stand_in:
        put(settings, stand_in.settings())
        yield stand_in


@pytest.fixture
def smsc(settings: Any) -> Iterator[SmscStandIn]:
    with SmscStandIn() as stand_in:
        put(settings, stand_in.settings())
        yield stand_in


@pytest.fixture
def whatsapp(settings: Any) -> Iterator[WhatsappStandIn]:
    with WhatsappStandIn() as stand_in:
        put(settings, stand_in.settings())
        yield stand_in


@pytest.fixture
def push(settings: Any) -> Iterator[PushStandIn]:
    with PushStandIn() as stand_in:
        put(settings, stand_in.settings())
        yield stand_in


@pytest.fixture
def sendgrid(settings: Any) -> Iterator[SendgridStandIn]:
    with SendgridStandIn() as stand_in:
        put(settings, stand_in.settings())
        yield stand_in


@pytest.fixture
def mailgun(settings: Any) -> Iterator[MailgunStandIn]:
    with MailgunStandIn() as stand_in:
        put(settings, stand_in.settings())
        yield stand_in


@pytest.fixture
def smtp(settings: Any) -> Iterator[SmtpStandIn]:
    with SmtpStandIn() as stand_in:
        put(settings, stand_in.settings())
        yield stand_in


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    """The provider of every account."""
    found = Bank()
    monkeypatch.setattr(registry, "gateway_named", lambda _provider: found)
    return found
