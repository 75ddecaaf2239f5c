"""The cards that check their reader: what one shows, and the shares they are mixed in with."""

from annotations.models import Check, DeckSettings
from probes.identity import Masked
from probes.selectors import masked_answer


def deck_settings() -> DeckSettings:
    """What maintainers set for the deck; the defaults until they have."""
    return DeckSettings.objects.first() or DeckSettings()


def masked_check(check: Check) -> Masked:
    """The text of a check as the person sees it on this card."""
    if check.gold is not None:
        points = [point["text"] for point in check.gold.points]
        return masked_answer(check.gold.text, leaked=True, question=check.gold.question, points=points)
    if check.answer is None:
        raise ValueError("A check is of gold or of an answer.")
    shown = check.key_points.points.order_by("order") if check.key_points else ()
    return masked_answer(
        check.answer.text,
        leaked=check.answer.identity_leaked,
        question=check.answer.version.text,
        points=[point.text for point in shown],
    )
