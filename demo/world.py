"""Bringing the demo to the present moment, from nothing or from wherever it was left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction

from accounts.models import User
from bookings.availability import instants_of
from bookings.services import table_block
from demo import art
from demo.build import organisation_slug, organisations_create, restaurants_create
from demo.door import door_fill
from demo.floor import Floor
from demo.guestbook import GuestBook
from demo.houses import HOUSES, LIVELY
from demo.ledger import Ledger
from demo.live import STAFF, Stage
from demo.memory import memories_write
from demo.menu import EngineMenu, Menu, PlainMenu
from demo.money import money_create
from demo.people import CUSTOMER, jobs_create, people_create
from demo.placing import plans_ensure
from demo.progress import Plans, catch_up, dues_of
from demo.special import special_days_renew
from demo.wish import Place, Wish, wish_of
from reservehub.core import audit
from reservehub.core.actors import SYSTEM
from reservehub.core.errors import DomainError
from reservehub.core.models import AuditEntry
from restaurants.models import Area, Organisation, Restaurant, ServicePeriod, Table

LIVE = timedelta(minutes=30)
"""What happened so recently is played through the services; what is older is written in one go."""

SHORTEST = timedelta(minutes=5)
"""After so little time nothing has happened that would be worth a look."""

AHEAD = 14
"""Days for which there are bookings."""

NEIGHBOURS_AHEAD = 2
LOADED = "demo.loaded"


@dataclass
class Report:
    """What was done."""

    is_new: bool
    booked: int = 0
    advanced: int = 0
    played: int = 0


@transaction.atomic
def demo_load(*, now: datetime, is_watched: bool = False) -> Report:
    """Make the demo, or bring it to the present; what people changed in it is kept.

    All or nothing; two at a time wait for each other.

    :param is_watched: somebody looks on: bring it also over a few seconds
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('reservehub.demo'))")
    people = people_create()
    art.covers_create(house.art for house in HOUSES)
    home = Organisation.objects.filter(slug=organisation_slug(LIVELY[0].organisation)).first()
    since = None if home is None else _last_loaded(home)
    if home is None:
        home = _build(people, now=now)
    plans_ensure()
    if since is not None and now < since + SHORTEST and not is_watched:
        return Report(is_new=False)
    report = _World(people[CUSTOMER], since=since, now=now).bring()
    audit.record(actor=SYSTEM, action=LOADED, obj=home, now=now)
    return report


def _build(people: Mapping[str, User], *, now: datetime) -> Organisation:
    organisations = organisations_create(HOUSES)
    restaurants = restaurants_create(HOUSES, organisations)
    jobs_create(people, organisations, restaurants)
    money_create(HOUSES, restaurants, now=now)
    return organisations[LIVELY[0].organisation]


def _last_loaded(home: Organisation) -> datetime | None:
    entries = AuditEntry.objects.filter(
        object_type=home._meta.label_lower, object_id=str(home.pk), action=LOADED
    )
    return entries.order_by("-occurred_at").values_list("occurred_at", flat=True).first()


