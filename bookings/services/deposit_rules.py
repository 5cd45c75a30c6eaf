"""Writing the rules of when a booking costs money. What is booked keeps its terms (rule 74)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.models import DepositKind, DepositRule, Source
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, ValidationFailed
from restaurants.services import config_delete, config_save


@transaction.atomic
def deposit_rule_save(*, rule: DepositRule, actor: Actor, now: datetime) -> DepositRule:
    """Create or change a rule; it holds for bookings made from now on.

    :raises ValidationFailed: with a pointer to the field
    """
    errors = _errors(rule)
    if errors:
        raise ValidationFailed(errors=errors)
    if rule._state.adding:  # noqa: SLF001 - public in all but name
        rule.created_at = now
    rule.updated_at = now
    config_save(instance=rule, actor=actor, now=now)
    return rule


def deposit_rule_delete(*, rule: DepositRule, actor: Actor, now: datetime) -> None:
    """Delete a rule; bookings that were made under it keep their terms."""
    config_delete(instance=rule, actor=actor, now=now)


def _errors(rule: DepositRule) -> list[FieldError]:
    """What the columns alone do not say."""
    wrong = (
        (
            "max_party",
            rule.min_party is not None
            and rule.max_party is not None
            and rule.max_party < rule.min_party,
            _("Choose at least as many as above."),
        ),
        (
            "valid_until",
            rule.valid_from is not None
            and rule.valid_until is not None
            and rule.valid_until < rule.valid_from,
            _("Choose a day that is not before the first."),
        ),
        (
            "amount_minor",
            rule.kind != DepositKind.EXEMPT and not rule.amount_minor,
            _("Enter an amount above zero."),
        ),
        (
            "tag",
            rule.tag is not None and rule.tag.organisation_id != rule.restaurant.organisation_id,
            _("Choose a tag of this house."),
        ),
        (
            "sources",
            bool(set(rule.sources) - set(Source.values)),
            _("Choose channels of the list."),
        ),
    )
    return [
        FieldError(f"/{name}", "invalid", str(text)) for name, is_wrong, text in wrong if is_wrong
    ]
