"""What staff should notice, and when (rules 37, 54, 63-65)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookings.alerts import Alert, Urgency, Watch, alerts
from bookings.floor import Stay, Visit
from bookings.lifecycle import Status

START = datetime(2026, 6, 5, 17, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def party(number: int = 1, status: Status = Status.CONFIRMED, **fields: Any) -> Visit:
    return Visit(
        **{
            "reservation_id": number,
            "status": status,
            "guest_name": f"Guest {number}",
            "party_size": 2,
            "starts_at": START,
            "ends_at": START + 90 * MINUTE,
            "table_ids": (7,),
            **fields,
        }
    )


def told(*visits: Visit, minutes: int = 0, unassigned: tuple[Visit, ...] = ()) -> list[Alert]:
    stays: dict[int, list[Stay]] = {}
    for visit in visits:
        for table in visit.table_ids:
            stays.setdefault(table, []).append(
                Stay(
                    table_id=table,
                    starts_at=visit.starts_at,
                    ends_at=visit.ends_at,
                    kind="reservation",
                    visit=visit,
                )
            )
    watch = Watch(
        now=START + minutes * MINUTE,
        grace=15 * MINUTE,
        numbers={7: "7", 8: "8"},
        clock=lambda at: f"{at:%H:%M}",
    )
    return alerts(stays, unassigned, watch)


def kinds(found: list[Alert]) -> list[str]:
    return [one.kind.value for one in found]


@pytest.mark.parametrize(
    ("minutes", "kind"),
    [(-1, []), (0, ["late"]), (9, ["late"]), (10, ["ask"]), (14, ["ask"]), (15, ["no_show_due"])],
)
def test_lateness_grows_step_by_step(minutes: int, kind: list[str]) -> None:
    assert kinds(told(party(), minutes=minutes)) == kind


@pytest.mark.parametrize(
    ("minutes", "kind"), [(-30, "late"), (12, "late"), (44, "late"), (45, "no_show_due")]
)
def test_who_called_is_waited_for(minutes: int, kind: str) -> None:
    visit = party(eta_at=START + 60 * MINUTE)
    (alert,) = told(visit, minutes=minutes)
    assert alert.kind == kind
    if kind == "late":
        assert "18:00" in alert.words


@pytest.mark.parametrize("status", [Status.ARRIVED, Status.SEATED, Status.COMPLETED])
def test_who_is_there_or_gone_is_not_late(status: Status) -> None:
    assert told(party(status=status), minutes=20) == []


def test_the_floor_knows_of_special_guests_within_the_hour() -> None:
    visit = party(is_vip=True, flags=("vip", "allergy", "birthday"))
    assert told(visit, minutes=-61) == []
    assert sorted(kinds(told(visit, minutes=-60))) == ["allergy", "birthday", "vip"]
    arrived = party(status=Status.ARRIVED, is_vip=True)
    assert kinds(told(arrived, minutes=10)) == ["vip"]


def test_a_request_waits_the_more_urgently_the_sooner_it_is() -> None:
    visit = party(status=Status.PENDING)
    assert told(visit, minutes=-600)[0].urgency is Urgency.SOON
    assert told(visit, minutes=-180)[0].urgency is Urgency.NOW
    assert kinds(told(visit, minutes=-180)) == ["request_waiting"]


def test_a_party_without_a_table_is_named() -> None:
    visit = party(table_ids=())
    (alert,) = told(unassigned=(visit,), minutes=-60)
    assert (alert.kind, alert.urgency, alert.table_ids) == ("unassigned", Urgency.NOW, ())


def sitting(**fields: Any) -> Visit:
    return party(
        **{
            "status": Status.SEATED,
            "seated_at": START - 90 * MINUTE,
            "starts_at": START - 90 * MINUTE,
            "ends_at": START,
            **fields,
        }
    )


def test_overtime_threatens_the_next_party_half_an_hour_ahead() -> None:
    coming = party(2, starts_at=START + 40 * MINUTE, ends_at=START + 120 * MINUTE)
    assert told(sitting(), coming, minutes=-1) == []
    assert told(sitting(), coming, minutes=9) == []
    (alert,) = told(sitting(), coming, minutes=10)
    assert (alert.kind, alert.reservation_id, alert.other_id) == ("overtime_threatens", 2, 1)
    assert alert.words == "Guest 1 still sits at table 7; Guest 2 comes at 17:40."
    here = party(2, Status.ARRIVED, starts_at=START + 40 * MINUTE, ends_at=START + 120 * MINUTE)
    assert kinds(told(sitting(), here, minutes=55)) == ["overtime_threatens"]


def test_a_party_is_threatened_once_however_many_tables_it_has() -> None:
    coming = party(3, table_ids=(7, 8))
    one, other = sitting(), sitting(number=2, table_ids=(8,))
    assert kinds(told(one, other, coming)).count("overtime_threatens") == 1


def test_a_party_nobody_finished_threatens_nobody_for_ever() -> None:
    forgotten = sitting(seated_at=START - timedelta(hours=13))
    assert "overtime_threatens" not in kinds(told(forgotten, party(2)))


def test_the_most_urgent_comes_first() -> None:
    found = told(
        party(1, is_vip=True, starts_at=START + 30 * MINUTE),
        party(2),
        party(3, Status.PENDING, starts_at=START + 60 * MINUTE),
    )
    assert kinds(found) == ["request_waiting", "late", "vip"]
