from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifications.channels.base import BadSignature, OutcomeUnknown, ReportStatus, SendFailed
from notifications.channels.smsc.backend import SmscBackend
from notifications.channels.smsc.webhook import SmscWebhook, verify
from tests.notifications.channels.support import CONTENT, envelope_to, impatience, request_of
from tests.notifications.stand_ins.server import address_of_nobody
from tests.notifications.stand_ins.smsc import SmscStandIn, inbound_call, status_call

IVAN = "+79991234567"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_phone_gets_the_short_text_under_our_number(smsc: SmscStandIn) -> None:
    receipt = SmscBackend().send(envelope_to(IVAN, number=42, lifetime=timedelta(minutes=90)))

    (sms,) = smsc.delivered
    assert (sms.to, sms.text) == (IVAN, CONTENT.short)
    assert receipt.provider_id == sms.provider_id == "42"
    assert sms.more["valid"] == "01:30"


def test_cyrillic_survives(smsc: SmscStandIn) -> None:
    content = CONTENT.__class__(subject="", text="Ждём вас в пятницу")

    SmscBackend().send(envelope_to(IVAN, content=content))

    assert smsc.delivered[0].text == "Ждём вас в пятницу"


def test_an_api_key_replaces_login_and_password(smsc: SmscStandIn, settings: Any) -> None:
    settings.SMSC_API_KEY = "key"

    with pytest.raises(SendFailed):  # the stand-in knows the password only
        SmscBackend().send(envelope_to(IVAN))

    assert smsc.requests[0].form["apikey"] == "key"
    assert "psw" not in smsc.requests[0].form


def test_a_repetition_within_the_minute_is_recognised(smsc: SmscStandIn) -> None:
    first = SmscBackend().send(envelope_to(IVAN))
    again = SmscBackend().send(envelope_to(IVAN))

    assert again == first
    assert len(smsc.delivered) == 1


def test_too_much_at_once_is_no_repetition(smsc: SmscStandIn) -> None:
    smsc.fail_next(200, {"error": "…", "error_code": 9})

    with pytest.raises(SendFailed) as refused:
        SmscBackend().send(envelope_to(IVAN))

    assert not refused.value.is_permanent
    assert refused.value.retry_after == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("code", "is_permanent", "is_dead"),
    [
        (1, True, False),
        (2, False, False),
        (3, False, False),
        (4, False, False),
        (5, True, False),
        (6, True, False),
        (7, True, True),
        (8, True, False),
    ],
)
def test_errors_say_whose_fault_it_is(
    smsc: SmscStandIn, code: int, is_permanent: bool, is_dead: bool
) -> None:
    smsc.fail_next(200, {"error": f"wrong {IVAN}", "error_code": code})

    with pytest.raises(SendFailed) as refused:
        SmscBackend().send(envelope_to(IVAN))

    assert refused.value.code == f"smsc_{code}"
    assert (refused.value.is_permanent, refused.value.is_address_dead) == (is_permanent, is_dead)


def test_the_spare_host_is_asked_if_the_first_cannot_be_reached(
    smsc: SmscStandIn, settings: Any
) -> None:
    settings.SMSC_API_URLS = [address_of_nobody(), smsc.url]

    SmscBackend().send(envelope_to(IVAN))

    assert len(smsc.delivered) == 1


def test_the_spare_host_is_not_asked_if_the_first_may_have_taken_it(
    smsc: SmscStandIn, settings: Any
) -> None:
    settings.SMSC_API_URLS = [smsc.url, smsc.url]
    smsc.drop_after_receiving()

    with pytest.raises(OutcomeUnknown) as unknown:
        SmscBackend().send(envelope_to(IVAN, number=42))

    assert unknown.value.provider_id == "42"
    assert len(smsc.requests) == 1


def test_no_host_means_that_it_never_left(settings: Any, smsc: SmscStandIn) -> None:
    settings.SMSC_API_URLS = [address_of_nobody(), address_of_nobody()]

    with pytest.raises(SendFailed) as refused:
        SmscBackend().send(envelope_to(IVAN))

    assert refused.value.code == "unreachable"


@pytest.mark.parametrize("mood", ["hang", "drop_after_receiving"])
def test_a_lost_answer_is_found_by_its_number(smsc: SmscStandIn, mood: str, settings: Any) -> None:
    getattr(smsc, mood)()
    with impatience(settings), pytest.raises(OutcomeUnknown):
        SmscBackend().send(envelope_to(IVAN))

    found = SmscBackend().find(envelope_to(IVAN), since=LONG_AGO)

    assert found is not None
    assert found.provider_id == "42"


