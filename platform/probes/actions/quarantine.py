"""What a maintainer does with what no rule knew: leaves it as it is, or has it asked again."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import events
from core.errors import Conflict
from probes.choices import EndpointStatus, ProbeStatus, RoundStatus
from probes.models import Probe
from probes.rules import check_maintainer
from prompts.choices import Status

DISMISSED_AT_MOST = 10_000


@transaction.atomic
def dismiss(*, by: User | None, probes: QuerySet[Probe]) -> int:
    """A person has looked at these: they stay as they are recorded and leave the page. Returns how many there were.

    One event an endpoint, so that five hundred alike are one line of the log.

    Raises:
        Forbidden: not a maintainer.
    """
    check_maintainer(by)
    chosen = Probe.objects.filter(pk__in=probes.values("pk"), quarantined=True).order_by("pk")
    rows = list(chosen.select_for_update(of=("self",)).select_related("endpoint")[:DISMISSED_AT_MOST])
    Probe.objects.filter(pk__in=[row.pk for row in rows]).update(quarantined=False)
    for endpoint in {row.endpoint_id: row.endpoint for row in rows}.values():
        looked_at = [row.pk for row in rows if row.endpoint_id == endpoint.pk]
        events.record(by=by, verb="dismiss", of=endpoint, probes=looked_at)
    return len(rows)


@transaction.atomic
def ask_again(*, by: User | None, probe: Probe) -> None:
    """Puts a probe in quarantine back into its queue. What came before stays: its payloads, its attempts and its cost.

    Raises:
        Conflict: it is not in quarantine, its round is closed, its endpoint retired or its prompt no longer in use.
        Forbidden: not a maintainer.
    """
    check_maintainer(by)
    again = Probe.objects.filter(
        pk=probe.pk,
        quarantined=True,
        answer=None,
        status__in=[ProbeStatus.DONE, ProbeStatus.GIVEN_UP],
        round__status=RoundStatus.OPEN,
        endpoint__status__in=[EndpointStatus.ACTIVE, EndpointStatus.PAUSED],
        version__prompt__status=Status.APPROVED,
    )
    back = again.update(
        status=ProbeStatus.DUE, due_at=timezone.now(), finished_at=None, quarantined=False, failures=0, deaths=0,
        delivery="", rule="", error="", partial_text="", reasoning="", finish_reason="", http_status=None,
        latency_ms=None, pieces=[], usage={}, served_by="", served_model="", headers={}, fingerprint="",
    )  # fmt: skip
    if not back:
        closed = _(
            "This probe cannot be asked again: its round is closed, its endpoint or its prompt is no longer in use."
        )
        gone = _("This probe is not in quarantine any more.")
        raise Conflict(closed if Probe.objects.filter(pk=probe.pk, quarantined=True).exists() else gone)
    events.record(by=by, verb="ask_again", of=probe)
