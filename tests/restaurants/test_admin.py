from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from bookings.models import Reservation
from bookings.services import Start, hold_create, reservation_create, table_block
from guests.models import Guest, MergeCandidate
from reservehub.core import clock
from reservehub.core.models import AuditEntry
from restaurants.models import (
    Area,
    BookingPolicy,
    Combination,
    CombinationMember,
    FloorPlan,
    Membership,
    Restaurant,
    Role,
    ServicePeriod,
    SlotOverride,
    SpecialDay,
    Table,
    TablePlacement,
    TurnTimeRule,
)
from tests.factories import (
    FRIDAY,
    GUEST,
    NOW,
    STAFF,
    a_request,
    make_combination,
    make_member,
    make_restaurant,
    make_table,
    make_user,
)

pytestmark = pytest.mark.django_db

APPS = ("restaurants", "guests", "bookings")
MOST_QUERIES = 15


@pytest.fixture(autouse=True)
def _frozen() -> Any:
    with clock.freeze(NOW):
        yield


def full_restaurant(name: str) -> Restaurant:
    """One row of everything that has a page."""
    restaurant = make_restaurant(name=name, tables=(2, 4, 4))
    reservation_create(
        request=a_request(restaurant, guest_name=f"Guest of {name}"), actor=GUEST, now=NOW
    )
    one, two = restaurant.tables.filter(seats=4)
    make_combination(restaurant, one, two, name=f"Pair {name}")
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


# --- Who sees what ----------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER, Role.HOST, Role.VIEWER, Role.MARKETING])
def test_nobody_sees_a_row_of_another_tenant(role: str) -> None:
    mine, theirs = full_restaurant("Mine"), full_restaurant("Theirs")
    make_member(mine, Role.OWNER)
    make_member(theirs, Role.OWNER)
    client = logged_in(staff(mine, role))

    for model in pages():
        listed = client.get(url(model, "changelist"))
        assert listed.status_code in (200, 403), model
        text = listed.content.decode()
        for secret in ("Theirs", theirs.slug, theirs.organisation.name):
            assert secret not in text, model
        row = row_of(model, theirs)
        for what in ("change", "delete", "history"):
            answer = client.get(url(model, what, row.pk))
            assert answer.status_code in (302, 403), (model, what)
            posted = client.post(url(model, what, row.pk), {"post": "yes", "name": "Taken"})
            assert posted.status_code in (302, 403, 405), (model, what)
        assert model._base_manager.filter(pk=row.pk).exists()
    assert not LogEntry.objects.exists()


def test_strangers_and_customers_do_not_get_in() -> None:
    restaurant = full_restaurant("Mine")
    make_member(restaurant, Role.OWNER)
    no_role = logged_in(make_user(is_staff=True))
    customer = logged_in(make_user())

    for model in pages():
        path = url(model, "changelist")
        assert no_role.get(path).status_code == 403, model
        assert customer.get(path).status_code == 302, model
        assert Client().get(path).status_code == 302, model
        answer = no_role.get(url(model, "change", row_of(model, restaurant).pk))
        assert answer.status_code in (302, 403), model


ROLE_PAGES: dict[str, tuple[set[str], set[str]]] = {
    # The lists that open, and those with an "add" or "change" of their own.
    Role.OWNER: (
        {
            "area", "bookingpolicy", "combination", "membership", "organisation", "restaurant",
            "serviceperiod", "slotoverride", "specialday", "table", "turntimerule", "guest",
            "mergecandidate", "reservation", "hold", "occupancy", "tableblock", "floorplan",
        },
        {
            "area", "bookingpolicy", "combination", "floorplan", "membership", "restaurant",
            "serviceperiod", "slotoverride", "specialday", "table", "turntimerule", "guest",
            "reservation",
        },
    ),
    Role.HOST: (
        {
            "area", "bookingpolicy", "combination", "restaurant", "serviceperiod", "slotoverride",
            "specialday", "table", "turntimerule", "guest", "mergecandidate", "reservation", "hold",
            "occupancy", "tableblock", "floorplan",
        },
        {"guest", "reservation"},
    ),
    Role.VIEWER: (
        {
            "area", "bookingpolicy", "combination", "restaurant", "serviceperiod", "slotoverride",
            "specialday", "table", "turntimerule", "reservation", "hold", "occupancy", "tableblock",
            "floorplan",
        },
        set(),
    ),
    Role.MARKETING: ({"guest", "mergecandidate"}, set()),
}  # fmt: skip


