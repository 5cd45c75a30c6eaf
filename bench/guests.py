"""How long a book of a hundred thousand guests takes to answer.

    python -m bench guests

One organisation. Searches as the host types them, one page of 30 with figures each; the aim is 50
ms for 95 of 100. The count of a segment: one second. A merge of two guests with 200 visits each:
200 ms. The night's look for duplicates is shown beside them. Yardsticks: the same questions in bare
SQL that reads identities only, and for the merge the one UPDATE that moves the visits.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - after Django
from django.db import connection, transaction  # noqa: E402

from bookings.services import reservation_create  # noqa: E402
from guests.models import Guest, Segment, Tag  # noqa: E402
from guests.selectors.search import Search, guests_found, guests_page  # noqa: E402
from guests.selectors.segments import segment_count  # noqa: E402
from guests.services.duplicates import merge_candidates_find  # noqa: E402
from guests.services.merging import guests_merge, guests_unmerge  # noqa: E402
from reservehub.core import clock  # noqa: E402
from restaurants.models import Organisation  # noqa: E402
from tests.factories import (  # noqa: E402
    GUEST,
    NOW,
    STAFF,
    a_request,
    copy_reservation,
    make_restaurant,
)

GUESTS, VISITS, ROUNDS, PAGE = 100_000, 200, 60, 30
FIRST = """
    Anna Boris Carla Dirk Emma Femke Gijs Hanna Ivan Jasmijn Klaas Lotte Maria Niels Olga Pieter
    Quinten Roos Sophie Thomas Ursula Vera Willem Xander Yara Zoë Алексей Борис Вера Галина
"""
LAST = """
    Bakker Jansen Visser Smit Meijer Mulder Bos Vos Peters Hendriks Dekker Brouwer Dijkstra Kuiper
    Postma Veenstra Hoekstra Kramer Schouten Prins Blom Huisman Peeters Verhoeven Kok Willems
    Иванов Петров Соколов Кузнецов Schneider Fischer Weber Becker Rossi Ferrari Esposito Dubois
"""
FILL = """
    INSERT INTO guests_guest (organisation_id, name, phone, email, language, is_vip, is_blocked,
                              block_reason, has_marketing_consent, created_at)
    SELECT %(house)s,
           (%(first)s::text[])[1 + floor(random() * %(firsts)s)::int] || ' '
               || chr(65 + floor(random() * 26)::int) || '. '
               || (%(last)s::text[])[1 + floor(random() * %(lasts)s)::int],
           CASE WHEN random() < 0.8
                THEN '+316' || lpad(floor(random() * 1e8)::int::text, 8, '0') END,
           'guest' || n || chr(97 + n %% 26) || '@example.com', 'nl', random() < 0.02,
           random() < 0.005, '', random() < 0.4, %(now)s
    FROM generate_series(1, %(guests)s) AS n
    ON CONFLICT DO NOTHING
"""
FIGURES = """
    INSERT INTO guests_guestfigures (guest_id, bookings, visits, no_shows, cancellations,
        late_cancellations, upcoming, covers, spend_minor, billed_visits, last_visit_on, counted_at)
    SELECT id, 6, floor(random() * 12)::int, 0, 1, 0, 0, 12, floor(random() * 50000)::int, 3,
           %(now)s::date - floor(random() * 700)::int, %(now)s
    FROM guests_guest WHERE random() < 0.8
"""
TAGGED = """
    INSERT INTO guests_guesttag (guest_id, tag_id, is_automatic, created_at)
    SELECT id, %(tag)s, false, %(now)s FROM guests_guest WHERE random() < 0.2
