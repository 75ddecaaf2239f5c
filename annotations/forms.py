"""What the deck sends: a label, or why there is none."""

from django import forms


class VerdictForm(forms.Form):
    """Looks at the shape only; the action checks the values, so that page and API say the same of a wrong one."""

    value = forms.CharField(required=False, max_length=40)
    reason = forms.CharField(required=False, max_length=40)
    note = forms.CharField(required=False)
    evidence = forms.CharField(required=False)
    took_ms = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    key = forms.UUIDField(required=False)
    again = forms.BooleanField(required=False)

    def clean_note(self) -> str:
        # Browsers send a line break as two characters and count it as one.
        return str(self.cleaned_data["note"]).replace("\r\n", "\n")
