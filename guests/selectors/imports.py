"""Imports of guests, as far as the asker may see them."""

from __future__ import annotations

from django.db.models import QuerySet

from guests.models import GuestImport
from reservehub.core.errors import NotFound


def imports_of(organisation_id: int) -> QuerySet[GuestImport]:
    """Those of an organisation, the latest first, without the cells of the files."""
    rows = GuestImport.objects.filter(organisation=organisation_id).select_related("created_by")
    return rows.defer("rows")


def import_of(organisation_id: int, pk: int) -> GuestImport:
    """:raises NotFound: if the organisation has no such import"""
    found = GuestImport.objects.filter(organisation=organisation_id, pk=pk).first()
    if found is None:
        raise NotFound
    return found
