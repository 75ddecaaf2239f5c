"""The deck's keys: what can be done with one, which key each usually has, and what may be a key at all.

Single keys get in the way of people who speak to their computer, or whose hands shake, so every one of them can be
changed or switched off (WCAG 2.1.4).
"""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.errors import Invalid

# What one can do, in the order of the list of keys, with its words and its usual key.
ACTIONS: dict[str, tuple[str | Promise, str]] = {
    "censored": (gettext_lazy("Censored"), "1"),
    "evasive": (gettext_lazy("Evasive"), "2"),
    "faithful": (gettext_lazy("Faithful"), "3"),
    "pass": (gettext_lazy("Cannot judge"), "s"),
    "undo": (gettext_lazy("Undo the last label"), "u"),
    "history": (gettext_lazy("Your last labels"), "h"),
    "note": (gettext_lazy("Write a note"), "n"),
    "evidence": (gettext_lazy("Mark the sentence that shows it"), "e"),
    "facets": (gettext_lazy("Facets of the last label"), "f"),
    "jump": (gettext_lazy("Next word of the key points"), "j"),
    "guideline": (gettext_lazy("Guideline"), "g"),
    "report": (pgettext_lazy("a key", "Report a problem"), "r"),
    "keys": (gettext_lazy("These keys"), "?"),
}
USUAL = {action: key for action, (_words, key) in ACTIONS.items()}
# Not a key, but kept with them: a gesture that can be switched off too.
SWIPE = "swipe"
# Of Unicode's classes: letters, digits, signs and marks of punctuation can be typed as one key.
TYPED = "LNPS"


@dataclass(frozen=True)
class Row:
    """One line of the list of keys. `key` is as stored, `label` as it stands on the keyboard; both "" where off."""

    action: str
    words: str | Promise
    key: str

    @property
    def label(self) -> str:
        return label(self.key)


@dataclass(frozen=True)
class Keyboard:
    """One person's keys."""

    keys: Mapping[str, str]
    swipe: bool = True

    @property
    def of(self) -> dict[str, str]:
        """What each action's key is called, "" where it is off: for hints and aria-keyshortcuts."""
        return {action: label(key) for action, key in self.keys.items()}

    @property
    def rows(self) -> list[Row]:
        return [Row(action, words, self.keys[action]) for action, (words, _key) in ACTIONS.items()]

    @property
    def json(self) -> str:
        """For the page's script: action to key, and "swipe" to "" where that is off."""
        return json.dumps({**self.keys, **({} if self.swipe else {SWIPE: ""})}, ensure_ascii=False)

    @property
    def back(self) -> str:
        """How one jumps back, for aria-keyshortcuts: Shift and the key of jumping, where that is a letter; or not."""
        key = self.keys["jump"]
        return f"Shift+{label(key)}" if key.upper() != key else ""

    @property
    def back_label(self) -> str:
        """The same as it stands on the keyboard."""
        return _("Shift+%(key)s") % {"key": label(self.keys["jump"])} if self.back else ""


def label(key: str) -> str:
    """A key as it stands on the keyboard: letters are capitals there, where one capital is what they have."""
    return key.upper() if len(key.upper()) == 1 else key


def keyboard_from(own: Mapping[str, str]) -> Keyboard:
    """The usual keys, with a person's own in their place. Names that mean nothing (any more) are passed over."""
    keys = {action: str(own.get(action, usual)) for action, usual in USUAL.items()}
    return Keyboard(keys, swipe=own.get(SWIPE) != "")


def refusal(key: str) -> str:
    """Why this cannot be a key; "" where it can."""
    if key.isspace():
        return _("The space bar belongs to the browser: it scrolls and presses buttons.")
    if len(key) != 1 or len(key.lower()) != 1:
        return str(
            _("One key: a letter, a digit or a sign. Tab, Enter, Escape, arrows and combinations stay the browser’s.")
        )
    if unicodedata.category(key)[0] not in TYPED or "\ud800" <= key <= "\udfff":
        return _("This cannot be typed with one key.")
    return ""


def read(given: Mapping[str, str]) -> dict[str, str]:
    """Checks a person's choice, whole or in part, and gives what differs from the usual keys; "" is off.

    Raises:
        Invalid: an action there is not, something that is no key, or one key for two actions.
    """
    unknown = given.keys() - USUAL.keys() - {SWIPE}
    wrong: dict[str, list[str]] = {action: [_("There is no such action.")] for action in sorted(unknown)}
    chosen = dict(USUAL)
    for action in USUAL.keys() & given.keys():
        key = unicodedata.normalize("NFC", given[action])
        if key and (why := refusal(key)):
            wrong[action] = [why]
        else:
            chosen[action] = key.lower()
    for action, key in chosen.items():
        others = [ACTIONS[other][0] for other in chosen if other != action and chosen[other] == key]
        if key and others and action not in wrong:
            sentence = _("%(key)s is the key of “%(other)s” too.") % {"key": label(key), "other": others[0]}
            wrong[action] = [str(sentence)]
    if wrong:
        raise Invalid(_("These keys cannot be used together. Nothing has been changed."), wrong)
    own = {action: key for action, key in chosen.items() if key != USUAL[action]}
    return own | {SWIPE: ""} if given.get(SWIPE) == "" else own
