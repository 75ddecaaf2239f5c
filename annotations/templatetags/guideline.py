"""The rules of the guideline for templates: `{% load guideline %}`. The drawer has no view of its own to bring them."""

from django import template

from annotations import guidelines

register = template.Library()


@register.simple_tag
def guideline_order() -> tuple[guidelines.Rule, ...]:
    """The questions, in the order they are asked."""
    return guidelines.ORDER


@register.simple_tag
def guideline_cases() -> tuple[guidelines.Rule, ...]:
    return guidelines.CASES


@register.simple_tag
def guideline_versions() -> list[guidelines.Version]:
    """The versions, newest first."""
    return list(reversed(guidelines.VERSIONS))


@register.filter
def rule_of(slug: str) -> guidelines.Rule | None:
    """The rule by that name; None where there is none, or none was named."""
    return guidelines.rule(slug)
