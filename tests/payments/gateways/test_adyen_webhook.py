"""Whom Adyen's notifications are believed from, and what nonsense comes to."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from payments.gateways.adyen.webhook import AdyenWebhook, signature_of
from payments.gateways.base import BadSignature, Malformed
from tests.notifications.channels.support import put, request_of
from tests.payments.stand_ins.adyen import HMAC_KEY, AdyenStandIn, Item, call_of, signed
from tests.payments.stand_ins.asking import PUBLIC_ID

OTHER_KEY = "00" * 32


@pytest.fixture(autouse=True)
def _keys(settings: Any) -> None:
    put(settings, AdyenStandIn().settings())


def item(**changes: Any) -> Item:
    return {
        "eventCode": "AUTHORISATION",
        "success": "true",
        "pspReference": "PSP0000000000001",
        "originalReference": "",
        "merchantAccountCode": "TrattoriaECOM",
        "merchantReference": f"{PUBLIC_ID}.charge",
        "amount": {"value": 4000, "currency": "EUR"},
        "eventDate": "2026-06-01T09:00:00+02:00",
        "reason": "",
        "additionalData": {},
        **changes,
    }


def read(items: list[Item], **how: Any) -> Any:
    return AdyenWebhook().read(request_of(call_of(items, **how)))


def test_the_published_vector() -> None:
    published = {
        "pspReference": "7914073381342284",
        "merchantAccountCode": "TestMerchant",
        "merchantReference": "TestPayment-1407325143704",
        "amount": {"value": 1130, "currency": "EUR"},
        "eventCode": "AUTHORISATION",
        "success": "true",
    }
    assert signature_of(published, HMAC_KEY) == "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="


def test_adyen_reads_that_it_was_accepted() -> None:
    incoming = read([item()])

    assert incoming.response.status_code == 200
    assert incoming.response.content == b"[accepted]"
    assert len(incoming.notices) == 1


def test_every_changed_byte_of_what_is_signed_is_refused() -> None:
    """In the body as it travels: of each value that the signature covers, and of the signature."""
    call = call_of([item(originalReference="PSP0000000000000")])
    raw = json.loads(call.body)["notificationItems"][0]["NotificationRequestItem"]
    values = [
        json.dumps(raw[name])
        for name in (
            "pspReference",
            "originalReference",
            "merchantAccountCode",
            "merchantReference",
            "eventCode",
            "success",
        )
    ]
    values += ['"value": 4000', '"EUR"', json.dumps(raw["additionalData"]["hmacSignature"])]
    changed = 0
    for value in values:
        start = call.body.index(value.encode())
        skip = len('"value": ') if value.startswith('"value"') else 1
        stop = start + len(value) - (0 if value.startswith('"value"') else 1)
        for position in range(start + skip, stop):
            body = bytearray(call.body)
            body[position] ^= 1
            with pytest.raises(BadSignature):
                AdyenWebhook().read(request_of(call, body=bytes(body)))
            changed += 1
    assert changed > 150


def test_no_changed_byte_makes_other_money() -> None:
    """Wherever it is: what is still believed says the same of the same payment."""
    call = call_of([item()])
    (told,) = AdyenWebhook().read(request_of(call)).notices
    assert told.answer is not None
    (fact,) = told.answer.facts
    believed = 0
    for position in range(len(call.body)):
        body = bytearray(call.body)
        body[position] ^= 1
        try:
            (notice,) = AdyenWebhook().read(request_of(call, body=bytes(body))).notices
        except (BadSignature, Malformed):
            continue
        believed += 1
        assert notice.public_id == told.public_id
        assert notice.answer is not None
        (now,) = notice.answer.facts
        assert (now.kind, now.provider_id, now.amount_minor, now.currency) == (
            fact.kind,
            fact.provider_id,
            fact.amount_minor,
            fact.currency,
        )
    assert believed < len(call.body) / 4


def test_one_forged_item_spoils_the_batch() -> None:
    good, forged = signed(item()), signed(item(pspReference="PSP0000000000002"))
    forged["amount"] = {"value": 1, "currency": "EUR"}
    for items in ([good, forged], [forged, good]):
        with pytest.raises(BadSignature):
            read(items, is_signed=False)
    assert len(read([item(), item(pspReference="PSP0000000000002")]).notices) == 2


@pytest.mark.parametrize("more", [{}, {"hmacSignature": ""}, {"hmacSignature": 7}, None])
def test_an_unsigned_item_is_refused(more: Any) -> None:
    with pytest.raises(BadSignature):
        read([item(additionalData=more)], is_signed=False)


def test_the_key_before_is_good_while_it_is_replaced(settings: Any) -> None:
    with pytest.raises(BadSignature):
        read([item()], key=OTHER_KEY)
    settings.ADYEN_HMAC_KEYS = [HMAC_KEY, OTHER_KEY]
    assert read([item()], key=OTHER_KEY).notices
    settings.ADYEN_HMAC_KEYS = []
    with pytest.raises(BadSignature):
        read([item()])


def test_the_password_is_asked_for_first(settings: Any) -> None:
    call = call_of([item()])
    wrong = base64.b64encode(b"adyen:guess").decode()
    for headers in ({}, {"Authorization": f"Basic {wrong}"}, {"Authorization": "Basic"}):
        with pytest.raises(BadSignature):
            AdyenWebhook().read(request_of(call, headers=headers, body=b"{"))
    settings.ADYEN_WEBHOOK_PASSWORD = ""
    empty = base64.b64encode(b"adyen:").decode()
    with pytest.raises(BadSignature):
        AdyenWebhook().read(request_of(call, headers={"Authorization": f"Basic {empty}"}))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"notificationItems": []}',
        b'{"notificationItems": {}}',
        b'{"notificationItems": [null]}',
        b'{"notificationItems": [{"NotificationRequestItem": "x"}]}',
        b'{"notificationItems": [{}]}',
        b"\xff",
    ],
)
def test_nothing_signed_is_believed_from_nobody(body: bytes) -> None:
    with pytest.raises(BadSignature):
        AdyenWebhook().read(request_of(call_of([]), body=body))


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": {"value": -1, "currency": "EUR"}},
        {"amount": {"value": 1, "currency": "euro"}},
        {"pspReference": ""},
        {"eventDate": "yesterday"},
        {"eventDate": "2026-06-01T09:00:00"},
        {
            "eventCode": "CHARGEBACK",
            "additionalData": {"defensePeriodEndsAt": "soon"},
        },
    ],
)
def test_signed_nonsense_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        read([item(**changes)])


def test_what_is_about_no_payment_is_accepted_and_forgotten() -> None:
    incoming = read([item(eventCode="REPORT_AVAILABLE"), item(eventCode="SOMETHING_NEW")])
    assert (list(incoming.notices), incoming.response.content) == ([], b"[accepted]")


def test_a_repetition_has_the_same_name_and_news_another() -> None:
    def name(**changes: Any) -> str:
        event_id: str = read([item(**changes)]).notices[0].event_id
        return event_id

    assert name() == name()
    others = [
        name(eventDate="2026-06-01T09:00:01+02:00"),
        name(success="false"),
        name(pspReference="PSP0000000000002"),
        name(eventCode="CAPTURE"),
    ]
    assert len({name(), *others}) == 5


def test_strange_letters_do_no_harm() -> None:
    raw = signed(item())
    raw["merchantReference"] = "\ud800"
    with pytest.raises(BadSignature):
        read([raw], is_signed=False)
