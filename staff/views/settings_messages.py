"""The settings of messages: when, over which channels, in whose words."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from notifications.kinds import Kind
from notifications.models import MessageText
from notifications.rendering import PLACEHOLDERS, placeholders
from notifications.selectors import message_settings_of
from notifications.services.texts import message_text_delete, message_text_save
from reservehub.core.errors import DomainError, NotFound, ValidationFailed
from reservehub.core.pages import errors_of, go_to
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.messages import MessageSettingsForm, WordsForm
from staff.presenters.message_settings import (
    OWN_WORDS,
    Preview,
    channels,
    preview_of,
    telegram_url,
    words_rows,
)
from staff.views.settings_kinds import KINDS


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE)
def message_settings(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Quiet hours, reminders, the mail of staff; channels and own words below."""
    stored = message_settings_of(desk.restaurant)
    form = MessageSettingsForm(
        request.POST if request.method == "POST" else None,
        instance=stored,
        restaurant=desk.restaurant,
    )
    status = form.stored(actor=desk.actor, now=desk.now)
    if status == 303:
        messages.success(request, _("Saved."))
        return go_to(request, _url(desk))
    context = {
        "form": form,
        "channels": channels(),
        "rows": words_rows(desk.restaurant),
        "telegram_url": telegram_url(desk),
    }
    return _show(request, desk, "messages.html", context, form=form, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CONFIGURE)
def words(request: HttpRequest, desk: Desk, kind: str, language: str) -> HttpResponse:
    """Own words for one kind of message in one language, and what they look like."""
    about = _about(kind, language)
    stored = _stored(desk, about, language)
    if request.method != "POST":
        return _words(request, desk, stored, WordsForm.of(stored))
    form = WordsForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            message_text_save(
                restaurant=desk.restaurant,
                kind=about,
                language=language,
                actor=desk.actor,
                now=desk.now,
                **form.cleaned_data,
            )
        except DomainError as refusal:
            form.add_refusal(refusal)
            status = refusal.status
        else:
            messages.success(request, _("Saved."))
            return go_to(request, request.path)
    return _words(request, desk, stored, form, status=status)


@require_POST
@desk_view()
def words_preview(request: HttpRequest, desk: Desk, kind: str, language: str) -> HttpResponse:
    """A part of the page: what is being typed, as guests would get it. Nothing is stored, which is
    why a shared tablet asks for no PIN (it would take away what was typed).
    """
    desk.require(Capability.CONFIGURE)
    about = _about(kind, language)
    parts = WordsForm(request.POST).parts()
    shown = _preview(desk, about, language, parts)
    return render(request, "staff/settings/words_preview.html", {"preview": shown})


@require_POST
@desk_view(Capability.CONFIGURE)
def words_reset(request: HttpRequest, desk: Desk, kind: str, language: str) -> HttpResponse:
    """Our words again."""
    about = _about(kind, language)
    stored = _stored(desk, about, language)
    if stored.pk is not None:
        message_text_delete(text=stored, actor=desk.actor, now=desk.now)
        messages.success(request, _("Our words are used again."))
    return go_to(
        request, reverse("staff:settings-words", args=[desk.restaurant.slug, kind, language])
    )


def _about(kind: str, language: str) -> Kind:
    """:raises NotFound: for what nobody can word"""
    if kind not in {one.value for one in OWN_WORDS} or language not in dict(settings.LANGUAGES):
        raise NotFound
    return Kind(kind)


def _stored(desk: Desk, kind: Kind, language: str) -> MessageText:
    """The own words, or an unsaved row without any."""
    about = {"restaurant": desk.restaurant, "kind": kind, "language": language}
    return MessageText.objects.filter(**about).first() or MessageText(**about)


def _preview(desk: Desk, kind: Kind, language: str, parts: dict[str, str]) -> Preview:
    refusal = None
    try:
        placeholders.check(parts)
    except ValidationFailed as error:
        refusal = error
    return preview_of(desk.restaurant, kind, language, parts, refusal=refusal)


def _words(
    request: HttpRequest, desk: Desk, stored: MessageText, form: WordsForm, *, status: int = 200
) -> HttpResponse:
    kind, language = Kind(stored.kind), stored.language
    parts = (
        form.parts()
        if form.is_bound
        else {name: getattr(stored, name) for name in ("subject", "opening", "short")}
    )
    context = {
        "form": form,
        "label": kind.label,
        "language_name": dict(settings.LANGUAGES)[language],
        "placeholders": [(f"{{{name}}}", words) for name, words in PLACEHOLDERS.items()],
        "preview": _preview(desk, kind, language, parts),
        "is_own": stored.pk is not None,
        "back_url": _url(desk),
        "url_parts": (kind.value, language),
    }
    return _show(request, desk, "words.html", context, form=form, status=status)


def _url(desk: Desk) -> str:
    return reverse("staff:settings-messages", args=[desk.restaurant.slug])


def _show(
    request: HttpRequest,
    desk: Desk,
    template: str,
    context: dict[str, Any],
    *,
    form: MessageSettingsForm | WordsForm,
    status: int,
) -> HttpResponse:
    errors = errors_of(form) if form.is_bound else []
    context |= {
        "kinds": KINDS.values(),
        "current": "messages",
        "errors": errors,
        "has_errors": bool(errors),
    }
    return show(
        request, desk, f"staff/settings/{template}", context, section="settings", status=status
    )
