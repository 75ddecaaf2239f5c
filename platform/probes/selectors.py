"""Reading rounds, endpoints and probes."""

from django.db.models import Exists, OuterRef
from django.utils import timezone

from probes.choices import EndpointStatus, ProbeStatus, RoundStatus
from probes.models import Endpoint, Probe, Round


def open_round() -> Round | None:
    """The round that is open, if one is."""
    return Round.objects.filter(status=RoundStatus.OPEN).first()


def endpoints_with_work() -> list[int]:
    """Ids of active endpoints that have a probe due now. Walks probe_due once an endpoint."""
    due = Probe.objects.filter(endpoint=OuterRef("pk"), status=ProbeStatus.DUE, due_at__lte=timezone.now())
    return list(Endpoint.objects.filter(Exists(due), status=EndpointStatus.ACTIVE).values_list("pk", flat=True))
