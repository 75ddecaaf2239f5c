"""The library that the figures were computed with: in a release beside this package, in the source among the others."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING or find_spec("candor_verify.agreement") is None:
    from annotations.agreement.record import CLASSES, Batch, Ids, Read, texts
    from annotations.agreement.record_figures import figures_of, same
    from annotations.agreement.stopping import (
        CANNOT_JUDGE_AT_MOST,
        LEAD,
        LEAD_WHEN_SURE,
        SPLIT_SHOWS_AT,
        State,
        stands,
    )
else:
    from candor_verify.agreement.record import CLASSES, Batch, Ids, Read, texts
    from candor_verify.agreement.record_figures import figures_of, same
    from candor_verify.agreement.stopping import (
        CANNOT_JUDGE_AT_MOST,
        LEAD,
        LEAD_WHEN_SURE,
        SPLIT_SHOWS_AT,
        State,
        stands,
    )

__all__ = [
    "CANNOT_JUDGE_AT_MOST",
    "CLASSES",
    "LEAD",
    "LEAD_WHEN_SURE",
    "SPLIT_SHOWS_AT",
    "Batch",
    "Ids",
    "Read",
    "State",
    "figures_of",
    "same",
    "stands",
    "texts",
]