class _World:
    """One run: everything between `since` (None: the beginning) and `now`."""

    def __init__(self, customer: User, *, since: datetime | None, now: datetime) -> None:
        self.since = since
        self.now = now
        self.written_until = max(since, now - LIVE) if since else now - LIVE
        self.customer = customer
        self.plans = Plans()
        self.places = {place.restaurant.pk: place for place in _places()}
        self.books: dict[int, GuestBook] = {}
        self.report = Report(is_new=since is None)

    def bring(self) -> Report:
        """Let time pass, then take bookings, then play the last minutes."""
        lively = [place for place in self.places.values() if place.house.is_lively]
        others = [place for place in self.places.values() if not place.house.is_lively]
        others = [place for place in others if self._is_new_day(place)]
        for place in lively:
            if self._is_new_day(place):
                special_days_renew(place, now=self.now)
                place.restaurant.refresh_from_db(fields=["config_version"])
        if self.since is not None:
            self._catch_up(lively, until=self.written_until)
            self._catch_up(others, until=self.now)
        stage = Stage(books=self.books, now=self.now)
        for place in lively:
            self._fill(place, stage)
        self._fill_lightly(others)
        for steps in dues_of(lively, self.plans, until=self.now):
            stage.dues_add(steps)
        self.report.played = stage.play()
        if self.since is None:
            memories_write(lively, self.books, now=self.now)
        for place in lively:
            if self._is_new_day(place):
                door_fill(place, self._book(place), is_new=self.since is None, now=self.now)
        return self.report

    def _catch_up(self, places: Sequence[Place], *, until: datetime) -> None:
        """Let the time pass that nobody needs to see."""
        if places and self.since is not None and self.since < until:
            self.report.advanced += catch_up(dues_of(places, self.plans, until=until))

    def _is_new_day(self, place: Place) -> bool:
        return self.since is None or place.today(self.since) < place.today(self.now)

    def _book(self, place: Place) -> GuestBook:
        organisation_id = place.restaurant.organisation_id
        if organisation_id not in self.books:
            book = GuestBook(
                organisation_id, place.house.cast, customer=self.customer, now=self.now
            )
            if self.since is None and place.house.is_lively:
                book.guests_ensure(book.everybody())
            self.books[organisation_id] = book
        return self.books[organisation_id]

    # --- The four with a detailed day -------------------------------------------------------------

    def _fill(self, place: Place, stage: Stage) -> None:
        today = place.today(self.now)
        first = today - timedelta(days=place.house.history_days)
        if self.since is not None:
            first = max(first, place.today(self.since) - timedelta(days=1))
        last = today + timedelta(days=AHEAD)
        for day in _days(today, last):
            self._block(place, day)
        wishes = [
            wish
            for day in _days(first, last)
            for wish in self._wishes(place, day)
            if self._is_unheard(wish)
        ]
        if not wishes:
            return
        book = self._book(place)
        book.guests_ensure(w.visit.guest for w in wishes if w.visit.guest is not None)
        for wish in wishes:
            if wish.created_at > self.written_until:
                stage.wish_add(place, wish)
        self._write(
            place,
            [wish for wish in wishes if wish.created_at <= self.written_until],
            at=self.written_until,
            menu=EngineMenu(place, reference=last),
            floor=Floor.of(place, first, last),
        )

    def _wishes(self, place: Place, day: date) -> Iterator[Wish]:
        for visit in self.plans.visits(place, day).values():
            wish = wish_of(visit, day, place.zone)
            if wish is not None:
                yield wish

    def _is_unheard(self, wish: Wish) -> bool:
        return wish.created_at <= self.now and (self.since is None or wish.created_at > self.since)

    def _write(
        self, place: Place, wishes: list[Wish], *, at: datetime, menu: Menu, floor: Floor
    ) -> None:
        ledger = Ledger(place, menu=menu, floor=floor, book=self._book(place))
        # The stories come first: what they are meant to show must find a table.
        for wish in sorted(wishes, key=lambda w: (not w.visit.is_story, w.created_at)):
            ledger.wish_grant(wish)
        self.report.booked += ledger.write(at=at)

    def _block(self, place: Place, day: date) -> None:
        """Each day staff keep one table free; noted when the day comes into sight."""
        block = place.house.block
        today = place.today(self.now)
        seen = today - timedelta(days=1)
        if self.since is not None:
            seen = place.today(self.since) + timedelta(days=AHEAD)
        if block is None or day <= seen:
            return
        table = place.restaurant.tables.filter(number=block.number, is_active=True).first()
        spans = [instants_of(place.zone, _local(day, m)) for m in (block.starts, block.ends)]
        if table is None or not all(spans):
            return
        try:
            table_block(
                restaurant_id=place.restaurant.pk,
                table_ids=(table.pk,),
                starts_at=spans[0][0],
                ends_at=spans[1][0],
                reason=block.reasons[day.toordinal() % len(block.reasons)],
                actor=STAFF,
                now=self.now,
            )
        except DomainError:
            return

    # --- The sixty around -------------------------------------------------------------------------

    def _fill_lightly(self, places: list[Place]) -> None:
        """A handful of bookings for today and the next two days, made before now."""
        ids = [place.restaurant.pk for place in places]
        tables, periods = defaultdict(list), defaultdict(list)
        for table in Table.objects.filter(restaurant__in=ids, is_active=True):
            tables[table.restaurant_id].append(table)
        for period in ServicePeriod.objects.filter(restaurant__in=ids, is_active=True):
            periods[period.restaurant_id].append(period)
        wishes = {place.restaurant.pk: self._light_wishes(place) for place in places}
        for place in {place.restaurant.organisation_id: place for place in places}.values():
            sisters = [p for p in places if _is_sister(p, place)]
            self._book(place).guests_ensure(
                wish.visit.guest
                for sister in sisters
                for wish in wishes[sister.restaurant.pk]
                if wish.visit.guest is not None
            )
        for place in places:
            key = place.restaurant.pk
            menu = PlainMenu(place, tables=tables[key], periods=periods[key])
            today = place.today(self.now)
            last = today + timedelta(days=NEIGHBOURS_AHEAD)
            floor = Floor() if self.since is None else Floor.of(place, today, last)
            self._write(place, wishes[key], at=self.now, menu=menu, floor=floor)

    def _light_wishes(self, place: Place) -> list[Wish]:
        """Of the days that have none yet; walk-ins are left to the lively houses."""
        first = today = place.today(self.now)
        if self.since is not None:
            first = max(today, place.today(self.since) + timedelta(days=NEIGHBOURS_AHEAD + 1))
        return [
            replace(wish, created_at=min(wish.created_at, self.now))
            for day in _days(first, today + timedelta(days=NEIGHBOURS_AHEAD))
            for wish in self._wishes(place, day)
            if not wish.visit.is_walk_in
        ]


def lively_places() -> list[Place]:
    """The restaurants with a detailed day that are still there."""
    return [place for place in _places() if place.house.is_lively]


def _places() -> Iterator[Place]:
    """The restaurants of the demo that are still there."""
    rows = Restaurant.objects.filter(slug__in=[house.slug for house in HOUSES], is_active=True)
    known = {row.slug: row for row in rows.select_related("policy")}
    areas: defaultdict[int, list[Area]] = defaultdict(list)
    for area in Area.objects.filter(restaurant__in=known.values()):
        areas[area.restaurant_id].append(area)
    for house in HOUSES:
        restaurant = known.get(house.slug)
        if restaurant is not None:
            found = tuple(areas[restaurant.pk])
            yield Place(house=house, restaurant=restaurant, areas=found)


def _is_sister(one: Place, other: Place) -> bool:
    return one.restaurant.organisation_id == other.restaurant.organisation_id


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _local(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute)
