"""How much there was at the cut-off that is not in a release, and why."""

from django.db.models import Case, Count, IntegerField, Q, Value, When

from probes.choices import AnswerState, Delivery
from probes.models import Answer, Probe
from probes.selectors import public_probes
from releases.rows.cut import Cut, closed, over


def left_out(cut: Cut) -> dict[str, dict[str, int]]:
    """How much there was at the cut-off that is not in the release, by reason. Totals only: never by model."""
    known = Answer.objects.filter(created_at__lt=cut.cutoff).exclude(closed(cut))
    why = Case(
        When(state=AnswerState.WITHDRAWN, then=Value(0)),
        When(may_publish=False, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    counts = dict(known.annotate(why=why).values_list("why").annotate(n=Count("pk")).order_by())
    finished = Probe.objects.filter(over(cut)).exclude(batch__may_publish=False)
    told = public_probes().filter(over(cut))
    asked = Probe.objects.filter(created_at__lt=cut.cutoff)
    return {
        "answers": {"open": counts.get(2, 0), "not_ours_to_publish": counts.get(1, 0), "withdrawn": counts.get(0, 0)},
        "probes": {
            "question_open": finished.count() - told.count(),
            "answer_left_out": told.filter(delivery=Delivery.DELIVERED).exclude(closed(cut, "answer__")).count(),
            "not_ours_to_publish": asked.filter(batch__may_publish=False).count(),
            "not_finished": asked.exclude(batch__may_publish=False)
            .filter(Q(finished_at=None) | Q(finished_at__gte=cut.cutoff))
            .count(),
        },
    }
