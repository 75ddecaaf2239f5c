"""Why something was taken out, in the reader’s language."""

from django import template

from releases.choices import WithdrawalReason

register = template.Library()


@register.filter
def why(reason: str | None) -> str:
    """The words of a reason as withdrawn.json has it; nothing where none was given."""
    return str(WithdrawalReason(reason).label) if reason in WithdrawalReason.values else ""
