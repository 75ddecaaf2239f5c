"""What the page of keys sends: a key or none for each thing one can do in the deck."""

from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotations.keyboard import SWIPE, USUAL, Keyboard
from core.errors import Invalid


class KeysForm(forms.Form):
    """Each of the deck's keys and whether it is off. Two buttons set them all at once."""

    EVERY: ClassVar[dict[str, dict[str, str]]] = {"off": dict.fromkeys(USUAL, ""), "usual": {}}

    every = forms.CharField(required=False, max_length=10)
    swipe = forms.BooleanField(required=False, label=gettext_lazy("Swiping on a touch screen gives a label"))

    def __init__(self, data: QueryDict | None, *, keyboard: Keyboard) -> None:
        super().__init__(data, initial={SWIPE: keyboard.swipe})
        for row in keyboard.rows:
            # Anything may come and is answered in the action's words; the length only keeps books out.
            key = forms.CharField(required=False, strip=False, max_length=40, initial=row.label)
            key.widget.attrs = {"class": "input input--key", "size": 3, "autocomplete": "off", "autocapitalize": "none"}
            key.widget.attrs |= {"spellcheck": "false", "dir": "ltr"}
            self.fields[f"key_{row.action}"] = key
            self.fields[f"off_{row.action}"] = forms.BooleanField(required=False, initial=not row.key)
        self.words = {row.action: row.words for row in keyboard.rows}

    @property
    def rows(self) -> list[dict[str, Any]]:
        """For the page: each action's words with its two fields."""
        return [
            {"action": action, "words": words, "key": self[f"key_{action}"], "off": self[f"off_{action}"]}
            for action, words in self.words.items()
        ]

    def clean(self) -> dict[str, Any]:
        """A line that is not off has a key."""
        sent = self.cleaned_data
        if sent.get("every") in self.EVERY:
            return sent
        for action in self.words:
            if not sent.get(f"off_{action}") and not sent.get(f"key_{action}") and f"key_{action}" not in self.errors:
                self.add_error(f"key_{action}", _("Type a key here, or switch it off."))
        return sent

    def chosen(self) -> dict[str, str]:
        """Action to key, "" where it is off; the gesture too."""
        sent = self.cleaned_data
        if sent["every"] in self.EVERY:
            keys = self.EVERY[sent["every"]]
        else:
            keys = {action: "" if sent[f"off_{action}"] else sent[f"key_{action}"] for action in self.words}
        return keys if sent[SWIPE] else {**keys, SWIPE: ""}

    def refuse(self, error: Invalid) -> None:
        """Puts what the action found wrong beside the lines it found it in."""
        for action, sentences in error.fields.items():
            self.add_error(f"key_{action}", sentences)
