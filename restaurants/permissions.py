"""What each role may do (rule 110). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Capability(StrEnum):
    VIEW_BOOK = "view_book"
    EDIT_BOOK = "edit_book"
    OVERRIDE_PACING = "override_pacing"
    CHARGE_REFUND = "charge_refund"
    SEE_CONTACT = "see_contact"
    EXPORT = "export"
    MERGE_GUESTS = "merge_guests"
    CONFIGURE = "configure"


ROLE_CAPABILITIES: Mapping[str, frozenset[Capability]] = MappingProxyType(
    {
        "owner": frozenset(Capability),
        "manager": frozenset(Capability),
        "host": frozenset(
            {
                Capability.VIEW_BOOK,
                Capability.EDIT_BOOK,
                Capability.OVERRIDE_PACING,
                Capability.SEE_CONTACT,
            }
        ),
        "viewer": frozenset({Capability.VIEW_BOOK}),
        "marketing": frozenset({Capability.SEE_CONTACT, Capability.EXPORT}),
    }
)
