from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from reservehub.core.errors import (
    DomainError,
    FieldError,
    PreconditionFailed,
    RateLimited,
    ValidationFailed,
    VersionConflict,
    problem,
)


class TableTaken(DomainError):
    code = "table_taken"
    title = _("The table is taken")


def test_a_problem_has_the_members_of_rfc_9457() -> None:
    error = TableTaken("Table 7 has just gone", alternatives=["19:30"])
    assert problem(error, instance="/api/v1/holds") == {
        "type": "/problems/table_taken",
        "title": "The table is taken",
        "status": 409,
        "detail": "Table 7 has just gone",
        "code": "table_taken",
        "errors": [],
        "instance": "/api/v1/holds",
        "alternatives": ["19:30"],
    }


def test_the_title_stands_in_for_a_missing_detail() -> None:
    assert str(TableTaken()) == "The table is taken"
    assert problem(TableTaken())["detail"] == "The table is taken"
    assert "instance" not in problem(TableTaken())


def test_field_errors_are_listed_by_pointer() -> None:
    wrong = FieldError("/party_size", "min_value", "At least 1.")
    assert problem(ValidationFailed(errors=[wrong]))["errors"] == [
        {"pointer": "/party_size", "code": "min_value", "detail": "At least 1."}
    ]


def test_extra_members_cannot_forge_the_standard_ones() -> None:
    body = problem(TableTaken(status=200, type="/elsewhere", instance="/x", table_id=7))
    assert (body["status"], body["type"], body["table_id"]) == (409, "/problems/table_taken", 7)
    assert "instance" not in body


def test_texts_are_translated_when_shown_and_not_when_raised() -> None:
    error = TableTaken(_("Yes"))
    with translation.override("ru"):
        assert problem(error)["detail"] == "Да"
    with translation.override("en"):
        assert problem(error)["detail"] == "Yes"


def test_statuses_are_those_of_the_contract() -> None:
    assert (PreconditionFailed.status, PreconditionFailed.code) == (412, "precondition_failed")
    assert (VersionConflict.status, VersionConflict.code) == (409, "version_conflict")
    assert isinstance(PreconditionFailed(), VersionConflict)
    assert problem(RateLimited(retry_after=30))["retry_after"] == 30
