"""Money that needs a look: ask the provider again, settle by hand, look at a difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from payments.errors import NothingToSettle
from payments.models import Difference, Instruction, InstructionKind, InstructionStatus
from payments.selectors.reconciliation import differences_of
from payments.selectors.staff import instructions_of
from payments.services import difference_look, instruction_carry_out, instruction_settle
from reservehub.core.errors import DomainError, NotFound
from reservehub.core.idempotency import form_once
from reservehub.core.pages import errors_of, go_to
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.payments import LookForm, SettleForm, StepForm
from staff.presenters.looks import difference_looks, may_be_said_done, silent_looks


@require_POST
@desk_view(Capability.CHARGE_REFUND)
def ask(request: HttpRequest, desk: Desk, instruction_id: int) -> HttpResponse:
    """Ask the provider once more what became of an instruction; nothing is done twice by it.

    :raises NotFound: also for instructions of other restaurants
    """
    instruction = _instruction(desk, instruction_id)
    instruction_carry_out(instruction_id=instruction.pk, now=desk.now, is_asked_for=True)
    instruction.refresh_from_db()  # it may have ended before, by a webhook or somebody else
    if instruction.was_settled:
        messages.info(request, str(NothingToSettle.title))
    elif instruction.status == InstructionStatus.DONE:
        messages.success(request, _("The provider says: it happened."))
    elif instruction.status == InstructionStatus.REFUSED:
        messages.success(request, _("The provider says: it did not happen."))
    else:
        messages.warning(
            request,
            _("The provider does not say. Look it up there, and settle it by hand."),
        )
    return go_to(request, _payment_url(desk, instruction))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CHARGE_REFUND)
def settle(request: HttpRequest, desk: Desk, instruction_id: int) -> HttpResponse:
    """What became of an instruction, as somebody has found out at the provider.

    :raises NotFound: also for instructions of other restaurants
    """
    instruction = _instruction(desk, instruction_id)
    form = SettleForm(
        request.POST if request.method == "POST" else None,
        may_be_said_done=may_be_said_done(instruction),
    )
    (look,) = silent_looks([instruction], desk.restaurant)
    context = {"look": look, "form": form, "only_not_done": not may_be_said_done(instruction)}
    if request.method != "POST" or not form.is_valid():
        return _page(request, desk, "settle.html", form, context)

    def work() -> int:
        instruction_settle(
            instruction_id=instruction.pk, actor=desk.actor, now=desk.now, **form.wish()
        )
        return instruction.pk

    refused = _once(desk, form, f"settle:{instruction.pk}", work)
    if refused is not None:
        form.add_error(None, str(refused))
        return _page(request, desk, "settle.html", form, context, status=refused.status)
    if instruction.kind == InstructionKind.FORGET:
        messages.success(request, _("Written down."))
    elif form.wish()["has_happened"]:
        messages.success(request, _("Written down. If the provider tells otherwise, that counts."))
    else:
        messages.success(request, _("Written down. If it is still wanted, do it once more here."))
    return go_to(request, _payment_url(desk, instruction))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CHARGE_REFUND)
def difference(request: HttpRequest, desk: Desk, difference_id: int) -> HttpResponse:
    """Somebody has looked at what the two books do not agree on.

    :raises NotFound: also for differences of other restaurants
    """
    found = _difference(desk, difference_id)
    form = LookForm(request.POST if request.method == "POST" else None)
    (look,) = difference_looks([found], desk.restaurant)
    context = {"look": look, "form": form}
    if request.method != "POST" or not form.is_valid():
        return _page(request, desk, "difference.html", form, context)

    def work() -> int:
        difference_look(
            difference_id=found.pk,
            note=form.cleaned_data["reason"],
            actor=desk.actor,
            now=desk.now,
        )
        return found.pk

    refused = _once(desk, form, f"difference:{found.pk}", work)
    if refused is not None:
        form.add_error(None, str(refused))
        return _page(request, desk, "difference.html", form, context, status=refused.status)
    messages.success(request, _("Written down."))
    return go_to(request, reverse("staff:payments", args=[desk.restaurant.slug]))


def _once(desk: Desk, form: StepForm, what: str, work: Callable[[], int]) -> DomainError | None:
    """Once, however often the form is sent; the refusal, if it is refused."""
    try:
        form_once(
            nonce=form.cleaned_data["nonce"],
            scope=f"staff:{what}:{desk.person.pk}",
            wish=form.wish(),
            now=desk.now,
            work=work,
        )
    except DomainError as refusal:
        return refusal
    return None


def _instruction(desk: Desk, instruction_id: int) -> Instruction:
    found = instructions_of(desk.restaurant).filter(pk=instruction_id).first()
    if found is None:
        raise NotFound
    return found


def _difference(desk: Desk, difference_id: int) -> Difference:
    found = differences_of(desk.restaurant).filter(pk=difference_id).first()
    if found is None:
        raise NotFound
    return found


def _payment_url(desk: Desk, instruction: Instruction) -> str:
    return reverse("staff:payment", args=[desk.restaurant.slug, instruction.payment_id])


def _page(
    request: HttpRequest,
    desk: Desk,
    template: str,
    form: StepForm,
    context: dict[str, Any],
    *,
    status: int = 0,
) -> HttpResponse:
    errors = errors_of(form) if form.is_bound else []
    return show(
        request,
        desk,
        f"staff/payments/{template}",
        context | {"errors": errors, "has_errors": bool(errors)},
        section="settings",
        status=status or (422 if errors else 200),
    )
