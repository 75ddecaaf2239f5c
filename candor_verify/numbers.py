"""The library that the figures were computed with: in a release beside this package, in the source among the others."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING or find_spec("candor_verify.agreement") is None:
    from annotations.agreement.record import Batch, Read
    from annotations.agreement.record_figures import figures_of, same
else:
    from candor_verify.agreement.record import Batch, Read
    from candor_verify.agreement.record_figures import figures_of, same

__all__ = ["Batch", "Read", "figures_of", "same"]
