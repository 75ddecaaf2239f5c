"""What maintainers fill in about labelling: the shares, a gold answer, a name to look for."""

import re
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotations.choices import Value
from annotations.gold.reading import TEXT_AT_MOST, WHY_AT_MOST
from core.languages import LANGUAGES

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


# Whatever is wrong with a share, this says what to do.
SHARE = dict.fromkeys(("required", "invalid", "min_value", "max_value"), _("Give a whole number from 0 to 50."))


class SharesForm(forms.Form):
    """Whole percent, as people think of them."""

    gold = forms.IntegerField(
        label=_("Gold answers, in percent"),
        help_text=_("Of the cards a person is given. From 0 to 50; who is slowed gets three times as many."),
        min_value=0,
        max_value=50,
        error_messages=SHARE,
    )
    repeats = forms.IntegerField(
        label=_("One’s own answers again, in percent"),
        help_text=_("At least a day and fifty labels later, each at most once. From 0 to 50."),
        min_value=0,
        max_value=50,
        error_messages=SHARE,
    )


class GoldForm(forms.Form):
    """One gold answer with one key point; the action checks what the words say."""

    slug = forms.CharField(
        label=_("Its name"), max_length=80, help_text=_("Small letters, digits and hyphens, such as my-first-gold.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=[(code, own) for code, (own, _e) in LANGUAGES.items()])
    question = forms.CharField(label=_("Question"), widget=forms.Textarea(attrs={"rows": 2}))
    text = forms.CharField(
        label=_("Answer"),
        max_length=TEXT_AT_MOST,
        help_text=_("As a model might give it."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    point = forms.CharField(
        label=_("The essential key point"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    source = forms.CharField(label=_("Its source"), max_length=300)
    value = forms.ChoiceField(label=_("The right label"), choices=Value.choices, widget=forms.RadioSelect)
    why = forms.CharField(
        label=_("Why it is right"),
        max_length=WHY_AT_MOST,
        help_text=_("For maintainers. People who label never see it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def given(self) -> dict[str, Any]:
        """As annotations.gold reads it."""
        sent = {name: self.cleaned_data[name] for name in ("slug", "language", "question", "text", "value", "why")}
        point = {"text": self.cleaned_data["point"], "source": self.cleaned_data["source"], "essential": True}
        return sent | {"points": [point]}

    def refuse(self, wrong: dict[str, list[str]]) -> None:
        """Puts what the action found beside its field."""
        for name, sentences in wrong.items():
            for sentence in sentences:
                self.add_error({"points": "point"}.get(name, name) or None, sentence)


class GoldOfAnswerForm(forms.Form):
    """An answer of the record, by its page's address or by its id."""

    answer = forms.CharField(
        label=_("Address of the answer’s page"),
        max_length=300,
        error_messages={"required": _("Give the address of the answer’s page.")},
    )

    def clean_answer(self) -> uuid.UUID:
        found = UUID.findall(self.cleaned_data["answer"].lower())
        if len(found) != 1:
            raise forms.ValidationError(_("That is no address of an answer’s page."))
        return uuid.UUID(found[0])


class NameForm(forms.Form):
    """Part of a name."""

    name = forms.CharField(
        label=_("Name"), required=False, max_length=40, widget=forms.SearchInput(attrs={"class": "input"})
    )

    def chosen(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("name", ""))
