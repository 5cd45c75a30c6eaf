"""Possible duplicates: found every night, set aside by hand (rules 99-100)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from guests.models import MergeCandidate
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import NotFound


@transaction.atomic
def merge_candidate_dismiss(*, candidate_id: int, actor: Actor, now: datetime) -> None:
    """Remember that these are two people (rule 100); repeating it changes nothing.

    :raises NotFound: if there is no such candidate
    """
    candidate = MergeCandidate.objects.select_for_update().filter(pk=candidate_id).first()
    if candidate is None:
        raise NotFound
    if candidate.dismissed_at is not None:
        return
    candidate.dismissed_at = now
    candidate.save(update_fields=["dismissed_at"])
    audit.record(
        actor=actor,
        action="guests.merge_candidate.dismissed",
        obj=candidate,
        now=now,
        after={"dismissed_at": now},
    )


@transaction.atomic
def merge_candidates_find(*, organisation_id: int, now: datetime) -> int:
    """Note every two records of an organisation that may be one person, and forget those noted
    before that no longer look like it. What was set aside by hand is never noted again, also not
    under the records that these have become part of. Returns how many pairs there are.

    A similar name alone says nothing; `_CLUES` lists what has to come with it. One statement,
    whatever the number of guests.
    """
    values: dict[str, Any] = {
        "organisation": organisation_id,
        "now": now,
        "most": MOST_WITH_ONE_CLUE,
        "reasons": [*_CLUES, GIVEN_NAME],
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIND, values)
        return int(cursor.fetchone()[0])


MOST_WITH_ONE_CLUE = 12
"""What more people have in common is the address of an office or a hotel's switchboard."""
GIVEN_NAME = "given_name"
"""Somebody gave this name with the contact of the other."""

_SLIP = "phone IS NOT NULL AND length(phone) >= 10"
_CLUES: dict[str, tuple[str, str, float, float, float]] = {
    # What both have, where it counts; the score without a similar name, what one adds, and how
    # similar it must be.
    "account": ("user_id::text", "user_id IS NOT NULL", 0.9, 0.1, 0.0),
    "email": ("email", "email IS NOT NULL", 0.7, 0.3, 0.0),
    # Another country code, or a slip in the first digits.
    "phone_end": ("right(phone, 7)", _SLIP, 0.5, 0.4, 0.45),
    # A slip in the last two digits.
    "phone_start": ("left(phone, -2)", _SLIP, 0.4, 0.4, 0.55),
    # The same name at another provider, or a slip behind the @.
    "email_name": (
        "split_part(email, '@', 1)",
        "length(split_part(email, '@', 1)) >= 6",
        0.4,
        0.4,
        0.5,
    ),
}
_CLUE_ROWS = " UNION ALL ".join(
    f"SELECT kept, name, '{kind}' AS kind, {value} AS value FROM record WHERE {where}"  # noqa: S608
    for kind, (value, where, *_weights) in _CLUES.items()
)
_WEIGHTS = ", ".join(
    f"('{kind}', {base}, {weight}, {least})"
    for kind, (_value, _where, base, weight, least) in _CLUES.items()
)
# Records merged earlier lend their contacts and names to the one kept.
_FIND = f"""
    WITH record AS MATERIALIZED (
        SELECT coalesce(merged_into_id, id) AS kept, lower(name) AS name, phone, email, user_id
        FROM guests_guest WHERE organisation_id = %(organisation)s AND anonymised_at IS NULL
    ), clue AS MATERIALIZED (
        SELECT kept, name, kind, value,
               min(kept) OVER one_value <> max(kept) OVER one_value
               AND count(*) OVER one_value <= %(most)s AS is_shared
        FROM ({_CLUE_ROWS}) AS row
        WINDOW one_value AS (PARTITION BY kind, value)
    ), shared AS MATERIALIZED (
        SELECT kept, name, kind, value FROM clue WHERE is_shared
    ), alike AS (
        SELECT one.kept AS first, two.kept AS second, one.kind,
               greatest(
                   similarity(one.name, two.name),
                   0.8 * strict_word_similarity(one.name, two.name),
                   0.8 * strict_word_similarity(two.name, one.name)
               ) AS likeness
        FROM shared AS one
        JOIN shared AS two
            ON two.kind = one.kind AND two.value = one.value AND two.kept > one.kept
    ), bearer AS (
        SELECT coalesce(guest.merged_into_id, guest.id) AS giver, record.kept AS bearer,
               count(*) OVER (PARTITION BY given.id) AS bearers
        FROM guests_mergecandidate AS given
        JOIN guests_guest AS guest ON guest.id = given.guest_id
        JOIN record ON record.name = lower(given.name)
        WHERE guest.organisation_id = %(organisation)s AND given.other_id IS NULL
          AND given.dismissed_at IS NULL AND given.name LIKE '%% %%'
    ), pair AS (
        SELECT first, second, kind, base + weight * likeness AS score
        FROM alike JOIN (VALUES {_WEIGHTS}) AS weighed (kind, base, weight, least) USING (kind)
        WHERE likeness >= least
        UNION ALL
        SELECT least(giver, bearer), greatest(giver, bearer), '{GIVEN_NAME}', 0.6
        FROM bearer WHERE giver <> bearer AND bearers <= 3
    ), apart AS (
        SELECT least(first, second) AS first, greatest(first, second) AS second
        FROM (
            SELECT coalesce(one.merged_into_id, one.id) AS first,
                   coalesce(two.merged_into_id, two.id) AS second
            FROM guests_mergecandidate AS told
            JOIN guests_guest AS one ON one.id = told.guest_id
            JOIN guests_guest AS two ON two.id = told.other_id
            WHERE one.organisation_id = %(organisation)s AND told.dismissed_at IS NOT NULL
        ) AS told
    ), best AS MATERIALIZED (
        SELECT DISTINCT ON (first, second) first, second, kind, score
        FROM pair WHERE (first, second) NOT IN (SELECT first, second FROM apart)
        ORDER BY first, second, score DESC, kind
    ), gone AS (
        DELETE FROM guests_mergecandidate AS noted USING guests_guest AS guest
        WHERE guest.id = noted.guest_id AND guest.organisation_id = %(organisation)s
          AND noted.other_id IS NOT NULL AND noted.dismissed_at IS NULL
          AND noted.reason = ANY(%(reasons)s)
          AND NOT EXISTS (
              SELECT FROM best WHERE first = noted.guest_id AND second = noted.other_id
          )
    ), noted AS (
        INSERT INTO guests_mergecandidate AS noted
            (guest_id, other_id, name, reason, score, created_at)
        SELECT best.first, best.second, other.name, best.kind, least(best.score, 1), %(now)s
        FROM best JOIN guests_guest AS other ON other.id = best.second
        ORDER BY best.first, best.second
        ON CONFLICT (guest_id, other_id) WHERE other_id IS NOT NULL
        DO UPDATE SET reason = excluded.reason, score = excluded.score
        WHERE noted.dismissed_at IS NULL
          AND (noted.reason, noted.score) IS DISTINCT FROM (excluded.reason, excluded.score)
    )
    SELECT count(*) FROM best
"""  # noqa: S608 - no values of callers
