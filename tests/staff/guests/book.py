"""The guest book as staff open it, and a guest who is in it."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from bookings.models import Reservation
from bookings.services import reservation_create
from guests.models import Guest
from restaurants.models import Restaurant, Role
from tests.factories import NOW, STAFF, a_request, make_member
from tests.guests.people import make_guest


def enter(place: Restaurant, role: str = Role.HOST) -> Client:
    client = Client()
    client.force_login(make_member(place, role))
    return client


def url(place: Restaurant, name: str, *args: int) -> str:
    return reverse(f"staff:{name}", args=[place.slug, *args])


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def booked(place: Restaurant, guest: Guest, **fields: Any) -> Reservation:
    contact = {"guest_email": guest.email, "guest_phone": str(guest.phone or "")}
    wish = a_request(place, guest_name=guest.name, **contact, **fields)
    return reservation_create(request=wish, actor=STAFF, now=NOW).reservation


def anna(place: Restaurant, **fields: Any) -> Guest:
    return make_guest(place.organisation, name="Anna de Vries", phone="+31612345678", **fields)
