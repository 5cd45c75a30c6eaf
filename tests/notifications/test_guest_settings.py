"""What guests choose about messages: the panel behind the manage link, browsers, unsubscribing."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from bookings.models import Reservation
from bookings.selectors import manage_path, manage_token_of, view_token_of
from bookings.services import reservation_create
from notifications.channels.webpush.keys import make_pair
from notifications.kinds import ChannelName, Kind
from notifications.models import ContactLink, ContactPoint, GuestPreference, OptOut
from notifications.presenters.guest import digest_of
from notifications.selectors import addresses_of
from notifications.services import contact_point_add, opt_out
from notifications.unsubscribe import unsubscribe_headers, unsubscribe_token, unsubscribe_url
from reservehub.core import clock
from reservehub.core.models import AuditEntry
from tests.factories import GUEST, NOW, a_request, make_restaurant

pytestmark = pytest.mark.django_db

PART = {"HX-Request": "true", "HX-Target": "messages"}
EMAIL, PHONE = "anna@example.com", "+31612345678"
OPTIONAL = ["reminder_day", "reminder_soon", "review_request"]
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"
KEYS = {
    "p256dh": base64.urlsafe_b64encode(b"\x04" + b"k" * 64).rstrip(b"=").decode(),
    "auth": base64.urlsafe_b64encode(b"a" * 16).rstrip(b"=").decode(),
}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    cache.clear()
    with clock.freeze(NOW):
        yield


@pytest.fixture(autouse=True)
def ready(settings: Any) -> Any:
    """The outbox of development takes everything, so every channel is ready."""
    settings.RESERVEHUB_DEV_OUTBOX = True
    return settings


@pytest.fixture
def push(ready: Any) -> Any:
    ready.VAPID_PRIVATE_KEY, public = make_pair()
    ready.VAPID_SUBJECT = "mailto:anna@example.com"
    return public


@pytest.fixture
def reservation() -> Reservation:
    request = a_request(make_restaurant(name="Bistro Anna"), guest_email=EMAIL, guest_phone=PHONE)
    return reservation_create(request=request, actor=GUEST, now=NOW).reservation


def url(name: str, reservation: Reservation) -> str:
    return reverse(f"notifications:{name}", args=[manage_token_of(reservation)])


def panel(client: Client, reservation: Reservation) -> str:
    return client.get(url("guest-messages", reservation), headers=PART).content.decode()


def checked(html: str, name: str) -> list[str]:
    found = re.findall(rf'name="{name}"\s+value="(\w*)"\s+checked', html)
    return sorted(found)


def save(client: Client, reservation: Reservation, **data: Any) -> Any:
    wishes = {"preferred": "", "channels": ["email", "sms"], "kinds": OPTIONAL}
    return client.post(url("guest-messages", reservation), wishes | data)


def preference(reservation: Reservation) -> GuestPreference:
    return GuestPreference.objects.get(guest=reservation.guest_id)


# --- The panel ------------------------------------------------------------------------------------


def test_the_page_of_the_booking_leads_there(client: Client, reservation: Reservation) -> None:
    page = client.get(manage_path(reservation)).content.decode()
    assert f'hx-get="{url("guest-messages", reservation)}"' in page
    assert f'href="{url("guest-messages", reservation)}"' in page


def test_it_shows_what_is_possible_and_chosen_but_no_address(
    client: Client, reservation: Reservation
) -> None:
    html = panel(client, reservation)
    assert "<html" not in html
    assert checked(html, "channels") == ["email", "sms"]
    assert checked(html, "kinds") == OPTIONAL
    assert re.findall(r'name="preferred"\s+value="(\w*)"', html) == ["", "email", "sms", "whatsapp"]
    assert EMAIL not in html
    assert PHONE not in html
    assert "<html" in client.get(url("guest-messages", reservation)).content.decode()


def test_a_channel_that_nobody_can_send_over_is_not_offered(
    client: Client, reservation: Reservation, ready: Any
) -> None:
    ready.RESERVEHUB_DEV_OUTBOX = False
    html = panel(client, reservation)
    assert 'value="sms"' not in html
    assert 'value="whatsapp"' not in html


def test_the_choice_is_kept_and_obeyed(client: Client, reservation: Reservation) -> None:
    answer = save(client, reservation, preferred="sms", channels=["sms"], kinds=["reminder_day"])
    assert answer.status_code == 303
    kept = preference(reservation)
    assert (kept.preferred_channel, kept.off_channels) == ("sms", ["email"])
    assert kept.off_kinds == ["reminder_soon", "review_request"]
    assert set(addresses_of(reservation)) == {ChannelName.SMS}
    assert AuditEntry.objects.latest("pk").action == "notifications.preference.changed"
    html = client.get(answer["Location"]).content.decode()
    assert "Saved." in html
    assert checked(html, "preferred") == ["sms"]


def test_what_the_page_does_not_offer_stays_as_it_was(
    client: Client, reservation: Reservation
) -> None:
    guest = reservation.guest
    assert guest is not None
    GuestPreference.objects.create(
        guest=guest, preferred_channel="telegram", off_channels=["webpush"], updated_at=NOW
    )
    save(client, reservation, preferred="telegram", kinds=[*OPTIONAL, "confirmed"])
    kept = preference(reservation)
    assert (kept.preferred_channel, kept.off_channels) == ("telegram", ["webpush"])
    assert kept.off_kinds == []


def test_what_is_wanted_and_switched_off_at_once_is_off(
    client: Client, reservation: Reservation
) -> None:
    save(client, reservation, preferred="sms", channels=["email"])
    kept = preference(reservation)
    assert (kept.preferred_channel, kept.off_channels) == ("", ["sms"])
    guest = reservation.guest
    GuestPreference.objects.filter(guest=guest).update(off_channels=["whatsapp"])
    save(client, reservation, preferred="whatsapp")
    assert ChannelName.WHATSAPP in addresses_of(reservation)


def test_who_switches_everything_off_is_told_what_that_means(
    client: Client, reservation: Reservation
) -> None:
    save(client, reservation, channels=[], kinds=[])
    assert addresses_of(reservation) == {}
    assert "Everything is switched off" in panel(client, reservation)


def test_preferring_whatsapp_is_the_consent_to_it(client: Client, reservation: Reservation) -> None:
    assert ChannelName.WHATSAPP not in addresses_of(reservation)
    save(client, reservation, preferred="whatsapp")
    assert addresses_of(reservation)[ChannelName.WHATSAPP].value == PHONE


def test_after_a_stop_the_channel_can_be_allowed_again(
    client: Client, reservation: Reservation
) -> None:
    opt_out(channel="sms", address=PHONE, reason="stop", now=NOW)
    html = panel(client, reservation)
    assert "you asked us to stop" in html
    assert checked(html, "channels") == ["email"]
    answer = client.post(url("guest-messages-allow", reservation), {"channel": "sms"})
    assert answer.status_code == 303
    assert not OptOut.objects.exists()
    assert checked(panel(client, reservation), "channels") == ["email", "sms"]


def test_nobody_can_allow_what_does_not_exist(client: Client, reservation: Reservation) -> None:
    answer = client.post(url("guest-messages-allow", reservation), {"channel": "pigeon"})
    assert answer.status_code == 404


def test_a_booking_without_a_guest_has_nothing_to_choose(
    client: Client, reservation: Reservation
) -> None:
    Reservation.objects.filter(pk=reservation.pk).update(guest=None)
    assert "no way to send you messages" in panel(client, reservation)
    assert save(client, reservation).status_code == 404
    assert client.post(url("guest-push-off", reservation)).status_code == 404


NAMES = (
    "guest-messages",
    "guest-messages-allow",
    "guest-messages-telegram",
    "guest-push-on",
    "guest-push-off",
)


@pytest.mark.parametrize("name", NAMES)
def test_only_the_link_to_manage_opens_it(
    client: Client, reservation: Reservation, push: str, name: str
) -> None:
    for token in (view_token_of(reservation), "x" * 43, reservation.link_nonce):
        path = reverse(f"notifications:{name}", args=[token])
        assert client.get(path).status_code in {404, 405}
        assert client.post(path, {"channel": "sms"}).status_code == 404
    assert not ContactPoint.objects.exists()
    assert not ContactLink.objects.exists()


@pytest.mark.parametrize("name", NAMES)
def test_it_leaks_nowhere(client: Client, reservation: Reservation, push: str, name: str) -> None:
    answer = client.post(url(name, reservation), {"channel": "sms"})
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"


def test_looking_changes_nothing(client: Client, reservation: Reservation, push: str) -> None:
    for name in NAMES:
        client.get(url(name, reservation))
    assert not GuestPreference.objects.exists()
    assert not ContactLink.objects.exists()


def test_another_site_cannot_choose_for_the_guest(reservation: Reservation) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert save(strict, reservation).status_code == 403


def test_changes_are_limited(client: Client, reservation: Reservation, settings: Any) -> None:
    settings.RESERVEHUB_THROTTLES = True
    statuses = [save(client, reservation).status_code for _ in range(61)]
    assert statuses[-2:] == [303, 429]


# --- Telegram -------------------------------------------------------------------------------------


def test_telegram_is_offered_only_with_a_bot(
    client: Client, reservation: Reservation, ready: Any
) -> None:
    assert "Telegram" not in panel(client, reservation)
    assert client.post(url("guest-messages-telegram", reservation)).status_code == 404
    ready.TELEGRAM_BOT_TOKEN, ready.TELEGRAM_BOT_NAME = "1:token", "bistro_bot"
    assert "Get updates in Telegram" in panel(client, reservation)
    html = client.post(url("guest-messages-telegram", reservation)).content.decode()
    found = re.search(r'href="https://t\.me/bistro_bot\?start=([A-Za-z0-9_-]{43})"', html)
    assert found
    link = ContactLink.objects.get()
    assert (link.channel, link.reservation_id) == ("telegram", reservation.pk)
    assert found[1] not in link.token_hash


def test_a_connected_chat_is_a_way_like_others(
    client: Client, reservation: Reservation, ready: Any
) -> None:
    ready.TELEGRAM_BOT_TOKEN, ready.TELEGRAM_BOT_NAME = "1:token", "bistro_bot"
    assert reservation.guest_id is not None
    contact_point_add(
        guest_id=reservation.guest_id, channel="telegram", address="77", keys={}, now=NOW
    )
    html = panel(client, reservation)
    assert checked(html, "channels") == ["email", "sms", "telegram"]
    assert "Get updates in Telegram" not in html


# --- This browser ---------------------------------------------------------------------------------


def connect(client: Client, reservation: Reservation, **data: str) -> Any:
    return client.post(
        url("guest-push-on", reservation), {"endpoint": ENDPOINT, **KEYS} | data, headers=PART
    )


def test_without_a_key_no_browser_is_asked(client: Client, reservation: Reservation) -> None:
    assert "data-push-key" not in panel(client, reservation)
    assert connect(client, reservation).status_code == 404


def test_a_browser_comes_and_goes(client: Client, reservation: Reservation, push: str) -> None:
    assert f'data-push-key="{push}"' in panel(client, reservation)
    html = connect(client, reservation).content.decode()
    assert "This browser will notify you." in html
    assert f'data-known="{digest_of(ENDPOINT)}"' in html
    assert ENDPOINT not in html
    point = ContactPoint.objects.get()
    assert (point.channel, point.address, point.keys) == ("webpush", ENDPOINT, KEYS)
    assert addresses_of(reservation)[ChannelName.WEBPUSH].value == ENDPOINT
    off = client.post(url("guest-push-off", reservation), {"endpoint": ENDPOINT}, headers=PART)
    assert "not notify you any more" in off.content.decode()
    assert ChannelName.WEBPUSH not in addresses_of(reservation)
    connect(client, reservation)
    assert ContactPoint.objects.get().disabled_at is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": ""},
        {"endpoint": "http://fcm.googleapis.com/x"},
        {"endpoint": "https://127.0.0.1/x"},
        {"endpoint": "https://fcm.googleapis.com.evil.example/x"},
        {"endpoint": ENDPOINT + "x" * 500},
        {"p256dh": "short"},
        {"p256dh": "%%%"},
        {"auth": ""},
        {"auth": "a" * 200},
    ],
    ids=str,
)
def test_what_is_no_subscription_is_refused(
    client: Client, reservation: Reservation, push: str, wrong: dict[str, str]
) -> None:
    answer = connect(client, reservation, **wrong)
    assert answer.status_code == 422
    assert "cannot be used here" in answer.content.decode()
    assert not ContactPoint.objects.exists()


def test_a_guest_has_at_most_five_browsers(
    client: Client, reservation: Reservation, push: str
) -> None:
    statuses = [
        connect(client, reservation, endpoint=f"{ENDPOINT}{n}").status_code for n in range(6)
    ]
    assert statuses == [200] * 5 + [409]


def test_switching_off_is_only_for_this_guest(
    client: Client, reservation: Reservation, push: str
) -> None:
    request = a_request(reservation.restaurant, guest_email="boris@example.com")
    other = reservation_create(request=request, actor=GUEST, now=NOW).reservation
    connect(client, reservation)
    connect(client, other)
    client.post(url("guest-push-off", reservation), {"endpoint": ENDPOINT})
    assert ContactPoint.objects.get(disabled_at=None).guest_id == other.guest_id


def test_a_renewed_subscription_takes_the_place_of_the_old_one(
    client: Client, reservation: Reservation, push: str
) -> None:
    connect(client, reservation)
    fresh = {"old": ENDPOINT, "endpoint": ENDPOINT + "-2", **KEYS}
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(reverse("notifications:push-renew"), fresh).status_code == 204
    assert addresses_of(reservation)[ChannelName.WEBPUSH].value == ENDPOINT + "-2"
    assert strict.post(reverse("notifications:push-renew"), fresh).status_code == 204
    bad = fresh | {"endpoint": "https://evil.example/"}
    assert strict.post(reverse("notifications:push-renew"), bad).status_code == 422
    assert ContactPoint.objects.count() == 2


def test_the_worker_is_served_at_the_root(client: Client) -> None:
    answer = client.get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert b"showNotification" in answer.content
    assert b'"fetch"' not in answer.content


# --- Without the link to manage -------------------------------------------------------------------


def stop(reservation: Reservation) -> str:
    return reverse(
        "notifications:unsubscribe", args=[unsubscribe_token(reservation, ChannelName.EMAIL)]
    )


def test_the_button_of_a_mailbox_provider_needs_no_cookie(reservation: Reservation) -> None:
    headers = unsubscribe_headers(reservation)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"] == f"<http://testserver{stop(reservation)}>"
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(stop(reservation), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert preference(reservation).off_kinds == OPTIONAL
    assert ChannelName.EMAIL in addresses_of(reservation), "bookings are still confirmed"


def test_the_page_asks_first(client: Client, reservation: Reservation) -> None:
    page = client.get(stop(reservation))
    assert page.status_code == 200
    assert "What should Bistro Anna stop sending you?" in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"
    assert not GuestPreference.objects.exists()
    assert not OptOut.objects.exists()


def test_everything_can_be_stopped_too(client: Client, reservation: Reservation) -> None:
    page = client.post(stop(reservation), {"what": "all"}).content.decode()
    assert "will not write to you any more" in page
    assert OptOut.objects.get().address == EMAIL
    assert set(addresses_of(reservation)) == {ChannelName.SMS}
    assert AuditEntry.objects.latest("pk").action == "notifications.channel.refused"
    assert client.post(stop(reservation), {"what": "all"}).status_code == 200


def test_of_a_guest_nobody_knows_the_address_is_refused(
    client: Client, reservation: Reservation
) -> None:
    Reservation.objects.filter(pk=reservation.pk).update(guest=None)
    assert 'value="extras"' not in client.get(stop(reservation)).content.decode()
    client.post(stop(reservation), {"List-Unsubscribe": "One-Click"})
    assert OptOut.objects.get().address == EMAIL


def test_the_link_is_another_one_for_each_channel_booking_and_nonce(
    client: Client, reservation: Reservation
) -> None:
    token = unsubscribe_token(reservation, ChannelName.EMAIL)
    secret = token.rpartition(".")[2]
    assert secret not in manage_path(reservation)
    wrong = [
        "",
        "email",
        f"sms.{reservation.pk}.{secret}",
        f"email.{reservation.pk + 1}.{secret}",
        f"email.{reservation.pk}.{secret[:-1]}",
        f"email.{'9' * 30}.{secret}",
        f"pigeon.{reservation.pk}.{secret}",
        manage_token_of(reservation),
        token + "x" * 100,
    ]
    for one in filter(None, wrong):
        assert client.post(reverse("notifications:unsubscribe", args=[one])).status_code == 404
    Reservation.objects.filter(pk=reservation.pk).update(link_nonce="another")
    assert client.post(stop(reservation)).status_code == 404
    assert not OptOut.objects.exists()
    assert unsubscribe_url(reservation, ChannelName.SMS).startswith("http://testserver/u/sms.")


def test_every_optional_kind_has_words_of_its_own(client: Client, reservation: Reservation) -> None:
    html = panel(client, reservation)
    assert re.findall(r'name="kinds"\s+value="(\w+)"', html) == OPTIONAL
    assert Kind.CONFIRMED not in OPTIONAL
