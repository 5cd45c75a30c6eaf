"""Writing messages and what guests answer. Keyword-only; `now` and `actor` are passed in."""

from notifications.services.by_the_clock import messages_by_the_clock
from notifications.services.contacts import (
    contact_link_create,
    contact_link_use,
    contact_point_add,
    contact_point_disable,
    opt_in,
    opt_out,
    preferences_set,
)
from notifications.services.conversation import conversation_reply, conversation_seen
from notifications.services.forgetting import contents_forget
from notifications.services.inbound import inbound_record
from notifications.services.messages import (
    house_message_plan,
    message_plan,
    staff_message_plan,
)
from notifications.services.queueing import queue_message_plan
from notifications.services.reports import report_record
from notifications.services.sending import (
    Sending,
    sending_begin,
    sending_refused,
    sending_taken,
    sending_unknown,
)
from notifications.services.stuck import (
    message_send_again,
    message_settle,
    message_unstick,
    messages_claim_due,
    messages_stuck,
)
from notifications.services.understood import Understood
from notifications.services.waiting import entry_message_plan

__all__ = [
    "Sending",
    "Understood",
    "contact_link_create",
    "contact_link_use",
    "contact_point_add",
    "contact_point_disable",
    "contents_forget",
    "conversation_reply",
    "conversation_seen",
    "entry_message_plan",
    "house_message_plan",
    "inbound_record",
    "message_plan",
    "message_send_again",
    "message_settle",
    "message_unstick",
    "messages_by_the_clock",
    "messages_claim_due",
    "messages_stuck",
    "opt_in",
    "opt_out",
    "preferences_set",
    "queue_message_plan",
    "report_record",
    "sending_begin",
    "sending_refused",
    "sending_taken",
    "sending_unknown",
    "staff_message_plan",
]
