"""Rounds, opened by hand or by a schedule."""

from datetime import UTC, date, datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import Conflict, Invalid
from probes.actions import add_schedule, open_round
from probes.choices import Every
from probes.forms.refusals import put_on
from probes.models import Round, RoundSchedule


class RoundForm(forms.Form):
    """A round's name and samples, to look at it first and then to open it."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("For people, such as “Spring 2027”."))
    samples = forms.IntegerField(
        label=_("Samples"), min_value=1, max_value=100, initial=3, help_text=_("How often each prompt is asked.")
    )

    def save(self, *, by: User) -> Round:
        return open_round(by=by, name=self.cleaned_data["name"], samples=self.cleaned_data["samples"])


def next_first() -> date:
    """The first day of the month to come, in UTC."""
    today = timezone.now().astimezone(UTC).date()
    return (today.replace(day=28) + timedelta(days=4)).replace(day=1)


class ScheduleForm(forms.Form):
    """A schedule of rounds."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("Each round adds its date to it, such as “Panel, 2026-12”.")
    )
    every = forms.ChoiceField(label=_("How often"), choices=Every.choices, initial=Every.MONTH)
    samples = forms.IntegerField(label=_("Samples"), min_value=1, max_value=100, initial=3)
    first_on = forms.DateField(
        label=_("First on"),
        initial=next_first,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("At midnight UTC; a day up to the 28th."),
    )

    def save(self, *, by: User) -> RoundSchedule | None:
        """The new schedule; None with the errors on their fields where it cannot be."""
        data = self.cleaned_data
        try:
            return add_schedule(
                by=by,
                name=data["name"],
                every=data["every"],
                samples=data["samples"],
                first_at=datetime.combine(data["first_on"], time(), tzinfo=UTC),
            )
        except Invalid as error:
            put_on(self, Invalid(error.message, {at(field): said for field, said in error.fields.items()}))
        except Conflict as error:
            put_on(self, error, conflict="name")
        return None


def at(field: str) -> str:
    """The field of the form that an argument of the action comes from."""
    return "first_on" if field == "first_at" else field
