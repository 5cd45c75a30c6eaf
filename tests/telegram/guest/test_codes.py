"""Codes of buttons: short, and read with suspicion."""

from __future__ import annotations

from datetime import date, time

import pytest

from telegram_bot.guest.codes import LIMIT, Step, Tap, decode, encode, new_nonce, start_of

LARGEST = Tap(
    step=Step.CONFIRM,
    reservation_id=2**63 - 1,
    party=500,
    day=date(2199, 12, 31),
    start=start_of(time(23, 59), 1),
    page=9999,
    version=2**31 - 1,
    nonce=new_nonce(),
)


@pytest.mark.parametrize(
    "tap",
    [
        Tap(step=Step.HOME),
        Tap(step=Step.PARTY, restaurant_id=1),
        Tap(step=Step.CARD, restaurant_id=35, party=2, day=date(2026, 6, 5), start=0),
        Tap(step=Step.CARD, restaurant_id=36, party=2, day=date(2026, 6, 5), start=1, page=3),
        LARGEST,
    ],
)
def test_a_tap_survives_its_code(tap: Tap) -> None:
    assert decode(encode(tap)) == tap


def test_the_longest_code_fits() -> None:
    assert len(encode(LARGEST).encode()) <= LIMIT


def test_a_start_is_a_wall_time_and_its_pass() -> None:
    tap = Tap(step=Step.CARD, start=start_of(time(2, 30), 1))
    assert (tap.time, tap.fold) == (time(2, 30), 1)
    assert Tap(step=Step.CARD).time is None


@pytest.mark.parametrize(
    "code",
    [
        "",
        "g",
        "g:",
        "g:zz",
        "m:confirm",
        "g:ho.1.2.3.4.5.6.7.8.9",
        "g:ho.zzzzzzzzzzzzz",
        "g:ho.-1",
        "g:ho.١",
        "g:ho....1zzz",
        "g:ts...zzzz",
        "g:ts.....2ds",
        "g:ho\n",
        "g:HO",
        "g:ho." + "1" * 70,
    ],
)
def test_what_no_keyboard_can_have_sent_is_not_read(code: str) -> None:
    tap = decode(code)
    assert tap is None or encode(tap) == code