def test_what_smsc_does_not_know_was_not_taken(smsc: SmscStandIn) -> None:
    smsc.fail_next(502)
    with pytest.raises(OutcomeUnknown):
        SmscBackend().send(envelope_to(IVAN))

    assert SmscBackend().find(envelope_to(IVAN), since=LONG_AGO) is None


@pytest.mark.parametrize("body", [b"<html>", {"error": "…", "error_code": 2}, {"other": 1}])
def test_a_strange_answer_proves_nothing(smsc: SmscStandIn, body: Any) -> None:
    smsc.fail_next(200, body)

    with pytest.raises(OutcomeUnknown):
        SmscBackend().find(envelope_to(IVAN), since=LONG_AGO)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (0, ReportStatus.SENT),
        (1, ReportStatus.DELIVERED),
        (2, ReportStatus.READ),
        (3, ReportStatus.FAILED),
        (20, ReportStatus.FAILED),
        (22, ReportStatus.FAILED),
        (-2, ReportStatus.FAILED),
    ],
)
def test_statuses_are_reports(smsc: SmscStandIn, said: int, status: ReportStatus) -> None:
    call = status_call("42", "79991234567", said, err="1")

    (report,) = SmscWebhook().read(request_of(call)).reports

    assert (report.provider_id, report.status) == ("42", status)
    assert report.is_address_dead == (said == 22)


def test_a_message_that_still_waits_is_no_news(smsc: SmscStandIn) -> None:
    assert SmscWebhook().read(request_of(status_call("42", "79991234567", -1))).reports == ()


def test_incoming_sms_come_with_the_secret_in_the_address(smsc: SmscStandIn) -> None:
    call = inbound_call(IVAN, "Будем", sms_id="9")

    (inbound,) = SmscWebhook().read(request_of(call)).inbound

    assert (inbound.provider_id, inbound.sender, inbound.text) == ("in-9", IVAN, "Будем")


def test_incoming_sms_without_the_secret_are_refused(smsc: SmscStandIn) -> None:
    for token in ("", "wrong"):
        with pytest.raises(BadSignature):
            SmscWebhook().read(request_of(inbound_call(IVAN, "Будем", sms_id="9", token=token)))


def test_the_secret_in_the_address_does_not_replace_the_signature_of_a_status(
    smsc: SmscStandIn,
) -> None:
    call = status_call("42", "79991234567", 1)
    unsigned = call.body.split(b"&md5=")[0]

    with pytest.raises(BadSignature):
        SmscWebhook().read(
            request_of(call, body=unsigned, path=f"{call.path}?token=the-callback-secret")
        )


def test_a_changed_byte_is_refused(smsc: SmscStandIn) -> None:
    call = status_call("42", "79991234567", 1)
    for old, new in (
        (b"id=42", b"id=43"),
        (b"phone=7999", b"phone=7998"),
        (b"status=1", b"status=2"),
        (b"md5=", b"md5=0"),
        (b"sha1=", b"sha1=0"),
    ):
        with pytest.raises(BadSignature):
            SmscWebhook().read(request_of(call, body=call.body.replace(old, new)))


class TestVectors:
    fields = {"id": "1234", "phone": "79991234567", "status": "1"}
    md5 = "3362d741abc809f421821889c0f82649"
    sha1 = "75cc0223b953e4164c46ba51e722a3482f13e730"

    @pytest.mark.parametrize(
        "signature", [{"md5": md5}, {"sha1": sha1}, {"md5": md5.upper(), "sha1": sha1}]
    )
    def test_right_ones(self, settings: Any, signature: dict[str, str]) -> None:
        settings.SMSC_CALLBACK_SECRET = "secret"

        verify({**self.fields, **signature}, "id", "phone", "status")

    @pytest.mark.parametrize("signature", [{}, {"md5": sha1}, {"md5": md5, "sha1": md5}])
    def test_wrong_ones(self, settings: Any, signature: dict[str, str]) -> None:
        settings.SMSC_CALLBACK_SECRET = "secret"

        with pytest.raises(BadSignature):
            verify({**self.fields, **signature}, "id", "phone", "status")