"""
BARE: dict[str, str] = {
    "name": "SELECT id FROM guests_guest WHERE organisation_id = %s AND name ILIKE %s"
    " ORDER BY name, id LIMIT 31",
    "phone": "SELECT id FROM guests_guest WHERE organisation_id = %s"
    " AND reverse(phone) LIKE reverse(%s) ORDER BY name, id LIMIT 31",
    "email": "SELECT id FROM guests_guest WHERE organisation_id = %s AND email LIKE %s"
    " ORDER BY name, id LIMIT 31",
    "segment": """
        SELECT count(*) FROM guests_guest AS guest
        JOIN guests_guestfigures AS figures ON figures.guest_id = guest.id
        WHERE guest.organisation_id = %s AND figures.visits >= 3 AND guest.has_marketing_consent
          AND figures.last_visit_on <= %s::date - 90
    """,
}


def main() -> int:
    call_command("migrate", verbosity=0)
    place = make_restaurant(name="Bistro Anna")
    house = place.organisation
    begin = time.perf_counter()
    fill(house)
    print(f"{Guest.objects.count():,} guests of one organisation, filled in {since(begin):,.0f} ms")
    print(f"{'':44}{'median':>9}{'p95':>9}   bare SQL, median and p95")
    searches(house)
    segments(house)
    begin = time.perf_counter()
    pairs = merge_candidates_find(organisation_id=house.pk, now=NOW)
    print(f"{'the night looks for duplicates: ' + str(pairs) + ' pairs':44}{since(begin):9,.0f} ms")
    merges(place)
    return 0


def fill(house: Organisation) -> None:
    tag = Tag.objects.create(organisation=house, name="Regular", created_at=NOW)
    values: dict[str, Any] = {
        "house": house.pk,
        "tag": tag.pk,
        "now": NOW,
        "guests": GUESTS,
        "first": FIRST.split(),
        "firsts": len(FIRST.split()),
        "last": LAST.split(),
        "lasts": len(LAST.split()),
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        for statement in (FILL, FIGURES, TAGGED):
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")


def searches(house: Organisation) -> None:
    rng = random.Random(7)
    people = list(Guest.objects.exclude(phone=None).order_by("?")[:ROUNDS])
    kinds: Sequence[tuple[str, str, Callable[[Guest], str], Callable[[str], str]]] = (
        ("a whole name", "name", lambda one: one.name, lambda text: f"%{text}%"),
        ("a last name", "name", lambda one: one.name.split()[-1], lambda text: f"%{text}%"),
        ("the beginning of a name", "name", lambda one: one.name[:3], lambda text: f"%{text}%"),
        ("the last four digits", "phone", lambda one: str(one.phone)[-4:], lambda text: f"%{text}"),
        ("a whole number", "phone", lambda one: str(one.phone), lambda text: f"%{text}"),
        ("an e-mail address", "email", lambda one: str(one.email), lambda text: f"%{text}%"),
        ("part of an e-mail address", "email", part_of_email, lambda text: f"%{text}%"),
        ("a name with a slip", "name", lambda one: slip(one.name, rng), lambda text: f"%{text}%"),
    )
    for what, bare, text_of, pattern in kinds:
        texts = [text_of(one) for one in people]
        ours = [timed(partial(search, house, text)) for text in texts]
        yard = [timed(partial(ask, BARE[bare], house.pk, pattern(text))) for text in texts]
        show(f"search: {what}", ours, yard)
    narrowed = Search(tag_id=Tag.objects.get().pk)
    show("list: those with a tag", rounds(lambda: page(house, narrowed)))
    show("list: everybody", rounds(lambda: page(house, Search())))


def part_of_email(one: Guest) -> str:
    return str(one.email).split("@", maxsplit=1)[0][-5:] + "@exa"


def slip(name: str, rng: random.Random) -> str:
    """Two letters change places."""
    at = rng.randrange(1, len(name) - 2)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def search(house: Organisation, text: str) -> None:
    page(house, Search(text=text))


def page(house: Organisation, asked: Search) -> None:
    guests_page(guests_found([house.pk], asked).guests, after=None, size=PAGE)


def segments(house: Organisation) -> None:
    conditions: list[dict[str, Any]] = [
        {"field": "visits", "op": "gte", "value": 3},
        {"field": "last_visit_days", "op": "gte", "value": 90},
        {"field": "marketing_consent", "op": "is", "value": True},
    ]
    plain = Segment(organisation=house, conditions=conditions)
    tagged = [*conditions, {"field": "tag", "op": "has", "value": Tag.objects.get().pk}]
    yard = rounds(lambda: ask(BARE["segment"], house.pk, NOW))
    show("segment: three conditions", rounds(lambda: segment_count(plain, now=NOW)), yard)
    with_tag = Segment(organisation=house, conditions=tagged)
    show("segment: and a tag", rounds(lambda: segment_count(with_tag, now=NOW)))


def merges(place: Any) -> None:
    """The same two guests become one and two again, with everything a merge does."""
    with clock.freeze(NOW):
        template = reservation_create(request=a_request(place), actor=GUEST, now=NOW).reservation
    copy_reservation(template, copies=2 * VISITS - 1)
    first = Guest.objects.latest("pk")  # who has just booked
    second = Guest.objects.exclude(pk=first.pk).order_by("pk")[0]
    half = "SELECT id FROM bookings_reservation WHERE guest_id = %s ORDER BY id LIMIT %s"
    move = f"UPDATE bookings_reservation SET guest_id = %s WHERE id IN ({half})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bookings_reservation SET status = 'completed'")
        cursor.execute(move, [second.pk, first.pk, VISITS])
        cursor.execute("VACUUM ANALYZE")
    took, back, yard = [], [], []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        done = guests_merge(kept_id=first.pk, merged_id=second.pk, actor=STAFF, now=NOW)
        took.append(since(begin))
        begin = time.perf_counter()
        guests_unmerge(merge_id=done.pk, actor=STAFF, now=NOW)
        back.append(since(begin))
        yard.append(timed(lambda: moved(move, first.pk, second.pk)))
    show(f"merge: two guests, {VISITS} visits each", took, yard)
    show("merge: taken back", back)


def moved(move: str, first: int, second: int) -> None:
    """There and back, undone."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(move, [first, second, VISITS])
        transaction.set_rollback(True)


def ask(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.fetchall()


def rounds(work: Callable[[], object]) -> list[float]:
    return [timed(work) for _ in range(ROUNDS)]


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    begin = time.perf_counter()
    work()
    return since(begin)


def since(begin: float) -> float:
    return (time.perf_counter() - begin) * 1000


def show(what: str, took: Sequence[float], yard: Sequence[float] = ()) -> None:
    line = f"{what:44}{statistics.median(took):9.1f}{p95(took):9.1f}"
    print(line + (f"   {statistics.median(yard):.1f} / {p95(yard):.1f}" if yard else ""))


def p95(took: Sequence[float]) -> float:
    return sorted(took)[int(len(took) * 0.95)]


if __name__ == "__main__":
    sys.exit(main())