@pytest.mark.parametrize("role", ROLE_PAGES)
def test_each_role_opens_and_changes_exactly_its_pages(role: str) -> None:
    restaurant = full_restaurant("Mine")
    make_member(restaurant, Role.OWNER)
    client = logged_in(staff(restaurant, role))
    opened, changed = set(), set()

    for model in pages():
        if client.get(url(model, "changelist")).status_code != 200:
            continue
        name = str(model._meta.model_name)
        opened.add(name)
        page = client.get(url(model, "change", row_of(model, restaurant).pk))
        assert page.status_code == 200, model
        if 'name="_save"' in page.content.decode():
            changed.add(name)

    assert opened == ROLE_PAGES[role][0]
    assert changed == ROLE_PAGES[role][1]


def test_pages_stay_within_fifteen_queries() -> None:
    restaurant = full_restaurant("Mine")
    for number in range(10, 30):
        make_table(restaurant, number=str(number), seats=4)
        reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    client = logged_in(staff(restaurant, Role.OWNER))
    too_many = {}

    for model in pages():
        paths = [url(model, "changelist"), url(model, "change", row_of(model, restaurant).pk)]
        if client.get(url(model, "add")).status_code == 200:
            paths.append(url(model, "add"))
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200, path
            if len(queries) > MOST_QUERIES:
                too_many[path] = len(queries)

    assert not too_many


def test_platform_admins_see_every_tenant() -> None:
    full_restaurant("Mine")
    full_restaurant("Theirs")
    root = User.objects.create_superuser("root@example.com", "secret-enough-1")

    text = logged_in(root).get(url(Restaurant, "changelist")).content.decode()

    assert "Mine" in text
    assert "Theirs" in text


def test_choices_offer_only_what_belongs_to_the_restaurant() -> None:
    mine, theirs = make_restaurant(), make_restaurant()
    sister = make_restaurant(organisation=mine.organisation)
    for restaurant in (mine, theirs, sister):
        Area.objects.create(restaurant=restaurant, name=f"Terrace of {restaurant.slug}")
    client = logged_in(staff(mine, Role.MANAGER))

    page = client.get(url(Table, "change", mine.tables.get(number="1").pk)).content.decode()

    assert f"Terrace of {mine.slug}" in page
    assert f"Terrace of {theirs.slug}" not in page
    assert f"Terrace of {sister.slug}" not in page


def test_a_foreign_area_is_refused_however_it_is_sent() -> None:
    mine, theirs = make_restaurant(), make_restaurant()
    client = logged_in(staff(mine, Role.OWNER))
    table = mine.tables.get(number="1")

    answer = client.post(
        url(Table, "change", table.pk), table_form(table, area=theirs.areas.get().pk)
    )

    assert answer.status_code == 200
    table.refresh_from_db()
    assert table.area == mine.areas.get()


# --- Saving -----------------------------------------------------------------------------------


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


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant()


@pytest.fixture
def client(restaurant: Restaurant) -> Client:
    return logged_in(staff(restaurant, Role.OWNER))


def test_a_change_goes_through_the_service(client: Client, restaurant: Restaurant) -> None:
    table = restaurant.tables.get(number="1")

    answer = client.post(
        url(Table, "change", table.pk), table_form(table, features="window, quiet", name="Nook")
    )

    assert answer.status_code == 302, answer.context["errors"]
    table.refresh_from_db()
    assert (table.name, table.features) == ("Nook", ["window", "quiet"])
    entry = AuditEntry.objects.get(action="restaurants.table.changed")
    assert entry.channel == "admin"
    assert LogEntry.objects.count() == 1
    history = client.get(url(Table, "history", table.pk)).content.decode()
    assert "restaurants.table.changed" in history


def test_a_new_table_is_created(client: Client, restaurant: Restaurant) -> None:
    new = Table(
        restaurant=restaurant, area=restaurant.areas.get(), number="77", seats=4, max_party=4
    )

    answer = client.post(url(Table, "add"), table_form(new))

    assert answer.status_code == 302, answer.context["errors"]
    assert restaurant.tables.get(number="77").seats == 4


def test_a_refusal_is_shown_beside_what_was_typed(client: Client, restaurant: Restaurant) -> None:
    make_combination(restaurant, *restaurant.tables.all())
    terrace = Area.objects.create(restaurant=restaurant, name="Terrace")
    table = restaurant.tables.get(number="1")

    answer = client.post(
        url(Table, "change", table.pk), table_form(table, area=terrace.pk, notes="Typed before")
    )

    text = answer.content.decode()
    assert "stand in different areas" in text
    assert "Typed before" in text
    assert not LogEntry.objects.exists()


