"""Messages in bad times: how often is somebody told twice, or never?

    python -m bench messages

Real PostgreSQL, Valkey and Celery worker; the mail server and Twilio are stand-ins in this process
that count what would have reached somebody. The sweep runs every second here (every 15 in
production), and a message counts as stuck after 6 s (180). The aim: nobody is told twice, nobody is
forgotten; what nobody can know is left to a person.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import time as wall
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - after Django
from django.core.management import call_command  # noqa: E402

from bench.servers import family_of  # noqa: E402
from bookings.services import reservation_create  # noqa: E402
from notifications.kinds import Kind  # noqa: E402
from notifications.models import Message, MessageStatus  # noqa: E402
from notifications.tasks import sweep_messages  # noqa: E402
from reservehub.core import clock  # noqa: E402
from reservehub.core.tasks import sweep_deliveries  # noqa: E402
from reservehub.local import embedded  # noqa: E402
from restaurants.models import Restaurant  # noqa: E402
from tests.factories import GUEST, a_request, make_restaurant  # noqa: E402
from tests.notifications.stand_ins.server import Delivered  # noqa: E402
from tests.notifications.stand_ins.smtp import SmtpStandIn  # noqa: E402
from tests.notifications.stand_ins.twilio import TwilioStandIn  # noqa: E402

PROJECT = Path(__file__).resolve().parent.parent
OPEN = (MessageStatus.WAITING, MessageStatus.SENDING)
TAKEN = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ)
PATIENCE = 400  # seconds until everything must have come to an end
TABLES, TURNS = 40, (18, 20, 22)


@contextmanager
def worker(*providers: SmtpStandIn | TwilioStandIn) -> Iterator[Callable[[], None]]:
    """A Celery worker that talks to the stand-ins; yields what kills it and starts another."""
    told: dict[str, str] = {}
    for one in providers:
        told |= {name: str(value) for name, value in one.settings().items()}
    environment = {**os.environ, **told}
    command = [
        *(sys.executable, "-m", "celery", "--quiet", "-A", "reservehub", "worker"),
        *("--pool", "threads", "--concurrency", "4", "--loglevel", "ERROR"),
        *("--without-mingle", "--without-gossip"),
    ]
    running: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        process = subprocess.Popen(command, cwd=PROJECT, env=environment, start_new_session=True)
        running.append(process)

    def kill_and_start() -> None:
        for pid in family_of(running[-1].pid):
            os.kill(pid, signal.SIGKILL)
        running[-1].wait(20)
        start()

    start()
    try:
        yield kill_and_start
    finally:
        running[-1].send_signal(signal.SIGTERM)
        running[-1].wait(60)


def sweep() -> None:
    """What beat does; without a broker it fails, and the next sweep does it."""
    for task in (sweep_deliveries, sweep_messages):
        try:
            task()
        except Exception as error:  # noqa: BLE001 - any failure of the broker is the point here
            print(f"  (the sweep failed: {type(error).__name__})")


def book(house: Restaurant, numbers: Sequence[int], *, by_sms: bool = False) -> None:
    """One booking for each number, every time another guest."""
    first_day = clock.now().date() + timedelta(days=3)
    for number in numbers:
        day, place = divmod(number, TABLES * len(TURNS))
        contact = (
            {"guest_email": "", "guest_phone": f"+1415{2_000_000 + number}"}
            if by_sms
            else {"guest_email": f"guest-{number}@example.com"}
        )
        wish = a_request(
            house,
            date=first_day + timedelta(days=day),
            time=wall(TURNS[place % len(TURNS)]),
            **contact,
        )
        reservation_create(request=wish, actor=GUEST, now=clock.now())


def settle(since: int, expected: int) -> float:
    """Sweep until no message is open any more; how many seconds that took."""
    begin = time.monotonic()
    while time.monotonic() - begin < PATIENCE:
        sweep()
        mine = Message.objects.filter(pk__gt=since, kind=Kind.CONFIRMED)
        if mine.count() >= expected and not mine.filter(status__in=OPEN).exists():
            break
        time.sleep(1)
    return time.monotonic() - begin


def report(
    name: str, since: int, expected: int, delivered: Sequence[Delivered], seconds: float
) -> bool:
    """Print one line; whether everybody was told exactly once or is left to a person."""
    mine = Message.objects.filter(pk__gt=since, kind=Kind.CONFIRMED)
    states = Counter(mine.values_list("status", flat=True))
    reached = Counter(one.to for one in delivered if not one.to.startswith("bistro"))
    twice = sum(count > 1 for count in reached.values())
    taken = sum(states[status] for status in TAKEN)
    uncertain = states[MessageStatus.UNCERTAIN]
    known = sum(
        one.tries.order_by("-number").values_list("address", flat=True)[0] in reached
        for one in mine.filter(status__in=TAKEN)
    )
    lost = taken - known + states[MessageStatus.FAILED]
    under_way = sum(states[status] for status in OPEN)
    print(
        f"{name:<44} {mine.count():>4} owed {len(reached):>4} reached {twice:>3} twice"
        f" {lost:>3} lost {uncertain:>3} for a person {under_way:>3} under way {seconds:>6.1f} s"
    )
    return twice == lost == under_way == 0 and mine.count() == expected


def last() -> int:
    found = Message.objects.order_by("-pk").values_list("pk", flat=True).first()
    return found or 0


def broker_down(house: Restaurant, home: Path, numbers: Sequence[int]) -> bool:
    """No broker while 500 guests book; it comes back empty."""
    with SmtpStandIn() as smtp, worker(smtp):
        since = last()
        os.kill(int((home / "valkey/pid").read_text()), signal.SIGKILL)
        shutil.rmtree(home / "valkey/appendonlydir", ignore_errors=True)
        begin = time.monotonic()
        book(house, numbers)
        print(f"  {len(numbers)} bookings without a broker in {time.monotonic() - begin:.1f} s")
        embedded.up(home)
        seconds = settle(since, len(numbers))
        name = "broker killed, bookings, broker back and empty"
        return report(name, since, len(numbers), smtp.delivered, seconds)


class SlowSmtp(SmtpStandIn):
    """Has a letter for a while before it says so."""

    async def handle_DATA(self, *arguments: Any) -> str:  # noqa: N802 - name of aiosmtpd
        answer = await super().handle_DATA(*arguments)
        await asyncio.sleep(0.1)
        return answer


def worker_killed(house: Restaurant, numbers: Sequence[int]) -> bool:
    """The worker is killed -9 again and again while letters are on their way."""
    with SlowSmtp() as smtp, worker(smtp) as kill:
        since = last()
        book(house, numbers)
        for _ in range(5):
            _until_more_than(len(smtp.delivered) + 10, smtp.delivered)
            kill()
            sweep()
        seconds = settle(since, len(numbers))
        name = "worker killed -9 five times while sending"
        return report(name, since, len(numbers), smtp.delivered, seconds)


def provider_ill(house: Restaurant, numbers: Sequence[int]) -> bool:
    """A third of the requests fail: 500, answered too late, or never answered."""
    dice = random.Random(7)
    with TwilioStandIn() as twilio, worker(twilio):
        since = last()
        for _ in numbers:
            roll = dice.random()
            if roll < 0.12:
                twilio.fail_next(500, {"code": 20500, "message": "", "status": 500})
            elif roll < 0.24:
                twilio.drop_after_receiving()
            elif roll < 0.32:
                twilio.hang(3)
            else:
                twilio.behave()
        for name, value in twilio.settings().items():
            setattr(settings, name, value)
        book(house, numbers, by_sms=True)
        seconds = settle(since, len(numbers))
        name = "provider answers 500, late or never"
        return report(name, since, len(numbers), twilio.delivered, seconds)


def _until_more_than(count: int, delivered: Sequence[Delivered]) -> None:
    deadline = time.monotonic() + 60
    while len(delivered) <= count and time.monotonic() < deadline:
        time.sleep(0.05)


def main() -> int:
    home = Path(os.environ["RESERVEHUB_HOME"])
    call_command("migrate", verbosity=0)
    house = make_restaurant(tables=(2,) * TABLES, name="Bistro Anna", policy={"horizon_days": 60})
    print("messages in bad times (guests told; aim: none twice, none lost)")
    good = [
        broker_down(house, home, range(500)),
        worker_killed(house, range(500, 700)),
        provider_ill(house, range(700, 850)),
    ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
