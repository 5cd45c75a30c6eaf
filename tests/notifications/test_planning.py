"""Which way, when, and whether: the pure part of messages, also on the nights the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.answers import Meaning, meaning_of
from notifications.kinds import MANNERS, ChannelName, Kind
from notifications.planning import (
    BEFORE_START,
    Facts,
    QuietHours,
    channels_for,
    retry_in,
    send_at,
    unwanted,
)
from reservehub.core.timezones import to_wall, wall_to_instants

AMSTERDAM = "Europe/Amsterdam"
NIGHT = QuietHours()
FAR = timedelta(days=3)


def instant(text: str, zone: str = AMSTERDAM) -> datetime:
    return wall_to_instants(datetime.fromisoformat(text), zone)[0]


# --- Which way ------------------------------------------------------------------------------------

ALL = list(ChannelName)


def test_the_fall_back_goes_from_chat_over_sms_to_mail() -> None:
    order = channels_for(Kind.REMINDER_SOON, reachable=["email", "sms", "telegram"])
    assert order == ("telegram", "sms", "email")


def test_a_letter_goes_by_mail_before_anybody_pays_for_an_sms() -> None:
    assert channels_for(Kind.CONFIRMED, reachable=["sms", "email"]) == ("email", "sms")


@given(
    kind=st.sampled_from(list(Kind)),
    reachable=st.sets(st.sampled_from(ALL)),
    preferred=st.sampled_from([*ALL, ""]),
)
def test_every_reachable_channel_is_tried_once_and_the_preferred_first(
    kind: Kind, reachable: set[ChannelName], preferred: str
) -> None:
    order = channels_for(kind, reachable=reachable, preferred=preferred)
    assert sorted(order) == sorted(reachable)
    if preferred in reachable:
        assert order[0] == preferred


# --- When -----------------------------------------------------------------------------------------


def test_every_kind_has_manners() -> None:
    assert set(MANNERS) == set(Kind)


@pytest.mark.parametrize(
    ("due", "at"),
    [
        ("2026-06-05T20:59", "2026-06-05T20:59"),
        ("2026-06-05T21:00", "2026-06-06T09:00"),
        ("2026-06-06T03:00", "2026-06-06T09:00"),
        ("2026-06-06T09:00", "2026-06-06T09:00"),
        # Both clock changes: nine o'clock on the wall, ten or twelve hours later.
        ("2026-03-28T22:00", "2026-03-29T09:00"),
        ("2026-10-24T22:00", "2026-10-25T09:00"),
    ],
)
def test_what_is_not_urgent_waits_for_the_morning(due: str, at: str) -> None:
    found = send_at(
        Kind.REMINDER_DAY,
        due_at=instant(due),
        expires_at=instant(due) + FAR,
        quiet=NIGHT,
        zone=AMSTERDAM,
    )
    assert found == instant(at)


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_on_the_nights_of_the_clock_change_the_wait_is_an_hour_shorter_or_longer(day: str) -> None:
    due = instant(f"{day}T22:00")
    found = send_at(
        Kind.REMINDER_DAY, due_at=due, expires_at=due + FAR, quiet=NIGHT, zone=AMSTERDAM
    )
    assert found is not None
    assert found - due == timedelta(hours=10 if day == "2026-03-28" else 12)


def test_quiet_hours_that_end_in_the_gap_end_with_it() -> None:
    quiet = QuietHours(begin=time(21), end=time(2, 30))
    found = send_at(
        Kind.REMINDER_DAY,
        due_at=instant("2026-03-28T22:00"),
        expires_at=instant("2026-03-30T22:00"),
        quiet=quiet,
        zone=AMSTERDAM,
    )
    assert found == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_message_that_would_come_too_late_is_not_sent_at_all() -> None:
    due = instant("2026-06-06T06:30")  # two hours before breakfast
    assert (
        send_at(
            Kind.REMINDER_SOON,
            due_at=due,
            expires_at=due + timedelta(minutes=90),
            quiet=NIGHT,
            zone=AMSTERDAM,
        )
        is None
    )


def test_what_the_guest_waits_for_knows_no_quiet_hours() -> None:
    due = instant("2026-06-06T02:00")
    at = send_at(Kind.TABLE_READY, due_at=due, expires_at=due + FAR, quiet=NIGHT, zone=AMSTERDAM)
    assert at == due


@given(
    due=st.datetimes(
        min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        max_value=datetime(2027, 12, 31),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    begin=st.times(),
    end=st.times(),
    zone=st.sampled_from([AMSTERDAM, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_nothing_optional_is_ever_sent_in_the_quiet_hours_nor_before_it_is_due(
    due: datetime, begin: time, end: time, zone: str
) -> None:
    quiet = QuietHours(
        begin=begin.replace(second=0, microsecond=0), end=end.replace(second=0, microsecond=0)
    )
    at = send_at(Kind.REMINDER_DAY, due_at=due, expires_at=due + FAR, quiet=quiet, zone=zone)
    assert at is not None
    assert at >= due
    assert at - due <= timedelta(hours=26)
    wall, fold = to_wall(at, zone)
    # The hour that the clocks repeat may be quiet the second time: once is enough.
    assert not quiet.covers(wall.time()) or fold or at == due or _is_beside_a_change(at, zone)


def _is_beside_a_change(at: datetime, zone: str) -> bool:
    hour = timedelta(hours=2)
    return to_wall(at + hour, zone)[0] - to_wall(at - hour, zone)[0] != 2 * hour


# --- Whether --------------------------------------------------------------------------------------

NOW = datetime(2026, 6, 5, 12, tzinfo=UTC)
START = datetime(2026, 6, 5, 17, tzinfo=UTC)


def why(kind: Kind, *, status: str = "confirmed", now: datetime = NOW, **facts: object) -> str:
    about = Facts(**{"status": status, "starts_at": START, **facts})  # type: ignore[arg-type]
    return unwanted(kind, about, now=now, expires_at=START)


@pytest.mark.parametrize(
    ("kind", "facts", "reason"),
    [
        (Kind.REMINDER_SOON, {}, ""),
        (Kind.REMINDER_SOON, {"status": "cancelled_by_guest"}, "state_changed"),
        (Kind.REMINDER_SOON, {"status": "seated"}, "state_changed"),
        (Kind.REMINDER_DAY, {"told_starts_at": START}, ""),
        (Kind.REMINDER_DAY, {"told_starts_at": START + timedelta(hours=1)}, "time_changed"),
        (Kind.CONFIRMED, {"status": "cancelled_by_restaurant"}, "state_changed"),
        (Kind.CONFIRMED, {"status": "arrived"}, ""),
        (Kind.CHANGED, {"is_superseded": True}, "superseded"),
        (Kind.RECONFIRM, {"is_reconfirmed": True}, "already_answered"),
        (Kind.ON_YOUR_WAY, {"has_eta": True}, "already_answered"),
        (Kind.STAFF_REQUEST, {"status": "confirmed"}, "state_changed"),
        (Kind.REPLY, {"status": "cancelled_by_guest"}, ""),
    ],
)
def test_only_what_is_still_true_is_sent(kind: Kind, facts: dict[str, object], reason: str) -> None:
    assert why(kind, **facts) == reason  # type: ignore[arg-type]


def test_nothing_is_sent_past_its_time() -> None:
    assert why(Kind.REMINDER_SOON, now=START) == "too_late"


def test_reminders_come_in_order_and_before_the_visit() -> None:
    for kind, timing in BEFORE_START.items():
        assert timing.due < timing.until, kind
        if kind != Kind.ON_YOUR_WAY:
            assert timing.until < timedelta(0), kind
            assert timing.booked_before >= -timing.due, kind


@given(st.integers(1, 40), st.floats(0, 1))
def test_tries_grow_apart_but_never_beyond_a_quarter_of_an_hour(tries: int, jitter: float) -> None:
    wait = retry_in(tries, jitter=jitter)
    assert timedelta(seconds=15) <= wait <= timedelta(minutes=12, seconds=30)
    asked = timedelta(hours=1)
    assert retry_in(tries, jitter=jitter, asked=asked) == asked


# --- Answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("1", Meaning.CONFIRM),
        (" Yes! ", Meaning.CONFIRM),
        ("Да.", Meaning.CONFIRM),
        ("👍", Meaning.CONFIRM),
        ("9", Meaning.CANCEL),
        ("CANCEL", Meaning.CANCEL),
        ("Отмена", Meaning.CANCEL),
        ("STOP", Meaning.STOP),
        ("старт", Meaning.START),
        ("yes but we are six now", Meaning.NOTHING),
        ("no", Meaning.NOTHING),
        ("19", Meaning.NOTHING),
        ("", Meaning.NOTHING),
        ("please do not cancel", Meaning.NOTHING),
    ],
)
def test_only_a_clear_answer_acts_by_itself(text: str, meaning: Meaning) -> None:
    assert meaning_of(text) == meaning


@given(st.text(max_size=200))
def test_any_text_has_a_meaning(text: str) -> None:
    assert meaning_of(text) in Meaning


def test_a_button_means_what_it_says_and_an_unknown_one_nothing() -> None:
    assert meaning_of("anything", code="cancel") == Meaning.CANCEL
    assert meaning_of("yes", code="delete_everything") == Meaning.NOTHING
