"""One answer per ``Idempotency-Key``, however often and concurrently it is asked (rule 55)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from rest_framework.utils.encoders import JSONEncoder

from reservehub.core.errors import IdempotencyMismatch
from reservehub.core.models import IdempotencyRecord
from reservehub.core.planned import planned
from reservehub.core.tokens import new_nonce

KEEP = timedelta(hours=24)

# A concurrent twin waits here for the first to commit or roll back. A key past its day counts as
# new even before it is pruned.
_CLAIM = """
INSERT INTO core_idempotencyrecord (scope, key, body_hash, created_at, status, body, headers)
VALUES ($1, $2, $3, $4, 0, 'null', '{}')
ON CONFLICT (scope, key) DO UPDATE
    SET body_hash = EXCLUDED.body_hash, created_at = EXCLUDED.created_at,
        status = 0, body = 'null', headers = '{}'
    WHERE core_idempotencyrecord.created_at <= $5
RETURNING id
"""
_COMPLETE = """
UPDATE core_idempotencyrecord SET status = $1, body = $2, headers = $3::jsonb WHERE id = $4
RETURNING id
"""


@dataclass(frozen=True)
class Answer:
    """What a request gets.

    :param status: HTTP status
    :param body: JSON-ready
    :param headers: only those that belong to the answer, such as ``Location`` and ``ETag``
    :param replayed: this is the stored answer to an earlier request
    """

    status: int
    body: dict[str, Any] | list[Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    replayed: bool = False


def run_idempotent(
    *, key: str, scope: str, body: bytes, now: datetime, work: Callable[[], Answer]
) -> Answer:
    """Do the work once per key and scope within 24 h; afterwards give the stored answer.

    All in one transaction: a crash leaves neither the work nor the key, so a retry works. What a
    refused work (status 400 and above) wrote is rolled back; answers of 500 and above are not kept.

    :param scope: who asks for what: method, path and caller
    :param work: returns refusals as answers; what it raises rolls everything back
    :raises IdempotencyMismatch: for the same key with another body
    """
    body_hash = hashlib.sha256(body).hexdigest()
    with transaction.atomic():
        record_id = _claim(key=key, scope=scope, body_hash=body_hash, now=now)
        if record_id is None:
            return _replay(key=key, scope=scope, body_hash=body_hash)
        answer = _run(work)
        if answer.status >= 500:
            transaction.set_rollback(True)
            return answer
        text = json.dumps(answer.body, cls=JSONEncoder, ensure_ascii=False)
        planned(_COMPLETE, [answer.status, text, json.dumps(answer.headers), record_id])
    # Through the same text as a replay, so that both render alike.
    return Answer(status=answer.status, body=json.loads(text), headers=answer.headers)


def form_once(
    *, nonce: str, scope: str, wish: object, now: datetime, work: Callable[[], int]
) -> int:
    """The number of what a form makes: a double tap, or a resend by a shaky network, finds what the
    first one made. Another wish from the same form makes another.

    :param nonce: of the form; empty for one that was written by hand, which then counts as new
    :param scope: which form, and who sends it
    :param wish: what is wished; its `repr` says all of it
    :param work: makes it and returns its number; what it raises leaves nothing behind
    """
    fingerprint = repr(wish).encode()
    answer = run_idempotent(
        key=f"{nonce or new_nonce()}.{hashlib.sha256(fingerprint).hexdigest()[:16]}",
        scope=scope,
        body=fingerprint,
        now=now,
        work=lambda: Answer(status=201, body={"id": work()}),
    )
    body = answer.body if isinstance(answer.body, dict) else {}
    return int(body["id"])


def _claim(*, key: str, scope: str, body_hash: str, now: datetime) -> int | None:
    rows = planned(_CLAIM, [scope, key, body_hash, now, now - KEEP])
    return int(rows[0][0]) if rows else None


def _replay(*, key: str, scope: str, body_hash: str) -> Answer:
    record = IdempotencyRecord.objects.get(scope=scope, key=key)
    if record.body_hash != body_hash:
        raise IdempotencyMismatch
    return Answer(
        status=record.status, body=json.loads(record.body), headers=record.headers, replayed=True
    )


def _run(work: Callable[[], Answer]) -> Answer:
    with transaction.atomic():
        answer = work()
        if answer.status >= 400:
            transaction.set_rollback(True)
    return answer


def idempotency_prune(*, now: datetime) -> int:
    """Delete keys older than 24 h; returns how many."""
    deleted, _ = IdempotencyRecord.objects.filter(created_at__lte=now - KEEP).delete()
    return deleted
