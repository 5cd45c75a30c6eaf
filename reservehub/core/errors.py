"""Refusals of the domain, and their one public shape: RFC 9457 problem details.

A service raises a ``DomainError``; pages, the API and the bot each show it in their own way. The
``code`` is the stable contract, the ``detail`` is a translated sentence for people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one input.

    :param pointer: JSON pointer into the request body, such as ``/party_size``
    :param code: stable machine word, such as ``required``
    :param detail: translated sentence for people
    """

    pointer: str
    code: str
    detail: str


class DomainError(Exception):
    """A refusal with a reason: not a fault of the program, and never a bare 500.

    Subclasses set ``code``, ``status`` (HTTP) and ``title``.

    :param detail: what happened this time; empty means that the title says enough
    :param errors: the inputs at fault
    :param extra: further members of the problem body, such as ``alternatives``
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    title: ClassVar[_StrOrPromise] = _("The request was refused")

    def __init__(
        self,
        detail: _StrOrPromise = "",
        *,
        errors: Sequence[FieldError] = (),
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.extra = extra

    def __str__(self) -> str:
        return str(self.detail or self.title)


class ValidationFailed(DomainError):
    code = "validation_failed"
    status = 422
    title = _("Some of the data is not valid")


class NotFound(DomainError):
    code = "not_found"
    status = 404
    title = _("Not found")


class PermissionRefused(DomainError):
    code = "permission_refused"
    status = 403
    title = _("You may not do this")


class VersionConflict(DomainError):
    """The object changed since the caller read it (optimistic locking)."""

    code = "version_conflict"
    status = 409
    title = _("Somebody else has changed this in the meantime")


class PreconditionFailed(VersionConflict):
    """The same, told by an ``If-Match`` header (RFC 9110, 13.1.1)."""

    code = "precondition_failed"
    status = 412


class IdempotencyMismatch(DomainError):
    """An ``Idempotency-Key`` came back with another body (rule 55)."""

    code = "idempotency_key_reused"
    status = 422
    title = _("This idempotency key was used with another request")


class RateLimited(DomainError):
    """Too many requests.

    :param retry_after: whole seconds until the next one may succeed (in ``extra``)
    """

    code = "rate_limited"
    status = 429
    title = _("Too many requests")


class NotInTransaction(RuntimeError):
    """A programming error: the caller must have opened a transaction."""


#: Members of the body that ``extra`` may not overwrite.
_RESERVED = frozenset({"type", "title", "status", "detail", "code", "errors", "instance"})


def problem_body(
    *,
    code: str,
    status: int,
    title: _StrOrPromise,
    detail: _StrOrPromise = "",
    errors: Sequence[FieldError] = (),
    instance: str | None = None,
    **extra: Any,
) -> dict[str, Any]:
    """An RFC 9457 body. ``type`` is a stable path that documents the problem."""
    body: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": str(title),
        "status": status,
        "detail": str(detail or title),
        "code": code,
        "errors": [asdict(error) | {"detail": str(error.detail)} for error in errors],
    }
    if instance is not None:
        body["instance"] = instance
    body.update((name, value) for name, value in extra.items() if name not in _RESERVED)
    return body


def problem(error: DomainError, *, instance: str | None = None) -> dict[str, Any]:
    """The RFC 9457 body of a domain error, in the active language."""
    return problem_body(
        code=error.code,
        status=error.status,
        title=error.title,
        detail=error.detail,
        errors=error.errors,
        instance=instance,
        **{name: value for name, value in error.extra.items() if name not in _RESERVED},
    )
