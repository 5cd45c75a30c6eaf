"""A guest who writes, and the pages where staff read it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from bookings.models import Reservation
from notifications.channels.base import Inbound
from notifications.kinds import Kind
from notifications.models import Message, MessageStatus
from notifications.services import inbound_record
from restaurants.models import Restaurant
from tests.factories import NOW, make_member
from tests.notifications.world import PHONE

HTMX = {"HX-Request": "true"}
WISH = "Could we have a high chair?"


def logged_in(house: Restaurant, role: str, **fields: Any) -> Client:
    client = Client()
    client.force_login(make_member(house, role, **fields))
    return client


def says(text: str = WISH, *, number: str = "SMin1", later: timedelta = timedelta()) -> None:
    """An SMS of the guest comes in."""
    inbound = Inbound(provider_id=number, sender=PHONE, text=text)
    inbound_record(provider="twilio", channel="sms", inbound=inbound, now=NOW + later)


def url(party: Reservation, act: str = "") -> str:
    name = f"staff:messages-{act}" if act else "staff:messages"
    return reverse(name, args=[party.restaurant.slug, party.pk])


def fails(party: Reservation, status: str = MessageStatus.FAILED, **fields: Any) -> Message:
    """The confirmation did not go out."""
    message = Message.objects.get(reservation=party, kind=Kind.CONFIRMED)
    for name, value in {"status": status, "finished_at": NOW, "reason": "30003", **fields}.items():
        setattr(message, name, value)
    message.save()
    return message


def alerts(client: Client, house: Restaurant, **query: str) -> str:
    return client.get(reverse("staff:alerts", args=[house.slug]), query).content.decode()
