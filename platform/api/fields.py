"""What the API's shapes are made of: words out of a fixed set, and rows that are only shown."""

from datetime import UTC
from typing import Any, TypeVar

from django.db.models import Model, TextChoices
from rest_framework import serializers

Row = TypeVar("Row", bound=Model)


class Word(serializers.ChoiceField):
    """One of a TextChoices, or of a plain list of words. What is refused is told which words there are.

    `name` is the set's name in the OpenAPI document; unless told, that of the TextChoices.
    """

    def __init__(self, words: type[TextChoices] | list[str], name: str = "", **kwargs: Any) -> None:
        self.words = list(words) if isinstance(words, list) else list(words.values)
        self.name = name or getattr(words, "__name__", "")
        shown = ", ".join(self.words)
        hint = f"Use one of: {shown}."
        messages: dict[str, Any] = {"invalid_choice": hint, "required": f"Missing. {hint}"}
        super().__init__(choices=self.words, error_messages=messages, **kwargs)


class Shown(serializers.ModelSerializer[Row]):
    """A row that is only shown: every field is always there, and nothing is ever written through it."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        for field in fields.values():
            field.read_only, field.required = True, False
        return fields


class Day(serializers.DateField):
    """The day (UTC) of a moment: what is published of when people did things."""

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(value.astimezone(UTC).date())


class Text(serializers.CharField):
    """A text and nothing else: DRF's own field would take a number for one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class YesOrNo(serializers.BooleanField):
    """true or false and nothing else: DRF's own field would take 0, "yes" and many more for one."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Number(serializers.IntegerField):
    """A whole number and nothing else: DRF's own field would take "21" and true for one."""

    def to_internal_value(self, data: Any) -> int:
        whole = isinstance(data, int) or (isinstance(data, float) and data.is_integer())
        if not whole or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(int(data))
