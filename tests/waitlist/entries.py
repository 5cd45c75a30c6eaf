"""What has become of an entry: read anew, in one word."""

from __future__ import annotations

from waitlist.models import EntryStatus, WaitlistEntry, WaitlistSkip


def status(entry: WaitlistEntry) -> str:
    entry.refresh_from_db()
    return entry.status


def offered(entry: WaitlistEntry) -> bool:
    return status(entry) == EntryStatus.OFFERED


def skipped(entry: WaitlistEntry) -> list[str]:
    return list(WaitlistSkip.objects.filter(entry=entry).values_list("reason", flat=True))
