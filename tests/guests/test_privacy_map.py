"""docs/privacy.md says where personal data is: it has to know every field of every model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from tests.guests.persons import make_person

PAGE = (Path(settings.BASE_DIR) / "docs" / "privacy.md").read_text()
WORDS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.GenericIPAddressField,
    models.FileField,
    models.BinaryField,
    ArrayField,
)
"""What may hold a name, a contact or a sentence."""


class Told(NamedTuple):
    model: str
    field: str
    until: str


def told() -> Iterator[Told]:
    for model, fields, until in re.findall(r"^\| `([\w.]+)` \| ([^|]*) \|(.*)", PAGE, re.MULTILINE):
        for field in re.findall(r"`(\w+)`", fields):
            yield Told(model, field, until)


def stored() -> Iterator[tuple[str, str]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            for field in model._meta.concrete_fields:
                if isinstance(field, WORDS) and not field.choices:
                    yield model._meta.label, field.name


def test_every_field_with_words_is_told_about_once() -> None:
    rows = [(one.model, one.field) for one in told()]
    missing = sorted(set(stored()) - set(rows))
    assert missing == [], "say in docs/privacy.md what is in these fields and what erases it"
    assert sorted(set(rows) - set(stored())) == [], "docs/privacy.md tells of fields that are gone"
    assert len(rows) == len(set(rows))


@pytest.mark.django_db
def test_the_person_of_the_tests_has_something_in_every_field_that_is_erased() -> None:
    """So that `test_no_row_of_any_app_tells_who_it_was` looks at each of them."""
    make_person()
    empty = []
    for model, field, until in told():
        if "erase" not in until:
            continue
        values = apps.get_model(model)._default_manager.values_list(field, flat=True)
        if not any(values):
            empty.append(f"{model}.{field}")
    assert empty == []
