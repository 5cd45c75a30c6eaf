from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from notifications.channels.base import BadSignature, OutcomeUnknown, ReportStatus, SendFailed
from notifications.channels.twilio.backend import TwilioBackend
from notifications.channels.twilio.webhook import TwilioWebhook, verify
from tests.notifications.channels.support import CONTENT, envelope_to, impatience, request_of
from tests.notifications.stand_ins.server import address_of_nobody
from tests.notifications.stand_ins.twilio import (
    NUMBER,
    TwilioStandIn,
    inbound_call,
    sign,
    status_call,
)

ANNA = "+15551234567"


def since() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=5)


def test_a_phone_gets_the_short_text(twilio: TwilioStandIn) -> None:
    receipt = TwilioBackend().send(envelope_to(ANNA))

    (sms,) = twilio.delivered
    assert (sms.to, sms.text) == (ANNA, CONTENT.short)
    assert receipt.provider_id == sms.provider_id
    assert sms.more["From"] == NUMBER
    assert sms.more["StatusCallback"] == "http://testserver/webhooks/twilio/"
    assert int(sms.more["ValidityPeriod"]) == 14_400


def test_a_messaging_service_chooses_the_number(twilio: TwilioStandIn, settings: Any) -> None:
    settings.TWILIO_MESSAGING_SERVICE_SID = "MG" + "1" * 32

    TwilioBackend().send(envelope_to(ANNA))

    assert twilio.delivered[0].more["MessagingServiceSid"] == "MG" + "1" * 32
    assert "From" not in twilio.delivered[0].more


def test_who_said_stop_is_an_opt_out(twilio: TwilioStandIn) -> None:
    twilio.stopped.add(ANNA)

    with pytest.raises(SendFailed) as refused:
        TwilioBackend().send(envelope_to(ANNA))

    assert refused.value.code == "21610"
    assert refused.value.is_opt_out
    assert refused.value.is_permanent


@pytest.mark.parametrize("code", [21211, 21614])
def test_a_number_that_is_none_is_dead(twilio: TwilioStandIn, code: int) -> None:
    twilio.fail_next(400, {"code": code, "message": "…", "status": 400})

    with pytest.raises(SendFailed) as refused:
        TwilioBackend().send(envelope_to(ANNA))

    assert refused.value.is_address_dead


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (429, None)])
def test_too_many_messages_wait_as_long_as_twilio_asks(
    twilio: TwilioStandIn, status: int, code: int | None
) -> None:
    twilio.fail_next(status, {"code": code, "message": "…"}, Retry_After="7")

    with pytest.raises(SendFailed) as refused:
        TwilioBackend().send(envelope_to(ANNA))

    assert not refused.value.is_permanent
    assert refused.value.retry_after == timedelta(seconds=7)


def test_a_wrong_key_is_ours_to_mend(twilio: TwilioStandIn, settings: Any) -> None:
    settings.TWILIO_AUTH_TOKEN = "wrong"

    with pytest.raises(SendFailed) as refused:
        TwilioBackend().send(envelope_to(ANNA))

    assert (refused.value.code, refused.value.is_permanent) == ("20003", False)


def test_a_refusal_that_names_no_reason_of_its_own_is_permanent(twilio: TwilioStandIn) -> None:
    twilio.fail_next(400, {"code": 21408, "message": "region", "status": 400})

    with pytest.raises(SendFailed) as refused:
        TwilioBackend().send(envelope_to(ANNA))

    assert refused.value.is_permanent
    assert not refused.value.is_address_dead


def test_nobody_listening_means_that_it_never_left(settings: Any, twilio: TwilioStandIn) -> None:
    settings.TWILIO_API_URL = address_of_nobody()

    with pytest.raises(SendFailed) as refused:
        TwilioBackend().send(envelope_to(ANNA))

    assert (refused.value.code, refused.value.is_permanent) == ("unreachable", False)


@pytest.mark.parametrize("mood", ["hang", "drop_after_receiving"])
def test_a_lost_answer_is_found_again_in_the_list(
    twilio: TwilioStandIn, mood: str, settings: Any
) -> None:
    started = since()
    getattr(twilio, mood)()

    with impatience(settings), pytest.raises(OutcomeUnknown):
        TwilioBackend().send(envelope_to(ANNA))

    found = TwilioBackend().find(envelope_to(ANNA), since=started)
    assert found is not None
    assert found.provider_id == twilio.delivered[0].provider_id


def test_a_server_error_is_no_answer_and_the_list_says_that_nothing_was_taken(
    twilio: TwilioStandIn,
) -> None:
    twilio.fail_next(503)

    with pytest.raises(OutcomeUnknown):
        TwilioBackend().send(envelope_to(ANNA))

    assert TwilioBackend().find(envelope_to(ANNA), since=since()) is None


def test_only_this_text_and_only_since_then_is_found(twilio: TwilioStandIn) -> None:
    TwilioBackend().send(envelope_to(ANNA))
    other = envelope_to(ANNA, content=replace(CONTENT, short="Another text"))

    assert TwilioBackend().find(other, since=since()) is None
    later = datetime.now(UTC) + timedelta(hours=1)
    assert TwilioBackend().find(envelope_to(ANNA), since=later) is None


def test_a_text_with_replaced_characters_is_still_ours(twilio: TwilioStandIn) -> None:
    TwilioBackend().send(envelope_to(ANNA, content=replace(CONTENT, short="“Ciao” – at 7…")))

    plain = envelope_to(ANNA, content=replace(CONTENT, short='"Ciao" - at 7...'))
    assert TwilioBackend().find(plain, since=since()) is not None


