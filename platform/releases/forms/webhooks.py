"""What people fill in about the data: a webhook."""

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from releases.choices import WebhookEvent
from releases.rules.webhooks import URL_AT_MOST


class WebhookForm(forms.Form):
    """Where to send, and what."""

    url = forms.URLField(
        label=_("Address"),
        help_text=_("On the public internet, by https; messages are sent there by POST."),
        max_length=URL_AT_MOST,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        widget=forms.URLInput(attrs={"placeholder": "https://", "inputmode": "url", "autocomplete": "off"}),
        error_messages={
            "required": _("Write the address that messages go to."),
            "invalid": _("Write a whole address that starts with https://."),
        },
    )
    events = forms.MultipleChoiceField(
        label=_("When"),
        choices=WebhookEvent.choices,
        initial=[WebhookEvent.PUBLISHED],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one event.")},
    )
