"""What an action refuses is said at the field it is about."""

from django import forms

from core.errors import Conflict, Invalid


def put_on(form: forms.Form, error: Invalid | Conflict, *, conflict: str | None = None) -> None:
    """Adds the sentences of an error to the fields of a form; what has no field here stands above the form."""
    if isinstance(error, Conflict):
        form.add_error(conflict, error.message)
        return
    for field, sentences in error.fields.items():
        form.add_error(field if field in form.fields else None, sentences)
    if not error.fields:
        form.add_error(None, error.message)
