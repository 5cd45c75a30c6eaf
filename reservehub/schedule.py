"""What beat runs, and when. One entry per task; the task itself lives in its app.

Entries are copied into the database by django-celery-beat, where an administrator may pause them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "core.sweep_deliveries": {"task": "core.sweep_deliveries", "schedule": timedelta(seconds=15)},
    "core.prune_outbox": {"task": "core.prune_outbox", "schedule": timedelta(hours=1)},
    "core.prune_idempotency": {"task": "core.prune_idempotency", "schedule": timedelta(hours=1)},
    "restaurants.sweep_invitations": {
        "task": "restaurants.sweep_invitations",
        "schedule": timedelta(minutes=1),
    },
    "guests.apply_tags": {"task": "guests.apply_tags", "schedule": timedelta(days=1)},
    "guests.find_duplicates": {"task": "guests.find_duplicates", "schedule": timedelta(days=1)},
    "guests.forget_idle": {"task": "guests.forget_idle", "schedule": timedelta(days=1)},
    "guests.tidy_imports": {"task": "guests.tidy_imports", "schedule": timedelta(minutes=10)},
    "guests.purge_health": {"task": "guests.purge_health", "schedule": timedelta(days=1)},
    "payments.sweep": {"task": "payments.sweep", "schedule": timedelta(seconds=15)},
    "payments.look_after_holds": {
        "task": "payments.look_after_holds",
        "schedule": timedelta(hours=1),
    },
    "payments.prune_webhooks": {"task": "payments.prune_webhooks", "schedule": timedelta(days=1)},
    "payments.reconcile": {"task": "payments.reconcile", "schedule": timedelta(days=1)},
    "bookings.expire_requests": {
        "task": "bookings.expire_requests",
        "schedule": timedelta(minutes=1),
    },
    "bookings.settle_deposits": {
        "task": "bookings.settle_deposits",
        "schedule": timedelta(minutes=1),
    },
    "bookings.extend_stays": {"task": "bookings.extend_stays", "schedule": timedelta(minutes=1)},
    "bookings.mark_no_shows": {"task": "bookings.mark_no_shows", "schedule": timedelta(minutes=1)},
    "bookings.count_figures": {"task": "bookings.count_figures", "schedule": timedelta(days=1)},
    "bookings.tidy_holds": {"task": "bookings.tidy_holds", "schedule": timedelta(minutes=5)},
    "waitlist.run_clock": {"task": "waitlist.run_clock", "schedule": timedelta(minutes=1)},
    "waitlist.run_queues": {"task": "waitlist.run_queues", "schedule": timedelta(minutes=1)},
    "waitlist.look_for_tables": {
        "task": "waitlist.look_for_tables",
        "schedule": timedelta(minutes=5),
    },
    "waitlist.learn_turn_times": {
        "task": "waitlist.learn_turn_times",
        "schedule": timedelta(days=1),
    },
    "notifications.sweep_messages": {
        "task": "notifications.sweep_messages",
        "schedule": timedelta(seconds=15),
    },
    "notifications.plan_by_the_clock": {
        "task": "notifications.plan_by_the_clock",
        "schedule": timedelta(minutes=5),
    },
    "notifications.run_campaigns": {
        "task": "notifications.run_campaigns",
        "schedule": timedelta(seconds=15),
    },
    "notifications.forget_contents": {
        "task": "notifications.forget_contents",
        "schedule": timedelta(days=1),
    },
    "telegram_bot.sweep_cards": {
        "task": "telegram_bot.sweep_cards",
        "schedule": timedelta(seconds=15),
    },
    "telegram_bot.send_digests": {
        "task": "telegram_bot.send_digests",
        "schedule": timedelta(minutes=5),
    },
    "telegram_bot.prune_updates": {
        "task": "telegram_bot.prune_updates",
        "schedule": timedelta(hours=1),
    },
    "core.prune_audit": {"task": "core.prune_audit", "schedule": timedelta(days=1)},
}
