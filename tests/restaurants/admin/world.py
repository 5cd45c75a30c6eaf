"""Restaurants with a row of everything, and the admin site as a person of theirs sees it."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bookings.models import DepositRule
from bookings.services import Start, hold_create, reservation_create, table_block
from guests.models import MergeCandidate
from reservehub.core.actors import SYSTEM
from restaurants.models import (
    FloorPlan,
    Restaurant,
    Role,
    SlotOverride,
    SpecialDay,
    Table,
    TablePlacement,
)
from restaurants.services import invitation_create
from tests.factories import (
    FRIDAY,
    GUEST,
    NOW,
    STAFF,
    a_request,
    make_combination,
    make_member,
    make_restaurant,
)

APPS = ("restaurants", "guests", "bookings")
MOST_QUERIES = 15


def full_restaurant(name: str) -> Restaurant:
    """One row of everything that has a page."""
    restaurant = make_restaurant(name=name, tables=(2, 4, 4))
    reservation_create(
        request=a_request(restaurant, guest_name=f"Guest of {name}"), actor=GUEST, now=NOW
    )
    one, two = restaurant.tables.filter(seats=4)
    make_combination(restaurant, one, two, name=f"Pair {name}")
    invitation_create(
        organisation=restaurant.organisation,
        restaurant=restaurant,
        email=f"{restaurant.slug}@example.com",
        role=Role.HOST,
        actor=SYSTEM,
        now=NOW,
    )
    plan = FloorPlan.objects.create(restaurant=restaurant, name=f"Floor {name}")
    TablePlacement.objects.create(plan=plan, table=one, x=0, y=0, width=90, height=90)
    day = date(2026, 12, 25)
    SpecialDay.objects.create(restaurant=restaurant, name=f"Day {name}", date_from=day, date_to=day)
    SlotOverride.objects.create(restaurant=restaurant, date=day, starts=time(18), ends=time(19))
    MergeCandidate.objects.create(
        guest=restaurant.organisation.guests.get(), name=f"Other {name}", reason="x", created_at=NOW
    )
    hold_create(
        restaurant_id=restaurant.pk,
        start=Start(date=FRIDAY, time=time(20)),
        party_size=2,
        owner_key=f"key-{name}",
        now=NOW,
    )
    table_block(
        restaurant_id=restaurant.pk,
        table_ids=(one.pk,),
        starts_at=NOW,
        ends_at=NOW.replace(hour=10),
        reason=f"Broken {name}",
        actor=STAFF,
        now=NOW,
    )
    DepositRule.objects.create(
        restaurant=restaurant,
        name=f"Deposit {name}",
        kind="deposit",
        amount_minor=1000,
        min_party=20,
        created_at=NOW,
        updated_at=NOW,
    )
    return restaurant


def staff(restaurant: Restaurant, role: str) -> User:
    return make_member(restaurant, role, is_staff=True)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def pages() -> list[type[Model]]:
    return [m for m in admin.site._registry if m._meta.app_label in APPS]


def url(model: type[Model], what: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


def row_of(model: type[Model], restaurant: Restaurant) -> Model:
    paths = {
        "restaurant": "pk",
        "organisation": "restaurants",
        "guest": "organisation__restaurants",
        "mergecandidate": "guest__organisation__restaurants",
    }
    path = paths.get(str(model._meta.model_name), "restaurant")
    found = model._base_manager.filter(**{path: restaurant.pk}).first()
    assert found is not None, model
    return found


def management(prefix: str, initial: int = 0, total: int | None = None) -> dict[str, Any]:
    return {
        f"{prefix}-TOTAL_FORMS": initial if total is None else total,
        f"{prefix}-INITIAL_FORMS": initial,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1000,
    }


def table_form(table: Table, **fields: Any) -> dict[str, Any]:
    return {
        "restaurant": table.restaurant_id,
        "area": table.area_id,
        "number": table.number,
        "name": table.name,
        "min_party": table.min_party,
        "seats": table.seats,
        "max_party": table.max_party,
        "table_type": table.table_type,
        "access": table.access,
        "features": ", ".join(table.features),
        "priority": table.priority,
        "is_active": "on",
        "notes": table.notes,
        **management("access_in_periods"),
        "_save": "Save",
        **fields,
    }
