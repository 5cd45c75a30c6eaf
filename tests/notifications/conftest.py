"""Stand-ins of the providers for the tests of the flow; those of the channels share them."""

from tests.notifications.channels.conftest import (  # noqa: F401
    _impatient,
    mailgun,
    push,
    sendgrid,
    smsc,
    smtp,
    twilio,
    whatsapp,
)
