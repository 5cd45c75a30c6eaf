from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import RequestFactory

from notifications.channels.base import (
    Action,
    BadSignature,
    Malformed,
    OutcomeUnknown,
    ReportStatus,
    SendFailed,
)
from notifications.channels.whatsapp.backend import WhatsappBackend
from notifications.channels.whatsapp.webhook import WhatsappWebhook, verify
from tests.notifications.channels.support import CONTENT, envelope_to, impatience, request_of
from tests.notifications.stand_ins.server import address_of_nobody
from tests.notifications.stand_ins.whatsapp import (
    VERIFY,
    WhatsappStandIn,
    call,
    error,
    inbound_call,
    sign,
    status_call,
)

ANNA = "+15551234567"


def test_out_of_the_blue_goes_the_approved_template(whatsapp: WhatsappStandIn) -> None:
    receipt = WhatsappBackend().send(envelope_to(ANNA, language="ru"))

    (message,) = whatsapp.delivered
    template = message.more["template"]
    assert (message.to, message.text) == (ANNA, "reminder_day: Anna, Trattoria")
    assert receipt.provider_id == message.provider_id
    assert template["language"] == {"policy": "deterministic", "code": "ru"}
    assert template["components"][1] == {
        "type": "button",
        "sub_type": "quick_reply",
        "index": "0",
        "parameters": [{"type": "payload", "payload": "confirm"}],
    }


def test_within_24_hours_goes_free_text_with_buttons(whatsapp: WhatsappStandIn) -> None:
    whatsapp.windows.add(ANNA)
    actions = (Action("A label of more than twenty characters", "", "confirm"), *CONTENT.actions)
    content = replace(CONTENT, actions=actions)

    WhatsappBackend().send(envelope_to(ANNA, content=content, may_be_free_form=True))

    (message,) = whatsapp.delivered
    assert message.text == CONTENT.short
    buttons = message.more["interactive"]["action"]["buttons"]
    assert [button["reply"]["id"] for button in buttons] == ["confirm", "confirm"]
    assert max(len(button["reply"]["title"]) for button in buttons) == 20


def test_without_anything_to_press_it_is_plain_text(whatsapp: WhatsappStandIn) -> None:
    whatsapp.windows.add(ANNA)
    content = replace(CONTENT, actions=())

    WhatsappBackend().send(envelope_to(ANNA, content=content, may_be_free_form=True))

    assert whatsapp.delivered[0].more["type"] == "text"


def test_parameters_are_made_as_meta_wants_them(whatsapp: WhatsappStandIn) -> None:
    content = replace(CONTENT, parameters=("Anna\nde   Vries", ""))

    WhatsappBackend().send(envelope_to(ANNA, content=content))

    assert whatsapp.delivered[0].text == "reminder_day: Anna de Vries, –"


def test_without_a_template_nothing_goes_out_of_the_blue(whatsapp: WhatsappStandIn) -> None:
    with pytest.raises(SendFailed) as refused:
        WhatsappBackend().send(envelope_to(ANNA, content=replace(CONTENT, template="")))

    assert refused.value.is_permanent
    assert whatsapp.requests == []


@pytest.mark.parametrize(
    ("status", "code", "is_permanent"),
    [
        (400, 131026, True),
        (400, 131047, True),
        (400, 132000, True),
        (404, 132001, True),
        (401, 190, False),
        (403, 200, False),
        (400, 133010, False),
        (400, 130429, False),
        (400, 131056, False),
        (500, 131000, False),
        (503, 131016, False),
    ],
)
def test_errors_go_by_the_code_of_meta(
    whatsapp: WhatsappStandIn, status: int, code: int, is_permanent: bool
) -> None:
    answer = error(status, code)
    whatsapp.fail_next(answer.status, answer.body, Retry_After="5")

    with pytest.raises(SendFailed) as refused:
        WhatsappBackend().send(envelope_to(ANNA))

    assert refused.value.code == f"whatsapp_{code}"
    assert refused.value.is_permanent == is_permanent
    assert not refused.value.is_address_dead


def test_too_many_messages_wait(whatsapp: WhatsappStandIn) -> None:
    whatsapp.fail_next(429, {"error": {"code": 130429}}, Retry_After="5")

    with pytest.raises(SendFailed) as refused:
        WhatsappBackend().send(envelope_to(ANNA))

    assert refused.value.retry_after == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("status", "body"), [(500, b"oops"), (502, b""), (200, b"{}"), (200, {"messages": [7]})]
)
def test_an_answer_that_says_nothing_leaves_it_unknown(
    whatsapp: WhatsappStandIn, status: int, body: Any
) -> None:
    whatsapp.fail_next(status, body)

    with pytest.raises(OutcomeUnknown):
        WhatsappBackend().send(envelope_to(ANNA))


def test_before_and_after_sending_are_told_apart(whatsapp: WhatsappStandIn, settings: Any) -> None:
    whatsapp.hang()
    with impatience(settings), pytest.raises(OutcomeUnknown):
        WhatsappBackend().send(envelope_to(ANNA))

    settings.WHATSAPP_API_URL = address_of_nobody()
    with pytest.raises(SendFailed):
        WhatsappBackend().send(envelope_to(ANNA))


