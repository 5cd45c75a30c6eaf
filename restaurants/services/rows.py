"""What every setting has in common: an owner, stored values, and validation with pointers."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import ForeignKey, Model
from django.utils.translation import gettext_lazy as _

from reservehub.core.errors import FieldError, ValidationFailed
from restaurants.models import (
    CombinationMember,
    Organisation,
    Restaurant,
    TableAccessInPeriod,
    TablePlacement,
)


def restaurant_id_of(instance: Model) -> int | None:
    """The restaurant a row belongs to; None for an organisation or a restaurant not yet stored."""
    match instance:
        case Restaurant():
            return instance.pk
        case Organisation():
            return None
        case CombinationMember():
            return instance.combination.restaurant_id
        case TableAccessInPeriod():
            return instance.table.restaurant_id
        case TablePlacement():
            return instance.plan.restaurant_id
    owner: int = instance.restaurant_id  # type: ignore[attr-defined]
    return owner


def stored_values(instance: Model) -> dict[str, Any]:
    """The columns of a row as the audit keeps them."""
    return {
        field.attname: _plain(field.value_from_object(instance))
        for field in instance._meta.concrete_fields
        if field.name not in {"id", "config_version", "created_at", "updated_at", "draft"}
    }


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str | date | time):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return str(value)


def adopt_parents(instance: Model) -> None:
    """Take over the keys of related objects that were saved after they were assigned."""
    for field in instance._meta.concrete_fields:
        if isinstance(field, ForeignKey) and field.is_cached(instance):
            related = field.get_cached_value(instance)
            if related is not None and getattr(instance, field.attname) is None:
                setattr(instance, field.name, related)


def validate(instance: Model) -> None:
    """:raises ValidationFailed: with one pointer per field"""
    try:
        instance.full_clean()
    except ValidationError as error:
        raise validation_failed(error) from error
    refuse_strangers(instance)


def validation_failed(error: ValidationError) -> ValidationFailed:
    """Django's errors with the pointers of the problem format."""
    if not hasattr(error, "error_dict"):
        error = ValidationError({NON_FIELD_ERRORS: error})
    return ValidationFailed(
        errors=[
            FieldError(
                pointer="" if name == NON_FIELD_ERRORS else f"/{name}",
                code=one.code or "invalid",
                detail=" ".join(one.messages),
            )
            for name, found in error.error_dict.items()
            for one in found
        ]
    )


def refuse_strangers(instance: Model) -> None:
    """No row may refer to something of another restaurant.

    :raises ValidationFailed: naming the field
    """
    own = restaurant_id_of(instance)
    if own is None or isinstance(instance, Restaurant):
        return
    for field in instance._meta.concrete_fields:
        if not isinstance(field, ForeignKey) or field.related_model is Restaurant:
            continue
        related = getattr(instance, field.name)
        owner = None if related is None else getattr(related, "restaurant_id", None)
        if owner is not None and owner != own:
            raise refused(
                field.name, "other_restaurant", _("Choose one that belongs to this restaurant.")
            )


def refused(name: str, code: str, detail: Any) -> ValidationFailed:
    """One field at fault."""
    pointer = f"/{name}" if name else ""
    return ValidationFailed(detail, errors=[FieldError(pointer, code, str(detail))])
