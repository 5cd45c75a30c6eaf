"""Tags: making them, their rules, giving and taking them by hand."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guests.conditions import COLOURS
from guests.models import Tag
from guests.selectors import guests_visible_to
from guests.selectors.tags import suggestions_left, tags_by_guest, tags_of, tags_with_counts
from guests.services.tags import (
    TagInUse,
    tag_delete,
    tag_give,
    tag_save,
    tag_take,
    tags_suggested_take,
)
from reservehub.core.errors import NotFound, ValidationFailed
from reservehub.core.pages import PageError, go_to
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.conditions import ConditionRows
from staff.views.segments import page_errors

COLOUR_LABELS = {
    "grey": gettext_lazy("Grey"),
    "green": gettext_lazy("Green"),
    "blue": gettext_lazy("Blue"),
    "red": gettext_lazy("Red"),
    "gold": gettext_lazy("Gold"),
    "purple": gettext_lazy("Purple"),
}


@require_GET
@desk_view(Capability.SEE_CONTACT)
def tags(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All tags, how many carry them, and what many houses want."""
    return _list(request, desk)


def _list(
    request: HttpRequest, desk: Desk, *, errors: Sequence[PageError] = (), status: int = 200
) -> HttpResponse:
    found = list(tags_with_counts(desk.restaurant.organisation_id))
    context = {
        "tags": found,
        "suggestions": suggestions_left(found),
        "can_edit": desk.can(Capability.CONFIGURE),
        "errors": errors,
        "has_errors": bool(errors),
    }
    return show(request, desk, "staff/tags/list.html", context, section="guests", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE)
def add(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A new tag."""
    return _edit(request, desk, Tag(organisation=desk.restaurant.organisation))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE)
def edit(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Another name, colour or rule."""
    return _edit(request, desk, _tag(desk, pk))


@require_POST
@desk_view(Capability.CONFIGURE)
def delete(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Remove it, also from everybody who carries it."""
    tag = _tag(desk, pk)
    try:
        tag_delete(tag_id=tag.pk, actor=desk.actor, now=desk.now)
    except TagInUse as refusal:
        return _list(request, desk, errors=[PageError(str(refusal))], status=refusal.status)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": tag.name})
    return go_to(request, _url(desk, "tags"))


@require_POST
@desk_view(Capability.CONFIGURE)
def suggested(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Make the suggested tags that were ticked."""
    made = tags_suggested_take(
        organisation_id=desk.restaurant.organisation_id,
        keys=request.POST.getlist("key"),
        actor=desk.actor,
        now=desk.now,
    )
    if made:
        names = ", ".join(tag.name for tag in made)
        messages.success(request, _("New tags: %(names)s.") % {"names": names})
    return go_to(request, _url(desk, "tags"))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.SEE_CONTACT)
def of_guest(request: HttpRequest, desk: Desk, guest_id: int) -> HttpResponse:
    """The tags of one guest; a POST gives or takes one by hand."""
    guest = (
        guests_visible_to(desk.person)
        .filter(organisation=desk.restaurant.organisation_id, pk=guest_id)
        .first()
    )
    if guest is None:
        raise NotFound
    if request.method == "POST":
        desk.require(Capability.EDIT_BOOK)
        text = request.POST.get("tag", "")
        tag = _tag(desk, int(text) if text.isdecimal() and len(text) < 19 else 0)
        change = tag_take if request.POST.get("take") else tag_give
        change(guest=guest, tag=tag, actor=desk.actor, now=desk.now)
        return go_to(request, _url(desk, "guest-tags", guest.pk))
    links = tags_by_guest([guest.pk]).get(guest.pk, [])
    carried = {link.tag_id for link in links}
    others = [tag for tag in tags_of(desk.restaurant.organisation_id) if tag.pk not in carried]
    context = {
        "guest": guest,
        "links": links,
        "others": others,
        "can_edit": desk.can(Capability.EDIT_BOOK),
    }
    return show(request, desk, "staff/tags/of_guest.html", context, section="guests")


def _edit(request: HttpRequest, desk: Desk, tag: Tag) -> HttpResponse:
    rows = ConditionRows(tags=(), currency=desk.restaurant.currency, for_rule=True)
    if request.method != "POST":
        rows.show(tag.rule or [])
        return _page(request, desk, tag, rows)
    tag.name = request.POST.get("name", "")
    tag.colour = request.POST.get("colour", "")
    tag.rule = rows.read(request.POST) or None
    if "more" in request.POST:
        return _page(request, desk, tag, rows)
    try:
        saved = tag_save(tag=tag, actor=desk.actor, now=desk.now)
    except ValidationFailed as refusal:
        errors = page_errors(rows, refusal, below="/rule")
        return _page(request, desk, tag, rows, errors=errors, status=422)
    messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
    return go_to(request, _url(desk, "tags"))


def _page(
    request: HttpRequest,
    desk: Desk,
    tag: Tag,
    rows: ConditionRows,
    *,
    errors: Sequence[PageError] = (),
    status: int = 200,
) -> HttpResponse:
    rows.add_blank()
    context = {
        "tag": tag,
        "rows": rows,
        "colours": [(key, COLOUR_LABELS[key]) for key in COLOURS],
        "errors": errors,
        "has_errors": bool(errors),
        "name_errors": [error.text for error in errors if error.field_id == "id_name"],
        "count_url": _url(desk, "segment-count"),
    }
    return show(request, desk, "staff/tags/edit.html", context, section="guests", status=status)


def _tag(desk: Desk, pk: int) -> Tag:
    """:raises NotFound: also for tags of other organisations"""
    found = tags_of(desk.restaurant.organisation_id).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _url(desk: Desk, name: str, *args: int) -> str:
    return reverse(f"staff:{name}", args=[desk.restaurant.slug, *args])
