from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifications.channels.base import (
    BadSignature,
    Malformed,
    OutcomeUnknown,
    ReportStatus,
    SendFailed,
)
from notifications.channels.sendgrid.backend import SendgridBackend
from notifications.channels.sendgrid.webhook import SendgridWebhook
from reservehub.core import clock
from tests.notifications.channels.support import CONTENT, envelope_to, impatience, request_of
from tests.notifications.stand_ins.sendgrid import SendgridStandIn, event
from tests.notifications.stand_ins.server import address_of_nobody

ANNA = "anna@example.com"


def test_a_mailbox_gets_the_letter(sendgrid: SendgridStandIn) -> None:
    receipt = SendgridBackend().send(envelope_to(ANNA, key="m7-email"))

    (letter,) = sendgrid.delivered
    body = letter.more
    assert (letter.to, letter.text) == (ANNA, CONTENT.text)
    assert receipt.provider_id == letter.provider_id != ""
    assert body["from"] == {"email": "no-reply@example.com", "name": "Trattoria via ReserveHub"}
    assert body["reply_to_list"] == [{"email": "trattoria@example.com"}]
    assert body["headers"]["Message-ID"] == "<m7-email@testserver>"
    assert body["headers"]["Auto-Submitted"] == "auto-generated"
    assert [part["type"] for part in body["content"]] == ["text/plain", "text/html"]
    assert "method" in body["attachments"][0]["type"]
    assert body["tracking_settings"]["click_tracking"] == {"enable": False}


def test_every_try_has_an_id_of_its_own(sendgrid: SendgridStandIn) -> None:
    ids = {SendgridBackend().send(envelope_to(ANNA)).provider_id for _again in range(2)}

    assert len(ids) == 2


def test_a_refused_address_is_dead(sendgrid: SendgridStandIn) -> None:
    with pytest.raises(SendFailed) as refused:
        SendgridBackend().send(envelope_to("anna@invalid.example"))

    assert refused.value.is_address_dead
    assert "anna" not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "is_permanent"), [(400, True), (413, True), (401, False), (403, False), (429, False)]
)
def test_refusals(sendgrid: SendgridStandIn, status: int, is_permanent: bool) -> None:
    sendgrid.fail_next(status, {"errors": [{"message": ANNA, "field": "content"}]}, Retry_After="9")

    with pytest.raises(SendFailed) as refused:
        SendgridBackend().send(envelope_to(ANNA))

    error = refused.value
    assert (error.code, error.is_permanent) == (f"http_{status}", is_permanent)
    assert not error.is_address_dead
    assert error.retry_after == (timedelta(seconds=9) if status == 429 else None)
    assert ANNA not in str(error)


def test_before_and_after_sending_are_told_apart(sendgrid: SendgridStandIn, settings: Any) -> None:
    for mood in (sendgrid.hang, sendgrid.drop_after_receiving):
        mood()
        with impatience(settings), pytest.raises(OutcomeUnknown) as unknown:
            SendgridBackend().send(envelope_to(ANNA))
        # Reports will name it by this, if it has arrived.
        assert unknown.value.provider_id == sendgrid.delivered[-1].provider_id
    sendgrid.fail_next(500)
    with pytest.raises(OutcomeUnknown):
        SendgridBackend().send(envelope_to(ANNA))
    with pytest.raises(OutcomeUnknown):
        SendgridBackend().find(envelope_to(ANNA), since=datetime(2026, 1, 1, tzinfo=UTC))

    settings.SENDGRID_API_URL = address_of_nobody()
    with pytest.raises(SendFailed) as refused:
        SendgridBackend().send(envelope_to(ANNA))
    assert refused.value.code == "unreachable"


