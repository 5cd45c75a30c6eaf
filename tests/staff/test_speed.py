"""How long the pages of a large evening take: `pytest tests/staff/test_speed.py -s` prints it."""

from __future__ import annotations

from time import perf_counter, process_time

import pytest
from django.test import Client

from reservehub.core import clock
from restaurants.models import Role
from tests.factories import make_member
from tests.staff.evening import EVENING, fill, make_house

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ROUNDS = 20
AIM = 0.25
"""Seconds. Asserted of processor time, as other work on the machine would disturb the clock."""


def test_the_pages_of_sixty_tables_and_250_parties_are_quick() -> None:
    with clock.freeze(EVENING):
        house = make_house(60)
        fill(house, 250)
        client = Client()
        client.force_login(make_member(house, Role.HOST))
        for page in ("timeline/", "timeline/?show=table", "list/", "heat/", "alerts/"):
            spent, took = [], []
            for _ in range(ROUNDS + 2):
                cpu, wall = process_time(), perf_counter()
                size = len(client.get(f"/staff/{house.slug}/{page}").content)
                spent.append(process_time() - cpu)
                took.append(perf_counter() - wall)
            spent, took = sorted(spent[2:]), sorted(took[2:])
            middle, late = ROUNDS // 2, int(ROUNDS * 0.95) - 1
            print(  # noqa: T201 - the numbers are the point
                f"{page:24} {took[middle] * 1000:5.0f} ms p50, {took[late] * 1000:5.0f} ms p95,"
                f" {spent[middle] * 1000:5.0f} ms processor, {size / 1024:5.0f} KiB"
            )
            assert spent[late] < AIM, page
