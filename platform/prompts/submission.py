"""The page on which a prompt is submitted, as one thing: its two forms, what came close to it, and how it is sent."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Invalid, NotFound
from core.languages import LANGUAGES
from prompts.actions import submit_prompt
from prompts.choices import Status
from prompts.forms import INHERITED, PointFormSet, PromptForm
from prompts.models import Prompt, PromptVersion
from prompts.rules import POINTS_AT_MOST, TEXT_AT_MOST
from prompts.selectors import by_author, near, near_translations, public, visible_to

ROWS_AT_FIRST = 2
# Buttons that change the form and send nothing.
EDITS = ("add_point", "remove_point", "translate")


class Submission:
    """A form to show, or one that was filled in.

    Attributes:
        form, rows: the question and its key points.
        original: the prompt this one translates, or None.
        near, near_translations: what comes close, once it has been looked for.
        status: the HTTP status to answer with.
    """

    text_at_most = TEXT_AT_MOST
    rows_at_most = POINTS_AT_MOST

    def __init__(self, *, by: User, query: QueryDict, data: QueryDict | None = None) -> None:
        self.by = by
        self.data = data
        self.status = 200
        self.near: list[PromptVersion] = []
        self.near_translations: list[PromptVersion] = []
        self.original = find_original(translated(query, data))
        self.taken = languages_of(self.original) if self.original else set()
        if data is None:
            self.show(**self.beginning(query))
        elif any(name in data for name in EDITS):
            self.show(**self.edited(data))
        else:
            self.bind(data)

    @property
    def confirmed(self) -> bool:
        """The author has seen what comes close to this very text and says that theirs is another question."""
        data: Mapping[str, object] = self.data or {}
        return "confirm" in data or ("confirmed" in data and data["confirmed"] == data.get("text"))

    @property
    def may_add(self) -> bool:
        return len(self.rows.forms) < POINTS_AT_MOST

    def options(self) -> dict[str, Any]:
        return {"translated": self.original is not None, "taken": self.taken}

    def show(self, values: dict[str, Any], rows: list[dict[str, Any]], essential: int) -> None:
        """An unsent form with what is known so far; nothing is checked."""
        self.form = PromptForm(initial=values, **self.options())
        self.rows = PointFormSet(initial=rows, prefix="points")
        self.rows.essential = essential

    def bind(self, data: QueryDict) -> None:
        self.form = PromptForm(data, **self.options())
        self.rows = PointFormSet(data, prefix="points")
        self.rows.essential = whole(data.get("essential", ""), -1)

    def beginning(self, query: QueryDict) -> dict[str, Any]:
        """A blank form; a translation begins with the original's sources, a mended prompt with what was sent back."""
        source = self.original
        again = by_author(self.by).filter(pk=whole(query.get("again", ""))).first()
        reads = [*self.by.languages, *LANGUAGES]
        values = {"language": next((code for code in reads if code not in self.taken), "en")}
        if again is not None and again.current and source is None:
            source = again
            family = again.family
            values = {name: getattr(family, name) for name in INHERITED} | {
                "topic": family.topic.slug,
                "state": family.state or "-",
                "language": again.language,
                "text": again.current.text,
            }
        if source is None or source.key_points is None:
            return {"values": values, "rows": [{}] * ROWS_AT_FIRST, "essential": 0}
        points = list(source.key_points.points.all())
        rows = [
            {"text": point.text if source is again else "", "source": point.source, "url": point.url}
            for point in points
        ]
        return {"values": values, "rows": rows, "essential": [point.essential for point in points].index(True)}

    def edited(self, data: QueryDict) -> dict[str, Any]:
        """What was typed, with a row more or less, or as the translation of another prompt."""
        count = min(whole(data.get("points-TOTAL_FORMS", "")), POINTS_AT_MOST)
        rows = [
            {name: data.get(f"points-{number}-{name}", "") for name in ("text", "source", "url")}
            for number in range(count)
        ]
        essential = whole(data.get("essential", ""))
        if "remove_point" in data and (gone := whole(data.get("remove_point", ""), -1)) in range(count):
            del rows[gone]
            essential -= essential > gone
        if len(rows) < POINTS_AT_MOST and ("add_point" in data or not rows):
            rows.append({})
        return {"values": data.dict(), "rows": rows, "essential": essential}

    def send(self) -> Prompt | None:
        """Submits the prompt; None where something is wrong, comes close or was only edited: show the page again."""
        if self.data is None or not self.form.is_bound:
            return None
        whole_form, whole_rows = self.form.is_valid(), self.rows.is_valid()
        self.look_around()
        if not (whole_form and whole_rows):
            self.status = 422
            return None
        return None if self.near or self.near_translations else self.submit()

    def look_around(self) -> None:
        """Looks for what comes close, unless the author has seen it."""
        values = self.form.cleaned_data
        if not self.confirmed and values.get("text") and values.get("language"):
            text, language = values["text"], values["language"]
            self.near = list(near(text=text, language=language, among=visible_to(self.by)))
            if self.original is None:
                self.near_translations = list(near_translations(text=text, language=language))

    def submit(self) -> Prompt | None:
        values = {name: value for name, value in self.form.cleaned_data.items() if name != "licence"}
        if self.original is not None:
            values |= {name: getattr(self.original.family, name) for name in INHERITED}
        try:
            return submit_prompt(by=self.by, points=self.rows.points(), translates=self.original, **values)
        except Invalid as error:
            self.blame(error)
        return None

    def blame(self, error: Invalid) -> None:
        """Puts what the action found wrong beside the fields it names."""
        self.status = 422
        for name, problems in error.fields.items():
            for problem in problems:
                if name == "key_points":
                    self.rows.non_form_errors().append(problem)
                else:
                    self.form.add_error(name if name in self.form.fields else None, problem)


def whole(text: str, otherwise: int = 0) -> int:
    """A whole number as typed or tampered with; `otherwise` for anything else or too long to be one of ours."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else otherwise


def translated(query: QueryDict, data: QueryDict | None) -> str:
    """The key of the prompt that is translated, as text: a button's, the form's, or the address's."""
    if data is None:
        return query.get("translates", "")
    return data.get("translate", data.get("translates", ""))


def languages_of(prompt: Prompt) -> set[str]:
    """The languages in which this question is in review or in use."""
    live = prompt.family.prompts.filter(status__in=[Status.SUBMITTED, Status.APPROVED])
    return set(live.values_list("language", flat=True))


def find_original(key: str) -> Prompt | None:
    if not key:
        return None
    original = public().select_related("key_points").filter(pk=whole(key)).first()
    if original is None:
        said = _("The prompt to translate is not there, or not approved. Look it up in the list of prompts.")
        raise NotFound(said)
    return original