def test_a_table_under_bookings_is_not_switched_off(client: Client, restaurant: Restaurant) -> None:
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    table = restaurant.tables.get(number="1")
    form = table_form(table)
    del form["is_active"]

    answer = client.post(url(Table, "change", table.pk), form)

    assert "bookings ahead" in answer.content.decode()
    assert "Anna de Vries" in answer.content.decode()
    answer = client.post(
        url(Table, "changelist"), {"action": "archive", "_selected_action": table.pk}, follow=True
    )
    assert "bookings ahead" in answer.content.decode()
    table.refresh_from_db()
    assert table.is_active


def test_combinations_are_saved_with_their_tables(client: Client, restaurant: Restaurant) -> None:
    one, two = restaurant.tables.order_by("number")
    form = {
        "restaurant": restaurant.pk,
        "name": "1+2",
        "priority": 0,
        "min_party": 5,
        "max_party": 6,
        "is_active": "on",
        **management("members", total=1),
        "members-0-table": one.pk,
        "members-0-position": 0,
        "_save": "Save",
    }

    refused = client.post(url(Combination, "add"), form)
    assert "at least two tables" in refused.content.decode()
    assert not Combination.objects.exists()

    form |= {"members-TOTAL_FORMS": 2, "members-1-table": two.pk, "members-1-position": 1}
    assert client.post(url(Combination, "add"), form).status_code == 302
    assert CombinationMember.objects.filter(combination__name="1+2").count() == 2


def test_a_new_restaurant_is_ready_for_use() -> None:
    root = User.objects.create_superuser("root@example.com", "secret-enough-1")
    organisation = make_restaurant().organisation
    form = {
        "organisation": organisation.pk,
        "name": "New place",
        "slug": "new-place",
        "kind": "bar",
        "price_range": 2,
        "country": "NL",
        "timezone": "Europe/Amsterdam",
        "business_day_cut": "05:00",
        "currency": "EUR",
        "language": "en",
        "languages": ["en"],
        "is_active": "on",
        **management("policy"),
        **management("areas"),
        **management("gallery"),
        "_save": "Save",
    }

    answer = logged_in(root).post(url(Restaurant, "add"), form)

    assert answer.status_code == 302, answer.context["errors"]
    made = Restaurant.objects.get(slug="new-place")
    assert made.policy
    assert made.areas.exists()
    assert made.turn_times.exists()


def test_turn_times_are_written_as_a_sentence(client: Client, restaurant: Restaurant) -> None:
    rule = restaurant.turn_times.get()
    form = {"restaurant": restaurant.pk, "name": "Default", "_save": "Save"}

    answer = client.post(
        url(TurnTimeRule, "change", rule.pk), {**form, "bands": "2: 60, 4: 75, +: 90"}
    )
    assert answer.status_code == 302, answer.context["errors"]
    rule.refresh_from_db()
    assert rule.bands[-1] == {"up_to": None, "minutes": 90}

    for bad in ("2: 60", "2: 60, 1: 75, +: 90", "two: 60", "+ 60"):
        answer = client.post(url(TurnTimeRule, "change", rule.pk), {**form, "bands": bad})
        assert answer.status_code == 200, bad


# --- Stranded bookings ------------------------------------------------------------------------


def closing_day(restaurant: Restaurant, **fields: Any) -> dict[str, Any]:
    return {
        "restaurant": restaurant.pk,
        "name": "Private party",
        "date_from": FRIDAY.isoformat(),
        "date_to": FRIDAY.isoformat(),
        "is_closed": "on",
        "note": "See you tomorrow",
        **management("periods"),
        "_save": "Save",
        **fields,
    }


def test_stranded_bookings_are_listed_before_anything_is_saved(
    client: Client, restaurant: Restaurant
) -> None:
    reservation = reservation_create(
        request=a_request(restaurant), actor=GUEST, now=NOW
    ).reservation

    asked = client.post(url(SpecialDay, "add"), closing_day(restaurant))

    text = asked.content.decode()
    assert asked.status_code == 200
    assert reservation.reference in text
    assert "Save anyway" in text
    assert not SpecialDay.objects.exists()
    assert not LogEntry.objects.exists()
    assert not AuditEntry.objects.filter(action="restaurants.specialday.created").exists()

    typed = dict(asked.context["typed"])
    assert typed["note"] == "See you tomorrow"
    back = client.post(url(SpecialDay, "add"), {**typed, "_back": "1"})
    assert "See you tomorrow" in back.content.decode()
    assert "Nothing has been saved yet" in back.content.decode()
    assert not SpecialDay.objects.exists()

    saved = client.post(url(SpecialDay, "add"), {**typed, "_save_anyway": "1"})
    assert saved.status_code == 302
    assert SpecialDay.objects.get().note == "See you tomorrow"
    assert Reservation.objects.get().status == "confirmed"


