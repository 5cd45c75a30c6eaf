"""Forms of the staff area: their look, and refusals of services beside their fields."""

from __future__ import annotations

from typing import Any

from django import forms

from reservehub.core.errors import DomainError

_CLASSES = (
    (forms.CheckboxInput, "checkbox"),
    # Chips: the input lies invisibly over its label.
    (forms.CheckboxSelectMultiple, ""),
    (forms.RadioSelect, ""),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
)


class HouseForm(forms.Form):
    """Every widget gets the class of its kind; browsers leave checking to the server, whose words
    are kinder."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    def add_refusal(self, refusal: DomainError) -> None:
        """Put what a service refused beside its fields."""
        add_refusal(self, refusal)


def dress(form: forms.BaseForm) -> None:
    """Give the widgets of a form their classes."""
    for field in form.fields.values():
        widget = field.widget
        name = next((css for kind, css in _CLASSES if isinstance(widget, kind)), "input")
        if name:
            widget.attrs.setdefault("class", name)
        if field.required and name not in ("checkbox", ""):
            widget.attrs.setdefault("aria-required", "true")


def add_refusal(form: forms.BaseForm, refusal: DomainError) -> None:
    """Put what a service refused beside its fields; what belongs to none of them above all."""
    if not refusal.errors:
        form.add_error(None, str(refusal))
    for error in refusal.errors:
        name = error.pointer.strip("/").split("/")[0]
        form.add_error(name if name in form.fields else None, str(error.detail))
