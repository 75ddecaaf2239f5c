"""Names by which a model gives itself away, found and masked. Pure: no Django, no database.

`names` is the data, `folding` lets one spelling stand for many, `finding` finds the names in a text, `leaks` knows how
an answer says who wrote it in many languages, `masking` puts a bar over what would give its author away.
"""

from probes.identity.masking import SIGN, Masked, mask

__all__ = ["SIGN", "Masked", "mask"]
