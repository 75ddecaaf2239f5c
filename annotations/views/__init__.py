"""The pages of labelling."""

from annotations.views.deck import cards, deck, judge, undo
from annotations.views.guideline import guideline

__all__ = ["cards", "deck", "guideline", "judge", "undo"]
