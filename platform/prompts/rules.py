"""Who may do what with prompts, and what a prompt may look like."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Forbidden, Invalid
from core.languages import LANGUAGES
from prompts.choices import Act, Kind, Status
from prompts.models import Prompt

TEXT_AT_LEAST = 8
TEXT_AT_MOST = 500
POINTS_AT_MOST = 6


@dataclass(frozen=True)
class Point:
    """One key point as it is submitted."""

    text: str
    source: str
    essential: bool = False
    url: str = ""

    def cleaned(self) -> "Point":
        """As it is kept."""
        return Point(clean_text(self.text), clean_text(self.source), self.essential, clean_text(self.url))


def clean_text(text: str) -> str:
    """The question as it is kept: NFC, without control characters, with single line breaks and no space at its ends."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs"})
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def check_prompt(*, text: str, language: str, kind: str, act: str, state: str, points: Sequence[Point]) -> None:
    """Raises Invalid with every field that is wrong, each in one sentence."""
    wrong: dict[str, list[str]] = {}
    if problem := text_problem(text):
        wrong["text"] = [problem]
    if language not in LANGUAGES:
        wrong["language"] = [
            _("%(given)s is not a language of Candor. Use one of: %(words)s.") % choice(language, LANGUAGES)
        ]
    if kind not in Kind.values:
        wrong["kind"] = [_("%(given)s is not a kind. Use one of: %(words)s.") % choice(kind, Kind.values)]
    if act not in Act.values:
        wrong["act"] = [_("%(given)s is not an act. Use one of: %(words)s.") % choice(act, Act.values)]
    if problem := state_problem(kind, state):
        wrong["state"] = [problem]
    if problems := point_problems(points):
        wrong["key_points"] = problems
    if wrong:
        raise Invalid(_("The prompt cannot be taken as it is."), wrong)


def choice(given: str, words: Iterable[str]) -> dict[str, str]:
    """What a sentence about a word that is none of `words` has to name."""
    return {"given": repr(given), "words": ", ".join(words)}


def has_words(text: str) -> bool:
    """Whether there is anything to read; marks and invisible characters alone are nothing."""
    return any(char.isalnum() for char in text)


def text_problem(text: str) -> str:
    """What is wrong with a cleaned question, in one sentence; "" where nothing is."""
    if not has_words(text):
        return _("Write the question.")
    if len(text) < TEXT_AT_LEAST:
        return _("A question has at least %(least)s characters; this one has %(length)s.") % {
            "least": TEXT_AT_LEAST,
            "length": len(text),
        }
    if len(text) > TEXT_AT_MOST:
        return _("A question has at most %(most)s characters; this one has %(length)s. Shorten it.") % {
            "most": TEXT_AT_MOST,
            "length": len(text),
        }
    return ""


def state_problem(kind: str, state: str) -> str:
    """The same for the state concerned, which a sensitive prompt and its twin cannot do without."""
    if state and not re.fullmatch(r"[A-Z]{2}", state):
        return _("%(state)s is not a state code. Use two capital letters as in ISO 3166, or leave it empty.") % {
            "state": repr(state)
        }
    if kind in {Kind.SENSITIVE, Kind.TWIN} and not state:
        return _("Say which state it concerns: a sensitive prompt and its twin each concern one.")
    return ""


def point_problems(points: Sequence[Point]) -> list[str]:
    if not points:
        return [_("Name at least one key point: what a faithful answer has to contain.")]
    if len(points) > POINTS_AT_MOST:
        return [_("Name at most %(most)s key points.") % {"most": POINTS_AT_MOST}]
    problems = []
    for number, point in enumerate(points, 1):
        which = {"number": number}
        if not has_words(point.text):
            problems.append(_("Key point %(number)s is empty.") % which)
        elif len(point.text) > 500:
            problems.append(_("Key point %(number)s has over 500 characters. Shorten it.") % which)
        if not has_words(point.source):
            problems.append(_("Key point %(number)s has no source. Add one that a stranger can check.") % which)
        elif len(point.source) > 300:
            problems.append(_("The source of key point %(number)s has over 300 characters. Shorten it.") % which)
        if point.url and not re.fullmatch(r"https?://\S{1,490}", point.url):
            problems.append(_("The address of key point %(number)s does not start with http:// or https://.") % which)
    if sum(point.essential for point in points) != 1:
        problems.append(_("Mark exactly one key point as the essential one."))
    return problems


def check_may_review(*, by: User, prompt: Prompt) -> None:
    """Raises Forbidden where `by` may not decide about `prompt`."""
    if not by.is_reviewer:
        raise Forbidden(_("Only reviewers decide about prompts."))
    if prompt.submitted_by_id == by.pk:
        raise Forbidden(_("Nobody reviews their own prompt. Somebody else will read it."))


def may_review(by: User, prompt: Prompt) -> bool:
    return by.is_reviewer and prompt.submitted_by_id != by.pk and prompt.status == Status.SUBMITTED