def test_a_change_that_strands_nobody_is_not_questioned(
    client: Client, restaurant: Restaurant
) -> None:
    assert client.post(url(SpecialDay, "add"), closing_day(restaurant)).status_code == 302


@pytest.mark.parametrize("way", ["page", "action"])
def test_deleting_hours_under_bookings_is_questioned_too(
    client: Client, restaurant: Restaurant, way: str
) -> None:
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    period = restaurant.service_periods.get()
    path = url(ServicePeriod, "delete", period.pk)
    form: dict[str, Any] = {"post": "yes"}
    if way == "action":
        path = url(ServicePeriod, "changelist")
        form |= {"action": "delete_selected", "_selected_action": period.pk}

    asked = client.post(path, form)
    assert "Delete anyway" in asked.content.decode()
    assert restaurant.service_periods.exists()
    assert not LogEntry.objects.exists()

    client.post(path, {**form, "_back": "1"})
    assert restaurant.service_periods.exists()
    client.post(path, {**form, "_save_anyway": "1"})
    assert not restaurant.service_periods.exists()


def test_what_cannot_be_deleted_says_why(client: Client, restaurant: Restaurant) -> None:
    rule = restaurant.turn_times.get()

    answer = client.post(url(TurnTimeRule, "delete", rule.pk), {"post": "yes"}, follow=True)

    assert "without conditions is needed" in answer.content.decode()
    assert restaurant.turn_times.exists()


# --- Memberships ------------------------------------------------------------------------------


def test_an_owner_gives_and_takes_roles_by_email(client: Client, restaurant: Restaurant) -> None:
    user = make_user("new@example.com")
    form = {
        "email": "NEW@example.com",
        "organisation": restaurant.organisation_id,
        "restaurant": restaurant.pk,
        "role": "host",
        "_save": "Save",
    }

    answer = client.post(url(Membership, "add"), form)
    assert answer.status_code == 302, answer.context["errors"]
    membership = Membership.objects.get(user=user)
    assert membership.role == "host"

    answer = client.post(
        url(Membership, "change", membership.pk), {"role": "manager", "_save": "1"}
    )
    assert answer.status_code == 302, answer.context["errors"]
    membership.refresh_from_db()
    assert membership.role == "manager"

    client.post(url(Membership, "delete", membership.pk), {"post": "yes"})
    assert not Membership.objects.filter(user=user).exists()


def test_unknown_people_and_other_organisations_are_refused(
    client: Client, restaurant: Restaurant
) -> None:
    other = make_restaurant()
    form = {
        "email": "nobody@example.com",
        "organisation": restaurant.organisation_id,
        "restaurant": restaurant.pk,
        "role": "host",
    }

    assert "Nobody has an account" in client.post(url(Membership, "add"), form).content.decode()
    make_user("known@example.com")
    for foreign in (
        {"restaurant": other.pk},
        {"organisation": other.organisation_id, "restaurant": other.pk},
        {"restaurant": ""},
    ):
        answer = client.post(
            url(Membership, "add"), {**form, "email": "known@example.com", **foreign}
        )
        assert answer.status_code == 200, foreign
    assert not Membership.objects.filter(user__email="known@example.com").exists()


def test_the_last_owner_cannot_leave(client: Client, restaurant: Restaurant) -> None:
    membership = Membership.objects.get(restaurant=restaurant)

    answer = client.post(url(Membership, "delete", membership.pk), {"post": "yes"}, follow=True)

    assert "last owner" in answer.content.decode()
    assert Membership.objects.filter(pk=membership.pk).exists()


# --- Import and export ------------------------------------------------------------------------


def imported(client: Client, model: type[Model], text: str, *, confirm: bool = True) -> Any:
    page = client.post(
        url(model, "import"),
        {"format": "0", "import_file": SimpleUploadedFile("rows.csv", text.encode())},
    )
    form = page.context.get("confirm_form")
    if form is None or not confirm:
        return page
    return client.post(url(model, "process_import"), form.initial, follow=True)


TABLES = "restaurant,number,name,area,min_party,seats,max_party,features,access,is_active\n"


