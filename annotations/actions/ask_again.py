"""When a rule changes, labels that were given under the old one can be asked for again."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from annotations import guidelines, rules, selectors
from annotations.actions.counters import recompute
from annotations.choices import Facet, LabelStatus, Value
from annotations.models import Label
from core import events
from core.errors import Forbidden, Invalid
from probes.models import Answer

AT_A_TIME = 200


@transaction.atomic
def ask_again(
    *,
    by: User,
    rule: str,
    before: str,
    values: Sequence[str] = (),
    facets: Sequence[str] = (),
    limit: int = AT_A_TIME,
) -> selectors.Outdated:
    """Supersedes labels given under a version before `before`, on at most `limit` answers, which open again.

    Called again it goes on with the rest, until it returns none. The people whose labels went may be given the same
    answers again.

    Args:
        values, facets: only labels of these, and with one of these facets; empty for all.

    Raises:
        Forbidden: not a maintainer.
        Invalid: no such rule, version, label or facet.
    """
    check_choice(by=by, rule=rule, before=before, values=values, facets=facets)
    labels = selectors.labels_under_older(before=before, values=values, facets=facets)
    answers = lock(labels, limit=limit)
    # Read anew, now that nobody can change them.
    chosen = list(labels.filter(answer__in=[answer.pk for answer in answers]).values_list("pk", flat=True))
    asked = Label.objects.filter(pk__in=chosen).update(status=LabelStatus.SUPERSEDED, superseded_at=timezone.now())
    for answer in answers:
        # `wanted` stays: an answer that took five labels to settle takes five again.
        recompute(answer)
        events.record(by=by, verb="ask_again", of=answer, rule=rule, before=before)
    return selectors.Outdated(labels=asked, answers=len(answers))


def lock(labels: QuerySet[Label], *, limit: int) -> list[Answer]:
    """The first answers with such labels, locked in the order of their ids, as everywhere."""
    first = list(selectors.answers_with(labels).values_list("pk", flat=True)[: max(1, limit)])
    locked = list(Answer.objects.filter(pk__in=first).order_by("pk").select_for_update(no_key=True))
    still = set(labels.filter(answer__in=first).values_list("answer_id", flat=True))
    return [answer for answer in locked if answer.pk in still]


def check_choice(*, by: User, rule: str, before: str, values: Sequence[str], facets: Sequence[str]) -> None:
    """Raises what ask_again raises."""
    if not by.is_maintainer:
        raise Forbidden(_("Only maintainers ask for labels again."))
    wrong: dict[str, list[str]] = {}
    if guidelines.rule(rule) is None:
        wrong["rule"] = [_("The guideline has no such rule.")]
    numbers = [version.number for version in guidelines.VERSIONS]
    if before not in numbers:
        wrong["before"] = [rules.one_of(before, numbers)]
    for name, given, known in (("values", values, Value.values), ("facets", facets, Facet.values)):
        if unknown := [one for one in given if one not in known]:
            wrong[name] = [rules.one_of(unknown[0], [str(one) for one in known])]
    if wrong:
        raise Invalid(_("These labels cannot be asked for again as it was sent."), wrong)
