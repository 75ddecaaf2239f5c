"""The labels that figures are made of, and what each closed answer should count as."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from annotations.choices import LabelStatus, Scale, Slice, Value
from annotations.models import Label
from probes.choices import AnswerState
from probes.selectors import public_probes
from prompts.choices import Kind

JUDGED = (AnswerState.SETTLED, AnswerState.CONTESTED)


def closed_labels() -> QuerySet[Label]:
    """The labels that figures are made of: current, on answers that are settled or contested, no harm controls."""
    return Label.objects.filter(status=LabelStatus.CURRENT, answer__state__in=JUDGED).exclude(
        answer__version__prompt__family__kind=Kind.HARM_CONTROL
    )


def classes_of(scale: Scale) -> list[str]:
    """The labels a scale has, in the order of its marginals."""
    return [Scale.SUPPRESSED.value, Value.FAITHFUL.value] if scale == Scale.SUPPRESSED else list(Value.values)


def place_of(kind: Slice, key: str) -> str:
    """How a tally names a slice it counts at."""
    return f"{kind}:{key}"


# Whose tallies have to be written again when something changed about some answers: theirs, and where a question was
# finished by it, or is open again, those of all its closed answers. So the models' slices gain or lose a question with
# all its answers at once, and neither the figures nor when they were last measured tell one answer's model.
AFFECTED = """
WITH question AS (SELECT DISTINCT version_id FROM probes_answer WHERE id = ANY(%s)),
turned AS (
    SELECT version_id FROM question
    WHERE NOT EXISTS (
        SELECT 1 FROM probes_answer answer WHERE answer.version_id = question.version_id AND answer.state = 'open'
    ) <> EXISTS (
        SELECT 1 FROM annotations_tally tally WHERE tally.version_id = question.version_id AND tally.told
    )
)
SELECT unnest(%s::bigint[]) UNION
SELECT id FROM probes_answer JOIN turned USING (version_id) WHERE state = ANY(%s) ORDER BY 1
"""

# What the tallies of the answers in `target` should be. A place that is no free text's own may not look like a pair's:
# no slice but the round begins with "round:", and its key is a number.
EXPECTED = """
target AS (SELECT unnest(%s::bigint[]) AS answer_id),
said AS (
    SELECT answer_id, guideline,
           count(*) FILTER (WHERE value = 'censored') AS censored,
           count(*) FILTER (WHERE value = 'evasive') AS evasive,
           count(*) FILTER (WHERE value = 'faithful') AS faithful
    FROM target JOIN ({labels}) label USING (answer_id) GROUP BY answer_id, guideline
),
voted AS (
    SELECT answer_id, count(*) AS guidelines, min(guideline) AS guideline,
           ARRAY[sum(censored), sum(evasive), sum(faithful)]::smallint[] AS votes
    FROM said GROUP BY answer_id
),
brought AS (
    SELECT answer_id, array_agg(DISTINCT place COLLATE "C" ORDER BY place COLLATE "C") AS places
    FROM target
    JOIN ({probes}) probe USING (answer_id)
    JOIN probes_endpoint endpoint ON endpoint.id = probe.endpoint_id
    JOIN probes_llm llm ON llm.id = endpoint.llm_id
    LEFT JOIN probes_round round ON round.id = probe.round_id
    CROSS JOIN LATERAL (VALUES
        ('model:' || llm.slug), ('maker:' || llm.maker), ('country:' || llm.maker_country),
        ('endpoint:' || endpoint.slug)
    ) giver (name)
    CROSS JOIN LATERAL (VALUES
        (giver.name), ('round:' || round.number), ('round:' || round.number || '&' || giver.name)
    ) found (place)
    WHERE place IS NOT NULL
    GROUP BY answer_id
),
whole AS (
    SELECT voted.answer_id, answer.version_id, prompt.family_id, voted.guidelines, voted.guideline, voted.votes,
           NOT EXISTS (
               SELECT 1 FROM probes_answer other WHERE other.version_id = answer.version_id AND other.state = 'open'
           ) AS told,
           ARRAY['language:' || answer.language, 'topic:' || topic.slug, 'kind:' || family.kind]
           || CASE WHEN family.state = '' THEN '{{}}' ELSE ARRAY['state:' || family.state] END
           || COALESCE(brought.places, '{{}}') AS places
    FROM voted
    JOIN probes_answer answer ON answer.id = voted.answer_id
    JOIN prompts_promptversion version ON version.id = answer.version_id
    JOIN prompts_prompt prompt ON prompt.id = version.prompt_id
    JOIN prompts_family family ON family.id = prompt.family_id
    JOIN prompts_topic topic ON topic.id = family.topic_id
    LEFT JOIN brought ON brought.answer_id = voted.answer_id
),
expected AS (
    SELECT answer_id, '' AS guideline, version_id, family_id, told, votes,
           (places || CASE WHEN guidelines = 1 THEN ARRAY['guideline:' || guideline] ELSE '{{}}' END)::varchar[]
           AS places
    FROM whole
    UNION ALL
    SELECT answer_id, said.guideline, version_id, family_id, told,
           ARRAY[censored, evasive, faithful]::smallint[], (places || ('guideline:' || said.guideline))::varchar[]
    FROM whole JOIN said USING (answer_id) WHERE guidelines > 1
)
"""

# What changes at which cell when the rows of `changed` take effect: `sign` is 1 or -1. Everything counts among all
# answers, which no tally needs to say.
COUNTED = """
counted AS (
    SELECT split_part(place, ':', 1) AS slice, substr(place, strpos(place, ':') + 1) AS key, family_id, votes, sign
    FROM changed CROSS JOIN LATERAL unnest(places || 'all:'::varchar) place
    WHERE CASE WHEN guideline = '' THEN place !~ '^round:[0-9]+&' ELSE place LIKE 'guideline:%%' END
)
"""


def affected(answers: Iterable[int]) -> list[int]:
    """The answers whose tallies have to be written again when something changed about these: see AFFECTED."""
    changed = list(answers)
    with connection.cursor() as cursor:
        cursor.execute(AFFECTED, [changed, changed, [str(state) for state in JUDGED]])
        return [answer for (answer,) in cursor]


@cache
def expected() -> tuple[str, tuple[Any, ...], tuple[Any, ...]]:
    """The common table expressions up to `expected`, whose first value is a list of answers; and the other values.

    Made of the same `closed_labels` and `public_probes` as every other place: what is public is said once.
    """
    labels, of_labels = closed_labels().order_by().values("answer_id", "guideline", "value").query.sql_with_params()
    told = public_probes().filter(answer__isnull=False).order_by()
    probes, of_probes = told.values("answer_id", "endpoint_id", "round_id").query.sql_with_params()
    return EXPECTED.format(labels=labels, probes=probes), tuple(of_labels), tuple(of_probes)
