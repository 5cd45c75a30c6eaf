"""Two records of one person."""

from __future__ import annotations

import pytest

from guests.models import Guest
from tests.guests.people import make_guest, make_organisation


@pytest.fixture
def kept() -> Guest:
    return make_guest(make_organisation(), name="Anna")


@pytest.fixture
def merged(kept: Guest) -> Guest:
    return make_guest(kept.organisation, name="A. de Vries")