@pytest.mark.parametrize("status", [401, 500])
def test_a_list_that_cannot_be_read_proves_nothing(twilio: TwilioStandIn, status: int) -> None:
    twilio.fail_next(status, {"code": 1, "message": "…"})

    with pytest.raises(OutcomeUnknown):
        TwilioBackend().find(envelope_to(ANNA), since=since())


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("sent", ReportStatus.SENT),
        ("delivered", ReportStatus.DELIVERED),
        ("read", ReportStatus.READ),
        ("undelivered", ReportStatus.FAILED),
        ("failed", ReportStatus.FAILED),
    ],
)
def test_statuses_are_reports(twilio: TwilioStandIn, said: str, status: ReportStatus) -> None:
    incoming = TwilioWebhook().read(request_of(status_call("SM1", said)))

    (report,) = incoming.reports
    assert (report.provider_id, report.status) == ("SM1", status)
    assert b"<Response/>" in incoming.response.content


def test_a_status_on_the_way_says_nothing_new(twilio: TwilioStandIn) -> None:
    assert TwilioWebhook().read(request_of(status_call("SM1", "queued"))).reports == ()


def test_reports_tell_opt_outs_and_landlines(twilio: TwilioStandIn) -> None:
    stopped = TwilioWebhook().read(request_of(status_call("SM1", "failed", error="21610")))
    landline = TwilioWebhook().read(request_of(status_call("SM1", "undelivered", error="30006")))

    assert stopped.reports[0].is_opt_out
    assert landline.reports[0].is_address_dead


def test_what_people_write_comes_in(twilio: TwilioStandIn) -> None:
    incoming = TwilioWebhook().read(request_of(inbound_call(ANNA, "Да, будем!", sid="SM9")))

    (inbound,) = incoming.inbound
    assert (inbound.provider_id, inbound.sender, inbound.text) == ("SM9", ANNA, "Да, будем!")
    assert incoming.opt_outs == ()


@pytest.mark.parametrize(("word", "is_withdrawn"), [("STOP", False), ("START", True)])
def test_stop_and_start_are_understood_as_twilio_understood_them(
    twilio: TwilioStandIn, word: str, is_withdrawn: bool
) -> None:
    call = inbound_call(ANNA, "Hör auf", sid="SM9", opt_out=word)

    (notice,) = TwilioWebhook().read(request_of(call)).opt_outs

    assert (notice.address, notice.is_withdrawn) == (ANNA, is_withdrawn)


def test_a_changed_byte_is_refused_wherever_it_is(twilio: TwilioStandIn) -> None:
    call = status_call("SM1", "delivered")
    signature = call.headers["X-Twilio-Signature"]
    forged: list[dict[str, Any]] = [
        {"body": call.body.replace(b"SM1", b"SM2")},
        {"body": call.body + b"&More=1"},
        {"path": call.path + "?a=1"},
        {"headers": {"X-Twilio-Signature": signature[:-2] + "A="}},
        {"headers": {}},
        {"body": b"\xff"},
    ]
    for changed in forged:
        with pytest.raises(BadSignature):
            TwilioWebhook().read(request_of(call, **changed))


def test_the_public_address_counts_and_not_what_the_proxy_made_of_it(
    twilio: TwilioStandIn, settings: Any
) -> None:
    settings.RESERVEHUB_BASE_URL = "https://book.example.com"
    fields = {"MessageSid": "SM1", "MessageStatus": "sent"}
    call = status_call("SM1", "sent")._replace(
        path="/webhooks/twilio/?venue=1",
        body=urlencode(fields).encode(),
        headers={
            "X-Twilio-Signature": sign("https://book.example.com/webhooks/twilio/?venue=1", fields)
        },
    )

    assert TwilioWebhook().read(request_of(call)).reports


class TestPublishedVectors:
    """From twilio-python; see the signature cheat-sheet."""

    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    form = {
        "CallSid": ["CA1234567890ABCDE"],
        "Caller": ["+12349013030"],
        "Digits": ["1234"],
        "From": ["+12349013030"],
        "To": ["+18005551212"],
    }
    sha1 = "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
    sha256 = "Rmm4Vzj+Ky7JGoWXMCsZDZuHDszLr9xvdbvitrDr4/M="
    newer = {"X-Twilio-Webhooks-Signature-Settings": "key=k1,algorithm=HMAC_SHA256"}

    @pytest.fixture(autouse=True)
    def _token(self, settings: Any) -> None:
        settings.TWILIO_AUTH_TOKEN = "12345"
        settings.TWILIO_WEBHOOK_SHARED_KEY = "12345"

    def test_sha1(self) -> None:
        verify(self.url, self.form, {"X-Twilio-Signature": self.sha1})

    def test_sha256(self) -> None:
        verify(self.url, self.form, {"X-Twilio-Signature": self.sha256, **self.newer})

    def test_the_two_are_not_mixed_up(self, settings: Any) -> None:
        with pytest.raises(BadSignature):
            verify(self.url, self.form, {"X-Twilio-Signature": self.sha256})
        with pytest.raises(BadSignature):
            verify(self.url, self.form, {"X-Twilio-Signature": self.sha1, **self.newer})
        settings.TWILIO_WEBHOOK_SHARED_KEY = ""
        with pytest.raises(BadSignature):
            verify(self.url, self.form, {"X-Twilio-Signature": self.sha256, **self.newer})