def test_whatsapp_cannot_be_asked(whatsapp: WhatsappStandIn) -> None:
    with pytest.raises(OutcomeUnknown):
        WhatsappBackend().find(envelope_to(ANNA), since=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("said", ["sent", "delivered", "read", "failed"])
def test_statuses_are_reports(whatsapp: WhatsappStandIn, said: str) -> None:
    code = 131026 if said == "failed" else 0

    (report,) = WhatsappWebhook().read(request_of(status_call("wamid.1", said, code=code))).reports

    assert (report.provider_id, report.status) == ("wamid.1", ReportStatus(said))
    assert report.code == ("131026" if code else "")
    assert report.at == datetime.fromtimestamp(1790000000, UTC)


def test_what_people_write_and_press_comes_in(whatsapp: WhatsappStandIn) -> None:
    reply = {"type": "button_reply", "button_reply": {"id": "cancel", "title": "Cancel"}}
    calls = [
        inbound_call(ANNA, "wamid.2", text={"body": "We are three"}),
        inbound_call(ANNA, "wamid.3", button={"payload": "confirm", "text": "Confirm"}),
        inbound_call(ANNA, "wamid.4", interactive=reply),
        inbound_call(ANNA, "wamid.5", image={"id": "1", "caption": "our pram"}),
        inbound_call(ANNA, "wamid.6", audio={"id": "1"}),
    ]

    said = [WhatsappWebhook().read(request_of(one)).inbound[0] for one in calls]

    assert [(one.text, one.answer_code) for one in said] == [
        ("We are three", ""),
        ("Confirm", "confirm"),
        ("Cancel", "cancel"),
        ("our pram", ""),
        ("[audio]", ""),
    ]
    assert {one.sender for one in said} == {ANNA}


def test_a_reply_names_what_it_answers(whatsapp: WhatsappStandIn) -> None:
    message = {
        "from": "15551234567",
        "id": "wamid.7",
        "type": "text",
        "text": {"body": "Yes"},
        "context": {"from": "15550001111", "id": "wamid.1"},
    }

    (inbound,) = WhatsappWebhook().read(request_of(call(messages=[message]))).inbound

    assert inbound.in_reply_to == "wamid.1"


def test_reactions_and_other_numbers_are_not_for_us(whatsapp: WhatsappStandIn) -> None:
    reaction = inbound_call(ANNA, "wamid.8", reaction={"emoji": "👍"})
    other = call(number_id="2000002", statuses=[{"id": "wamid.1", "status": "read"}])

    assert WhatsappWebhook().read(request_of(reaction)).inbound == ()
    assert WhatsappWebhook().read(request_of(other)).reports == ()


def test_the_handshake_echoes_the_challenge(whatsapp: WhatsappStandIn) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}

    incoming = WhatsappWebhook().read(RequestFactory().get("/webhooks/whatsapp/", asked))

    assert incoming.response.content == b"1158201444"
    assert incoming.response["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("changed", [{"hub.verify_token": "x"}, {"hub.mode": "unsubscribe"}])
def test_the_handshake_needs_the_token(whatsapp: WhatsappStandIn, changed: dict[str, str]) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1", **changed}

    with pytest.raises(BadSignature):
        WhatsappWebhook().read(RequestFactory().get("/webhooks/whatsapp/", asked))


def test_a_changed_byte_is_refused(whatsapp: WhatsappStandIn) -> None:
    sent = status_call("wamid.1", "read")
    signature = sent.headers["X-Hub-Signature-256"]
    wrong = signature[:-1] + ("0" if signature[-1] != "0" else "1")
    forged: list[dict[str, Any]] = [
        {"body": sent.body.replace(b"wamid.1", b"wamid.2")},
        {"body": sent.body + b" "},
        {"headers": {"X-Hub-Signature-256": wrong}},
        {"headers": {"X-Hub-Signature-256": signature.removeprefix("sha256=")}},
        {"headers": {}},
    ]
    for changed in forged:
        with pytest.raises(BadSignature):
            WhatsappWebhook().read(request_of(sent, **changed))


@pytest.mark.parametrize(
    "body",
    [
        b"no json",
        b"[" * 100_000,
        b"[]",
        b'{"entry": 7}',
        b'{"entry": [7]}',
        b'{"entry": [{"changes": [{"field": "messages", "value": 7}]}]}',
        json.dumps(
            {"entry": [{"changes": [{"field": "messages", "value": {"messages": "x"}}]}]}
        ).encode(),
    ],
)
def test_what_is_signed_and_makes_no_sense_is_malformed(
    whatsapp: WhatsappStandIn, body: bytes
) -> None:
    sent = status_call("wamid.1", "read")._replace(body=body)

    with pytest.raises(Malformed):
        WhatsappWebhook().read(request_of(sent, headers={"X-Hub-Signature-256": sign(body)}))


def test_texts_are_made_fit_for_the_database(whatsapp: WhatsappStandIn) -> None:
    body = '{"body": "a\\u0000b\\ud800c"}'
    sent = inbound_call(ANNA, "wamid.9", text={"body": "X"})
    raw = sent.body.replace(b'{"body": "X"}', body.encode())

    (inbound,) = (
        WhatsappWebhook()
        .read(request_of(sent, body=raw, headers={"X-Hub-Signature-256": sign(raw)}))
        .inbound
    )

    assert inbound.text == "ab?c"


def test_the_vector_of_the_cheat_sheet(settings: Any) -> None:
    settings.WHATSAPP_APP_SECRET = "appsecret"

    verify(
        b'{"object":"whatsapp_business_account","entry":[]}',
        "sha256=09eceea024af6e6343b760cc9bd3ae7c056938dd636e24e92109eb8219500384",
    )