def test_an_import_shows_differences_and_then_saves(client: Client, restaurant: Restaurant) -> None:
    rows = (
        f'{restaurant.slug},1,Nook,Main room,1,2,3,"window,quiet",online,1\n'
        f"{restaurant.slug},50,New,Main room,1,4,4,,in_house,1\n"
    )

    shown = imported(client, Table, TABLES + rows, confirm=False)
    assert "Nook" in shown.content.decode()
    assert not restaurant.tables.filter(number="50").exists()

    imported(client, Table, TABLES + rows)
    assert restaurant.tables.get(number="1").features == ["window", "quiet"]
    assert restaurant.tables.get(number="50").access == "in_house"
    assert AuditEntry.objects.filter(action="restaurants.table.created").count() == 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{theirs},1,Taken,Main room,1,2,2,,online,1\n", "no restaurant"),
        ("{mine},9,New,Cellar,1,2,2,,online,1\n", "no area"),
        ("{mine},9,New,Main room,5,2,2,,online,1\n", "Capacity must grow"),
    ],
)
def test_an_import_refuses_rows_with_a_reason(
    client: Client, restaurant: Restaurant, row: str, message: str
) -> None:
    theirs = make_restaurant()

    page = imported(client, Table, TABLES + row.format(mine=restaurant.slug, theirs=theirs.slug))

    assert message in page.content.decode()
    assert not Table.objects.filter(name__in=["Taken", "New"]).exists()


def test_an_import_warns_of_stranded_bookings(client: Client, restaurant: Restaurant) -> None:
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    rows = f"{restaurant.slug},1,,Main room,1,2,2,,walk_in,1\n"

    page = imported(client, Table, TABLES + rows, confirm=False)

    assert "would strand 1 booking" in page.content.decode()


def test_guests_are_imported_by_their_phone(client: Client, restaurant: Restaurant) -> None:
    slug = restaurant.organisation.slug
    head = "organisation,name,phone,email,language,is_vip\n"

    imported(client, Guest, f"{head}{slug},Anna,06 12345678,Anna@Example.com,en,0\n")
    guest = Guest.objects.get()
    assert (str(guest.phone), guest.email) == ("+31612345678", "anna@example.com")

    imported(client, Guest, f"{head}{slug},Anna de Vries,+31612345678,anna@example.com,en,1\n")
    guest.refresh_from_db()
    assert (guest.name, guest.is_vip) == ("Anna de Vries", True)

    page = imported(client, Guest, f"{head}{slug},Boris,12,,en,0\n")
    assert "phone number" in page.content.decode()
    foreign = make_restaurant().organisation.slug
    page = imported(client, Guest, f"{head}{foreign},Boris,,b@example.com,en,0\n")
    assert "no organisation" in page.content.decode()
    assert Guest.objects.count() == 1


EXPORTS: list[type[Model]] = [Table, Area, ServicePeriod, Guest, Reservation]


@pytest.mark.parametrize("model", EXPORTS)
def test_an_export_holds_the_own_rows_only(model: type[Model]) -> None:
    mine, theirs = full_restaurant("Mine"), full_restaurant("Theirs")
    client = logged_in(staff(mine, Role.MANAGER))

    text = exported(client, model)

    assert text.count("\n") == model._base_manager.count() // 2 + 1
    for secret in ("Theirs", theirs.slug, theirs.organisation.slug):
        assert secret not in text


def exported(client: Client, model: type[Model]) -> str:
    """The CSV with all columns."""
    page = client.get(url(model, "export"))
    columns = set(page.context["form"].fields) - {"format", "resource", "export_items"}
    answer = client.post(
        url(model, "export"), {**dict.fromkeys(columns, "on"), "format": "0", "resource": "0"}
    )
    assert answer["Content-Type"] == "text/csv", answer.context["errors"]
    return answer.content.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("role", [Role.HOST, Role.VIEWER])
def test_who_may_not_export_cannot(role: str) -> None:
    restaurant = full_restaurant("Mine")
    client = logged_in(staff(restaurant, role))

    for model in EXPORTS:
        assert client.get(url(model, "export")).status_code == 403
    for model in (Table, Area, ServicePeriod):
        assert client.get(url(model, "import")).status_code == 403


# --- Policy -----------------------------------------------------------------------------------


def test_the_policy_of_another_restaurant_is_out_of_reach(client: Client) -> None:
    other = make_restaurant()

    client.post(url(BookingPolicy, "change", other.pk), {"min_party": 5, "_save": "Save"})

    assert BookingPolicy.objects.get(pk=other.pk).min_party == 1