@pytest.mark.parametrize(
    ("sent", "status", "is_dead", "is_opt_out"),
    [
        (event("processed", "t1"), ReportStatus.SENT, False, False),
        (event("delivered", "t1"), ReportStatus.DELIVERED, False, False),
        (event("open", "t1"), ReportStatus.READ, False, False),
        (event("bounce", "t1", type="bounce", status="5.1.1"), ReportStatus.FAILED, True, False),
        (event("bounce", "t1", type="blocked"), ReportStatus.FAILED, False, False),
        (event("dropped", "t1", reason="Bounced Address"), ReportStatus.FAILED, True, False),
        (event("dropped", "t1", reason="Spam Content"), ReportStatus.FAILED, False, False),
        (event("dropped", "t1", reason="Unsubscribed Address"), ReportStatus.FAILED, False, True),
        (event("spamreport", "t1"), ReportStatus.DELIVERED, False, True),
        (event("unsubscribe", "t1"), ReportStatus.DELIVERED, False, True),
        (event("group_unsubscribe", "t1"), ReportStatus.DELIVERED, False, True),
    ],
)
def test_events_are_reports(
    sendgrid: SendgridStandIn,
    sent: dict[str, Any],
    status: ReportStatus,
    is_dead: bool,
    is_opt_out: bool,
) -> None:
    (report,) = SendgridWebhook().read(request_of(sendgrid.call(sent))).reports

    assert (report.provider_id, report.status) == ("t1", status)
    assert (report.is_address_dead, report.is_opt_out) == (is_dead, is_opt_out)
    assert report.at == datetime.fromtimestamp(1790000000, UTC)


def test_codes_hold_numbers_only(sendgrid: SendgridStandIn) -> None:
    bounce = event("bounce", "t1", status="5.1.1", reason=f"550 unknown user {ANNA}")
    odd = event("bounce", "t1", status=ANNA)

    reports = SendgridWebhook().read(request_of(sendgrid.call(bounce, odd))).reports

    assert [report.code for report in reports] == ["bounce 5.1.1", "bounce"]


def test_of_letters_that_are_not_messages_only_refusals_count(sendgrid: SendgridStandIn) -> None:
    call = sendgrid.call(event("delivered"), event("deferred", "t1"), event("spamreport"))

    incoming = SendgridWebhook().read(request_of(call))

    assert incoming.reports == ()
    assert [(notice.address, notice.reason) for notice in incoming.opt_outs] == [
        (ANNA, "spamreport")
    ]


def test_a_changed_byte_is_refused(sendgrid: SendgridStandIn) -> None:
    call = sendgrid.call(event("delivered", "t1"))
    name, stamp = call.headers
    forged: list[dict[str, Any]] = [
        {"body": call.body.replace(b"t1", b"t2")},
        {"headers": {**call.headers, stamp: str(int(call.headers[stamp]) + 1)}},
        {"headers": {**call.headers, name: "MEUC" + call.headers[name][4:-4] + "AAAA"}},
        {"headers": {**call.headers, name: "ключ"}},
        {"headers": {**call.headers, stamp: "soon"}},
        {"headers": {}},
    ]
    for changed in forged:
        with pytest.raises(BadSignature):
            SendgridWebhook().read(request_of(call, **changed))


@pytest.mark.parametrize("minutes", [-11, 11])
def test_an_old_request_is_refused(sendgrid: SendgridStandIn, minutes: int) -> None:
    at = clock.now() + timedelta(minutes=minutes)

    with pytest.raises(BadSignature):
        SendgridWebhook().read(request_of(sendgrid.call(event("open", "t1"), at=at)))


def test_a_key_that_is_none_believes_nobody(sendgrid: SendgridStandIn, settings: Any) -> None:
    settings.SENDGRID_WEBHOOK_PUBLIC_KEY = "AAAA"

    with pytest.raises(BadSignature):
        SendgridWebhook().read(request_of(sendgrid.call(event("open", "t1"))))


def test_signed_nonsense_is_malformed(sendgrid: SendgridStandIn) -> None:
    nonsense: Any = "text instead of an object"

    with pytest.raises(Malformed):
        SendgridWebhook().read(request_of(sendgrid.call(nonsense)))
