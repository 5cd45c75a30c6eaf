"""Guests from a file: read, checked without writing, then all of them or none."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from redis.exceptions import RedisError

from guests.importing.mapping import FIELDS, guess
from guests.importing.plan import Plan, plan_of
from guests.importing.reading import UnreadableFile, read_table
from guests.models import GuestImport, ImportStatus
from guests.services.import_rows import Counts, House, rows_look, rows_write
from reservehub.core import audit
from reservehub.core.actors import SYSTEM, Actor
from reservehub.core.errors import DomainError, FieldError, NotFound, ValidationFailed
from reservehub.core.handover import Handover
from restaurants.models import Organisation

TASK = "guests.run_import"
KEPT_FOR = timedelta(days=1)
"""Rows of a file that nobody imported are forgotten after so long."""
MOST_ERRORS = 500
_BATCH = 1000
_OPEN = (ImportStatus.READ, ImportStatus.CHECKED, ImportStatus.FAILED)

_running = Handover(TASK)


class ImportMoved(DomainError):
    """The import is not where the page thought it was."""

    code = "import_moved"
    title = gettext_lazy("This import has moved on meanwhile")


class Progress(NamedTuple):
    done: int
    total: int


@transaction.atomic
def import_read(
    *, organisation_id: int, data: bytes, file_name: str, actor: Actor, now: datetime
) -> GuestImport:
    """Keep the rows of a file and guess what its columns mean.

    :raises ValidationFailed: if it cannot be read
    """
    try:
        table = read_table(data)
    except UnreadableFile as error:
        raise ValidationFailed(errors=[FieldError("/file", "unreadable", str(error))]) from error
    found = GuestImport.objects.create(
        organisation_id=organisation_id,
        file_name=file_name[-200:],
        columns=table.columns,
        mapping=guess(table.columns),
        rows=table.rows,
        row_count=len(table.rows),
        created_by_id=actor.user_id,
        created_at=now,
    )
    _record(found, "guests.import.read", actor=actor, now=now)
    return found


@transaction.atomic
def import_check(*, import_id: int, mapping: Mapping[str, int], now: datetime) -> GuestImport:
    """Look at every row as if it were imported; nothing of the book changes.

    :param mapping: field to column; fields that are left out are not read
    :raises NotFound: if there is no such import
    :raises ImportMoved: if it has begun, or is over
    :raises ValidationFailed: without a column for a name and one for a contact
    """
    found = _locked(import_id, *_OPEN)
    known = range(len(found.columns))
    chosen = {name: n for name, n in mapping.items() if name in FIELDS and n in known}
    if not chosen.keys() & {"name", "first_name", "last_name"}:
        detail = _("Choose the column with the names.")
        raise ValidationFailed(errors=[FieldError("/name", "required", detail)])
    if not chosen.keys() & {"phone", "email"}:
        detail = _("Choose the column with the phone numbers or the one with the e-mail addresses.")
        raise ValidationFailed(errors=[FieldError("/phone", "required", detail)])
    found.mapping = chosen
    house = house_of(found.organisation)
    plan = _plan(found, house, now)  # its remedies in the reader's language
    with translation.override(house.language):
        told = rows_look(plan.people, house=house, batch=_BATCH)
    found.result = {
        **told._asdict(),
        "error_count": len(plan.errors),
        "bad_rows": len({error.line for error in plan.errors}),
        "errors": [
            [one.line, one.field, one.value, one.remedy] for one in plan.errors[:MOST_ERRORS]
        ],
    }
    found.status = ImportStatus.CHECKED
    found.save(update_fields=["mapping", "result", "status"])
    return found


@transaction.atomic
def import_start(
    *, import_id: int, leaves_out_bad_rows: bool, actor: Actor, now: datetime
) -> GuestImport:
    """Let a worker import it.

    :param leaves_out_bad_rows: rows with errors are knowingly left out
    :raises ImportMoved: unless it was checked last
    :raises ValidationFailed: with errors in the file that are not to be left out
    """
    found = _locked(import_id, ImportStatus.CHECKED, ImportStatus.FAILED)
    if found.result.get("bad_rows") and not leaves_out_bad_rows:
        detail = _("Put the errors right and upload the file again, or leave these rows out.")
        raise ValidationFailed(errors=[FieldError("/leave_out", "required", detail)])
    found.status = ImportStatus.RUNNING
    found.save(update_fields=["status"])
    _record(found, "guests.import.started", actor=actor, now=now)
    _running.after_commit(found.pk)
    return found


def import_run(*, import_id: int, now: datetime) -> bool:
    """Import everything in one transaction: all of it, or nothing and the reason. Returns whether
    this call did it.
    """
    for is_last in (False, True):
        try:
            return _run(import_id, now)
        except IntegrityError:  # somebody booked under one of the contacts at this very moment
            if is_last:
                _fail(import_id, now)
    return False


@transaction.atomic
def _run(import_id: int, now: datetime) -> bool:
    found = (
        GuestImport.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("organisation")
        .filter(pk=import_id, status=ImportStatus.RUNNING)
        .first()
    )
    if found is None:
        return False
    house = house_of(found.organisation)
    with translation.override(house.language):
        plan = _plan(found, house, now)
        counts = Counts()
        for begin in range(0, len(plan.people), _BATCH):
            part = plan.people[begin : begin + _BATCH]
            counts = counts.plus(rows_write(part, house=house, source=found, now=now))
            _tell(found.pk, Progress(begin + len(part), len(plan.people)))
    found.status = ImportStatus.DONE
    found.finished_at = now
    found.done_count = found.row_count
    found.rows, found.columns, found.mapping = [], [], {}
    found.result = {**counts._asdict(), "bad_rows": len({one.line for one in plan.errors})}
    found.save()
    actor = Actor(kind=SYSTEM.kind, user_id=found.created_by_id, label="import", channel="system")
    _record(found, "guests.import.done", actor=actor, now=now, after=found.result)
    return True


@transaction.atomic
def _fail(import_id: int, now: datetime) -> None:
    found = _locked(import_id, ImportStatus.RUNNING)
    found.status = ImportStatus.FAILED
    found.save(update_fields=["status"])
    _record(found, "guests.import.failed", actor=SYSTEM, now=now)


@transaction.atomic
def import_discard(*, import_id: int, actor: Actor, now: datetime) -> GuestImport:
    """Forget the rows of a file; nothing is imported.

    :raises ImportMoved: if it has begun, or is over
    """
    found = _locked(import_id, *_OPEN)
    found.status = ImportStatus.DISCARDED
    found.finished_at = now
    found.rows, found.columns, found.mapping, found.result = [], [], {}, {}
    found.save()
    _record(found, "guests.import.discarded", actor=actor, now=now)
    return found


def imports_tidy(*, now: datetime) -> int:
    """Forget what nobody has imported within a day, and hand over again what no worker has taken.
    Returns how many were forgotten.
    """
    for pk in GuestImport.objects.filter(status=ImportStatus.RUNNING).values_list("pk", flat=True):
        import_run(import_id=pk, now=now)
    old = GuestImport.objects.filter(status__in=_OPEN, created_at__lt=now - KEPT_FOR)
    ids = list(old.values_list("pk", flat=True))
    for pk in ids:
        with suppress(ImportMoved):  # somebody was quicker
            import_discard(import_id=pk, actor=SYSTEM, now=now)
    return len(ids)


def import_progress(found: GuestImport) -> Progress:
    """How far a running import is. Its transaction shows nothing before it ends, so it is told
    apart; without the cache nothing is known.
    """
    try:
        told = cache.get(_key(found.pk))
    except (RedisError, OSError):
        told = None
    return Progress(*told) if told else Progress(0, found.row_count)


def _tell(import_id: int, progress: Progress) -> None:
    with suppress(RedisError, OSError):
        cache.set(_key(import_id), tuple(progress), timeout=3600)


def _key(import_id: int) -> str:
    return f"guests:import:{import_id}"


def house_of(organisation: Organisation) -> House:
    """Whose numbers, language and money the file is in: those of the first restaurant."""
    first = organisation.restaurants.order_by("pk").first()
    return House(
        organisation_id=organisation.pk,
        region=first.country if first else "",
        language=first.language if first else "en",
        currency=first.currency if first else "",
        zone=first.timezone if first else "UTC",
    )


def _plan(found: GuestImport, house: House, now: datetime) -> Plan:
    mapping = {str(name): int(number) for name, number in found.mapping.items()}
    today = now.astimezone(ZoneInfo(house.zone)).date()
    return plan_of(found.rows, mapping, region=house.region, today=today)


def _locked(import_id: int, *statuses: ImportStatus) -> GuestImport:
    found = (
        GuestImport.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(pk=import_id)
        .first()
    )
    if found is None:
        raise NotFound
    if found.status not in statuses:
        raise ImportMoved
    return found


def _record(
    found: GuestImport,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    after: Mapping[str, Any] | None = None,
) -> None:
    told = {"rows": found.row_count, **(after or {})}
    audit.record(actor=actor, action=action, obj=found, now=now, after=told)
