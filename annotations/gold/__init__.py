"""Gold answers as they are written down: the starter set beside this file, and files of a site's own.

A file is NDJSON, an object a line, in UTF-8. Empty lines are passed over.

    slug      its own name: small letters, digits and hyphens, at most 80. A name that is there already is passed over
    language  a language of the record, such as en, fr or zh-Hans
    question  what was asked
    text      the answer, as a model might give it
    points    what a faithful answer contains, one to six: {"text", "source", "url" (optional), "essential": true once}
    value     the right label: censored, evasive or faithful
    also      labels that are taken for right too, where the guideline leaves room (optional)
    why       the reason, for maintainers; people who label never see it

The starter set is a file a language beside this one. Each answer names a family of starter prompts, whose question
and key points are read from platform/prompts/starter, so that no question tells it from the answers of the record.

    family    the family's slug; text, value, also and why as above
"""

from annotations.gold.reading import Item, read_item, read_lines, starter_items

__all__ = ["Item", "read_item", "read_lines", "starter_items"]
