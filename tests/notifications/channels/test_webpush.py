from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command

from notifications.channels.base import Action, OutcomeUnknown, SendFailed
from notifications.channels.webpush.backend import WebpushBackend, topic_of
from notifications.channels.webpush.keys import public_key
from notifications.channels.webpush.services import is_push_service
from tests.notifications.channels.support import CONTENT, envelope_to, impatience
from tests.notifications.stand_ins.push import PushStandIn


def test_a_browser_can_read_what_it_gets(push: PushStandIn) -> None:
    endpoint, keys = push.subscribe()

    WebpushBackend().send(envelope_to(endpoint, keys=keys, lifetime=timedelta(hours=1)))

    (shown,) = push.delivered
    assert shown.more == {
        "title": CONTENT.subject,
        "body": CONTENT.short,
        "url": "https://book.example.com/r/abc",
        "tag": topic_of(envelope_to(endpoint)),
        "actions": [
            {"action": "confirm", "title": "Confirm", "url": "https://book.example.com/r/abc"},
            {"action": "open-1", "title": "Open", "url": "https://book.example.com/r/abc"},
        ],
    }
    headers = push.requests[0].headers
    assert (headers["Ttl"], headers["Urgency"]) == ("3600", "high")
    assert headers["Content-Encoding"] == "aes128gcm"


def test_a_repetition_is_seen_once(push: PushStandIn) -> None:
    endpoint, keys = push.subscribe()
    for _again in range(2):
        WebpushBackend().send(envelope_to(endpoint, keys=keys))

    assert WebpushBackend.resends_safely
    assert len(push.on_screen) == 1
    assert {request.headers["Topic"] for request in push.requests} == set(push.on_screen)
    assert len(push.requests[0].headers["Topic"]) == 32


def test_a_lot_of_text_still_fits(push: PushStandIn) -> None:
    endpoint, keys = push.subscribe()
    url = "https://book.example.com/" + "x" * 1500
    actions = tuple(Action("Ж" * 20, url, f"c{number}") for number in range(3))
    content = replace(CONTENT, subject="Ж" * 999, short="Ж" * 9999, actions=actions)

    WebpushBackend().send(envelope_to(endpoint, keys=keys, content=content))

    assert len(push.requests[0].body) <= 4096
    assert push.delivered[0].more["actions"] == []
    assert push.delivered[0].more["url"] == url


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_gone_is_dead(push: PushStandIn, status: int) -> None:
    endpoint, keys = push.subscribe()
    push.fail_next(status)

    with pytest.raises(SendFailed) as refused:
        WebpushBackend().send(envelope_to(endpoint, keys=keys))

    assert (refused.value.code, refused.value.is_address_dead) == (f"push_{status}", True)


@pytest.mark.parametrize(
    ("status", "is_permanent"), [(400, True), (413, True), (401, False), (403, False), (429, False)]
)
def test_other_refusals_leave_the_subscription_alone(
    push: PushStandIn, status: int, is_permanent: bool
) -> None:
    endpoint, keys = push.subscribe()
    push.fail_next(status, Retry_After="60")

    with pytest.raises(SendFailed) as refused:
        WebpushBackend().send(envelope_to(endpoint, keys=keys))

    assert (refused.value.is_permanent, refused.value.is_address_dead) == (is_permanent, False)


def test_before_and_after_sending_are_told_apart(push: PushStandIn, settings: Any) -> None:
    endpoint, keys = push.subscribe()
    for mood in (push.hang, push.drop_after_receiving, lambda: push.fail_next(500)):
        mood()
        with impatience(settings), pytest.raises(OutcomeUnknown):
            WebpushBackend().send(envelope_to(endpoint, keys=keys))
    with pytest.raises(OutcomeUnknown):
        WebpushBackend().find(envelope_to(endpoint), since=datetime(2026, 1, 1, tzinfo=UTC))

    with push.down(), pytest.raises(SendFailed) as refused:
        WebpushBackend().send(envelope_to(endpoint, keys=keys))
    assert refused.value.code == "unreachable"

    WebpushBackend().send(envelope_to(endpoint, keys=keys))


@pytest.mark.parametrize(
    "keys",
    [{}, {"p256dh": "x", "auth": "y"}, {"p256dh": "A" * 87, "auth": "MDEyMzQ1Njc4OWFiY2RlZg"}],
)
def test_keys_that_are_none_are_dead(push: PushStandIn, keys: dict[str, str]) -> None:
    endpoint, _keys = push.subscribe()

    with pytest.raises(SendFailed) as refused:
        WebpushBackend().send(envelope_to(endpoint, keys=keys))

    assert refused.value.is_address_dead
    assert push.requests == []


@pytest.mark.parametrize(
    ("endpoint", "is_one"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/abc", True),
        ("https://web.push.apple.com/abc", True),
        ("https://fcm.googleapis.com:443/abc", True),
        ("http://fcm.googleapis.com/abc", False),
        ("https://fcm.googleapis.com:8443/abc", False),
        ("https://fcm.googleapis.com.evil.example/abc", False),
        ("https://evilpush.apple.com.example/", False),
        ("https://user@fcm.googleapis.com/abc", False),
        ("https://127.0.0.1/abc", False),
        ("https://[::1/abc", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_only_push_services_are_called(endpoint: str, is_one: bool) -> None:
    assert is_push_service(endpoint) == is_one


def test_our_servers_call_nobody_else(push: PushStandIn, settings: Any) -> None:
    endpoint, keys = push.subscribe()
    settings.WEBPUSH_SERVICES = ["fcm.googleapis.com"]

    with pytest.raises(SendFailed) as refused:
        WebpushBackend().send(envelope_to(endpoint, keys=keys))

    assert (refused.value.code, push.requests) == ("foreign_service", [])


def test_the_command_makes_keys_that_work(settings: Any) -> None:
    out = StringIO()
    call_command("make_vapid_keys", stdout=out)
    private, public = (line.split()[-1].split("=")[-1] for line in out.getvalue().splitlines())

    settings.VAPID_PRIVATE_KEY = private

    assert public_key() == public
    assert len(base64.urlsafe_b64decode(public + "=")) == 65


@pytest.mark.parametrize("key", ["short", "é", "A" * 60])
def test_a_key_that_is_none_is_said_to_be_ours(push: PushStandIn, settings: Any, key: str) -> None:
    endpoint, keys = push.subscribe()
    settings.VAPID_PRIVATE_KEY = key

    with pytest.raises(SendFailed) as refused:
        WebpushBackend().send(envelope_to(endpoint, keys=keys))

    assert (refused.value.code, refused.value.is_permanent) == ("bad_vapid_key", False)


def test_the_example_of_rfc_8291() -> None:
    def raw(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    def private(text: str) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(raw(text), "big"), ec.SECP256R1())

    sealed = raw(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmY"
        "WAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexS"
        "gSxsj_Qulcy4a-fN"
    )

    text = http_ece.decrypt(
        sealed,
        private_key=private("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"),
        auth_secret=raw("BTBZMqHH6r4Tts7J_aSIgg"),
    )

    assert text == b"When I grow up, I want to be a watermelon"
