"""What comes back, by Accept with its weights (RFC 9110, section 12.5.1), which DRF does not read."""

from collections.abc import Iterable, Sequence
from math import isnan

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.mediatypes import _MediaType as MediaType


class ByWeight(DefaultContentNegotiation):
    """The kind with the most weight; of equal ones what was named more closely, then what stands first here."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        kinds = list(renderers)
        accepted = [MediaType(one.strip()) for one in self.get_accept_list(request)]
        ranks = [(rank(renderer, accepted), renderer) for renderer in kinds]
        (weight, _closeness), best = max(ranks, key=lambda one: one[0])
        if weight <= 0:
            raise NotAcceptable(available_renderers=kinds)
        return best, str(best.media_type)


def rank(renderer: BaseRenderer, accepted: Sequence[MediaType]) -> tuple[float, int]:
    """The weight that the closest range gives it, and how close that is; no weight where none fits."""
    offered = MediaType(renderer.media_type)
    fitting = [(one.precedence, weight_of(one)) for one in accepted if offered.match(one)]
    if not fitting:
        return 0.0, 0
    closeness, weight = max(fitting)
    return weight, closeness


def weight_of(accepted: MediaType) -> float:
    """From 0 to 1; what is no number says nothing."""
    try:
        weight = float(accepted.params.get("q", "1"))
    except ValueError:
        return 1.0
    return 1.0 if isnan(weight) else min(max(weight, 0.0), 1.0)
