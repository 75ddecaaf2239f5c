"""Fixtures that several of these tests share."""

from tests.workers.reclassify_cases import recorded, rows, tomorrow

__all__ = ["recorded", "rows", "tomorrow"]
