from __future__ import annotations

import json
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
from notifications.channels.mailgun.backend import MailgunBackend
from notifications.channels.mailgun.webhook import MailgunWebhook
from reservehub.core import clock
from tests.notifications.channels.support import CONTENT, ICS, envelope_to, impatience, request_of
from tests.notifications.stand_ins.mailgun import MailgunStandIn, call
from tests.notifications.stand_ins.server import address_of_nobody

ANNA = "anna@example.com"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_mailbox_gets_the_letter(mailgun: MailgunStandIn) -> None:
    receipt = MailgunBackend().send(envelope_to(ANNA, key="m7-email"))

    (letter,) = mailgun.delivered
    fields = letter.more
    assert (letter.to, letter.text) == (ANNA, CONTENT.text)
    assert receipt.provider_id == letter.provider_id
    assert fields["from"] == "Trattoria via ReserveHub <no-reply@example.com>"
    assert fields["h:Message-Id"] == "<m7-email@testserver>"
    assert fields["h:Reply-To"] == "trattoria@example.com"
    assert fields["o:tracking-clicks"] == "no"
    assert fields["html"] == CONTENT.html
    kind, content = fields["attachment"].split("\n", 1)
    assert 'method="REQUEST"' in kind
    assert content.encode() == ICS


def test_a_refused_address_is_dead(mailgun: MailgunStandIn) -> None:
    with pytest.raises(SendFailed) as refused:
        MailgunBackend().send(envelope_to("anna@invalid.example"))

    assert refused.value.is_address_dead


@pytest.mark.parametrize(
    ("status", "is_permanent"), [(400, True), (404, True), (401, False), (402, False), (429, False)]
)
def test_refusals(mailgun: MailgunStandIn, status: int, is_permanent: bool) -> None:
    mailgun.fail_next(status, {"message": f"{ANNA} Domain not found"})

    with pytest.raises(SendFailed) as refused:
        MailgunBackend().send(envelope_to(ANNA))

    assert (refused.value.is_permanent, refused.value.is_address_dead) == (is_permanent, False)
    assert ANNA not in str(refused.value)


@pytest.mark.parametrize("mood", ["hang", "drop_after_receiving"])
def test_a_lost_answer_is_found_in_the_log(
    mailgun: MailgunStandIn, mood: str, settings: Any
) -> None:
    getattr(mailgun, mood)()
    with impatience(settings), pytest.raises(OutcomeUnknown) as unknown:
        MailgunBackend().send(envelope_to(ANNA))

    found = MailgunBackend().find(envelope_to(ANNA), since=LONG_AGO)

    assert found is not None
    assert found.provider_id == unknown.value.provider_id == mailgun.delivered[0].provider_id


@pytest.mark.parametrize("body", [b"Mailgun Magnificent API", b"<html>", {"id": "x"}])
def test_a_strange_answer_leaves_it_unknown(mailgun: MailgunStandIn, body: Any) -> None:
    mailgun.fail_next(200, body)

    with pytest.raises(OutcomeUnknown):
        MailgunBackend().send(envelope_to(ANNA))


def test_an_empty_or_unreadable_log_proves_nothing(mailgun: MailgunStandIn) -> None:
    answers: list[tuple[int, Any]] = [(200, {"items": []}), (200, {"items": "x"}), (500, b"")]
    for answer in answers:
        mailgun.fail_next(*answer)
        with pytest.raises(OutcomeUnknown):
            MailgunBackend().find(envelope_to(ANNA), since=LONG_AGO)


def test_nobody_listening_means_that_it_never_left(mailgun: MailgunStandIn, settings: Any) -> None:
    settings.MAILGUN_API_URL = address_of_nobody()

    with pytest.raises(SendFailed) as refused:
        MailgunBackend().send(envelope_to(ANNA))

    assert refused.value.code == "unreachable"


@pytest.mark.parametrize(
    ("name", "more", "status", "is_dead", "is_opt_out"),
    [
        ("accepted", {}, ReportStatus.SENT, False, False),
        ("delivered", {}, ReportStatus.DELIVERED, False, False),
        ("opened", {}, ReportStatus.READ, False, False),
        ("failed", {"severity": "permanent", "reason": "bounce"}, ReportStatus.FAILED, True, False),
        ("failed", {"severity": "permanent", "reason": "old"}, ReportStatus.FAILED, False, False),
        ("failed", {"reason": "suppress-unsubscribe"}, ReportStatus.FAILED, False, True),
        ("complained", {}, ReportStatus.DELIVERED, False, True),
        ("unsubscribed", {}, ReportStatus.DELIVERED, False, True),
    ],
)
def test_events_are_reports(  # noqa: PLR0917 - the columns of the table
    mailgun: MailgunStandIn,
    name: str,
    more: dict[str, Any],
    status: ReportStatus,
    is_dead: bool,
    is_opt_out: bool,
) -> None:
    (report,) = MailgunWebhook().read(request_of(call(name, "t1", **more))).reports

    assert (report.provider_id, report.status) == ("t1", status)
    assert (report.is_address_dead, report.is_opt_out) == (is_dead, is_opt_out)


def test_what_mailgun_goes_on_trying_is_no_failure(mailgun: MailgunStandIn) -> None:
    sent = call("failed", "t1", severity="temporary", reason="generic")

    assert MailgunWebhook().read(request_of(sent)).reports == ()


def test_of_letters_that_are_not_messages_only_refusals_count(mailgun: MailgunStandIn) -> None:
    incoming = MailgunWebhook().read(request_of(call("complained")))

    assert [notice.address for notice in incoming.opt_outs] == [ANNA]
    assert MailgunWebhook().read(request_of(call("delivered"))).reports == ()


@pytest.mark.parametrize("field", ["timestamp", "token", "signature"])
def test_a_changed_byte_of_what_is_signed_is_refused(mailgun: MailgunStandIn, field: str) -> None:
    sent = call("delivered", "t1")
    body = json.loads(sent.body)
    value = body["signature"][field]
    body["signature"][field] = ("1" if value[0] != "1" else "2") + value[1:]

    with pytest.raises(BadSignature):
        MailgunWebhook().read(request_of(sent, body=json.dumps(body).encode()))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"signature": {"token": ""}}', b"\xff"])
def test_what_is_not_signed_is_refused(mailgun: MailgunStandIn, body: bytes) -> None:
    with pytest.raises(BadSignature):
        MailgunWebhook().read(request_of(call("delivered", "t1"), body=body))


def test_yesterdays_signature_is_refused(mailgun: MailgunStandIn) -> None:
    sent = call("delivered", "t1", at=clock.now() - timedelta(hours=13))

    with pytest.raises(BadSignature):
        MailgunWebhook().read(request_of(sent))


def test_signed_nonsense_is_malformed(mailgun: MailgunStandIn) -> None:
    sent = call("delivered", "t1")
    body = {**json.loads(sent.body), "event-data": "x"}

    with pytest.raises(Malformed):
        MailgunWebhook().read(request_of(sent, body=json.dumps(body).encode()))
