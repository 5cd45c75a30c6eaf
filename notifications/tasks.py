"""Sending: claims a row, touches the network, records. Nothing is lost while a worker is down
(rule 116)."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

from celery import shared_task
from kombu.exceptions import OperationalError

from notifications import services
from notifications.channels.base import OutcomeUnknown, Report, ReportStatus, SendFailed
from notifications.services.campaigns import (
    campaigns_let_through,
    campaigns_start_due,
    organisations_sending,
)
from notifications.services.messages import SEND_TASK, message_queue_now
from reservehub.core import clock

logger = logging.getLogger(__name__)

REPORT_TRIES = 5


@shared_task(name=SEND_TASK, ignore_result=True)
def send_message(message_id: int) -> bool:
    """One try at one message; harmless when run twice. Returns whether the provider took it."""
    sending = services.sending_begin(message_id=message_id, now=clock.now())
    if sending is None:
        return False
    about = {"message_id": message_id, "number": sending.number}
    try:
        receipt = sending.backend.send(sending.envelope)
    except SendFailed as error:
        logger.warning(
            "Message %s refused by %s: %s", message_id, sending.backend.provider, error.code
        )
        services.sending_refused(**about, error=error, now=clock.now())
        return False
    except OutcomeUnknown as error:
        logger.warning("Message %s: %s leaves it open", message_id, sending.backend.provider)
        services.sending_unknown(**about, error=error, now=clock.now())
        return False
    return services.sending_taken(**about, receipt=receipt, now=clock.now())


@shared_task(name="notifications.sweep_messages", ignore_result=True)
def sweep_messages() -> int:
    """Queue what is due, and find out what became of those whose sender never came back."""
    now = clock.now()
    for message_id in services.messages_stuck(now=now):
        services.message_unstick(message_id=message_id, now=now)
    due = services.messages_claim_due(now=now)
    for message_id in due:
        message_queue_now(message_id)
    return len(due)


@shared_task(name="notifications.plan_by_the_clock", ignore_result=True)
def plan_by_the_clock() -> int:
    """Reminders, questions and reviews whose time has come. Returns how many."""
    return services.messages_by_the_clock(now=clock.now())


@shared_task(name="notifications.record_report", ignore_result=True)
def record_report(provider: str, told: dict[str, Any], tries: int = 1) -> bool:
    """A report that overtook the provider's own answer, once more. Returns whether it is known
    now."""
    report = Report(**{**told, "status": ReportStatus(told["status"])})
    if services.report_record(provider=provider, report=report, now=clock.now()):
        return True
    if tries < REPORT_TRIES:
        _queue_report(provider, told, tries + 1)
    return False


def report_later(*, provider: str, report: Report) -> None:
    """Try again in some seconds to find the message of a report; best effort, as the message has
    been sent whatever the report says.
    """
    told = {**asdict(report), "status": report.status.value, "at": None}
    try:
        _queue_report(provider, told, 1)
    except OperationalError as error:
        logger.warning("A report of %s is lost, the broker is down: %s", provider, error)


def _queue_report(provider: str, told: dict[str, Any], tries: int) -> None:
    record_report.apply_async(args=(provider, told, tries), countdown=5 * tries, retry=False)


@shared_task(name="notifications.run_campaigns", ignore_result=True)
def run_campaigns() -> int:
    """Start campaigns whose time has come, and let the next recipients of all through. Returns how
    many were let through.
    """
    now = clock.now()
    campaigns_start_due(now=now)
    return sum(
        campaigns_let_through(organisation_id=one, now=now) for one in organisations_sending()
    )


@shared_task(name="notifications.forget_contents", ignore_result=True)
def forget_contents() -> int:
    return services.contents_forget(now=clock.now())
