"""The fences of tests/conftest.py hold."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType

from accounts.models import User
from reservehub.core import audit
from reservehub.core.models import AuditEntry
from tests.conftest import LONGEST, OutsideNetworkUsed
from tests.emptying import empty_database
from tests.factories import NOW, STAFF, make_member, make_restaurant


def test_a_test_cannot_leave_this_machine() -> None:
    with socket.socket() as outside, pytest.raises(OutsideNetworkUsed):
        outside.connect(("192.0.2.1", 80))


@pytest.mark.django_db(transaction=True)
def test_what_a_test_committed_is_gone_after_it() -> None:
    member = make_member(make_restaurant())
    audit.record(actor=STAFF, action="tests.looked", obj=member, now=NOW)
    types = ContentType.objects.count()
    empty_database()
    assert not User.objects.exists()
    assert not AuditEntry.objects.exists()
    assert ContentType.objects.count() == types > 0


def test_the_files_that_begin_first_are_there() -> None:
    folder = Path(__file__).parent
    assert [name for name in LONGEST if not (folder / name).exists()] == []
