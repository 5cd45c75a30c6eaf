"""Work by the clock. Nothing is wrong while a worker is down: whether an offer is open is decided
when it is read, and its table is free for all two minutes after its end (rules 88, 116).
"""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from reservehub.core import clock
from waitlist import services
from waitlist.models import OfferCause
from waitlist.services.gains import MATCH_TASK
from waitlist.services.queue import queues_run
from waitlist.services.turns import turn_times_due, turn_times_learn


@shared_task(name=MATCH_TASK, ignore_result=True)
def match_gain(gain_id: int) -> int:
    """Match one day on which something became free; harmless when run twice. Returns how many
    offers were made.
    """
    return len(services.gain_match(gain_id=gain_id, now=clock.now()))


@shared_task(name="waitlist.run_clock", ignore_result=True)
def run_clock() -> int:
    """End offers and entries whose time is over and pass tables on; match days whose note was left
    behind. Returns how many offers and entries ended.
    """
    now = clock.now()
    ended = services.offers_expire(now=now) + services.entries_expire(now=now)
    services.gains_match(now=now)
    return ended


@shared_task(name="waitlist.look_for_tables", ignore_result=True)
def look_for_tables() -> int:
    """Look at every day somebody waits for: a hold that lapsed or a date that was released makes
    room without an event. Returns how many days.
    """
    now = clock.now()
    yesterday = now.date() - timedelta(days=1)
    return services.gains_note_everywhere(cause=OfferCause.LOOKED, since=now, today=yesterday)


@shared_task(name="waitlist.run_queues", ignore_result=True)
def run_queues() -> int:
    """Remind parties called to their table, skip those who did not come, tell those whose wait has
    grown, and end queues of yesterday. Returns how many parties changed.
    """
    return queues_run(now=clock.now())


@shared_task(name="waitlist.learn_turn_times", ignore_result=True)
def learn_turn_times() -> int:
    """Learn every night how long the parties of each restaurant stay (rule 94). Returns how many
    restaurants were looked at.
    """
    now = clock.now()
    due = turn_times_due(now=now)
    for restaurant_id in due:
        turn_times_learn(restaurant_id=restaurant_id, now=now)
    return len(due)
