"""Writing the queue at the door. Keyword-only; `now` and `actor` are passed in; refusals are the
errors of `waitlist.queue.errors` and `bookings.errors`.
"""

from waitlist.services.queue.calling import queue_coming, queue_nudge, queue_ready, queue_skip
from waitlist.services.queue.clock import queue_run, queues_run
from waitlist.services.queue.joining import queue_join
from waitlist.services.queue.leaving import queue_leave, queue_no_show, queue_remove, queue_undo
from waitlist.services.queue.requests import Queued, QueueRequest, Seated
from waitlist.services.queue.seating import queue_seat
from waitlist.services.queue.settings import queue_settings_save

__all__ = [
    "QueueRequest",
    "Queued",
    "Seated",
    "queue_coming",
    "queue_join",
    "queue_leave",
    "queue_no_show",
    "queue_nudge",
    "queue_ready",
    "queue_remove",
    "queue_run",
    "queue_seat",
    "queue_settings_save",
    "queue_skip",
    "queue_undo",
    "queues_run",
]
