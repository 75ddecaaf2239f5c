"""Learning to label: the practice answers, and the play with them."""

from annotations.practice.deck import CASES, LANGUAGES, SLUGS, Case, Item, items
from annotations.practice.play import FIRST_TIME_ENOUGH, Play

__all__ = ["CASES", "FIRST_TIME_ENOUGH", "LANGUAGES", "SLUGS", "Case", "Item", "Play", "items"]
