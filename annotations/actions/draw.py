"""The statements of handing out answers: who the person is, what they might be given, and what they are given of it.

A band is the open answers of one language and one priority that have labels already, or that have none. Within a kind
people come to what waits in an order of their own (agreement/matching.py). Of what wants its first labels, what was
begun comes before the fresh, so that it is finished before many others are begun. Within a band the walk over the index
begins at a random point and wraps round, so that labellers do not crowd at its head, and nobody steps over all they
have labelled before. The lot is drawn among the first that the person may get; of answers that have their first labels,
who is known gets those on which their own label is worth most.
"""

from collections.abc import Sequence

from annotations.agreement.matching import Need
from annotations.hand import IN_HAND, IN_ORDER, READ
from annotations.selectors.deck import DONE
from probes.actions.answers import STARTER, SUBMITTED

# How an answer's priority differs from its kind's, by what it waits for.
PLACES = {Need.DOUBTFUL: -1, Need.FIRST: 0, Need.LITTLE: 1}
KINDS = (SUBMITTED, STARTER)

# Out of the first so many that the person may get, some are drawn by lot.
DRAWN_FROM = 20
# So many entries of a band are looked at, then the next band's. Where this finds nothing at all, every one is.
WALK = 50

# A person's draws wait for each other, so that two tabs do not get twice the leases: see the next statement, whose
# snapshot is then newer than what the draw before it did.
GATE = f"""
    SELECT pg_advisory_xact_lock(%(lock)s::int, %(person)s::int), statement_timestamp(),
           labeller.practised_at IS NOT NULL, coalesce(labeller.standing, 'new'), settings.gold_share,
           settings.repeat_share, done.today, done.total,
           coalesce(skill.ahead AND coalesce(labeller.standing, 'new') <> 'slowed', false), skill.counts
    FROM (VALUES (1)) one
    LEFT JOIN annotations_labeller labeller ON labeller.person_id = %(person)s
    LEFT JOIN annotations_skill skill ON skill.person_id = %(person)s
    LEFT JOIN annotations_decksettings settings ON settings.id = 1
    CROSS JOIN ({DONE}) done
"""  # noqa: S608 -- texts of ours

# Whether the person may get an answer. Those that came with a prompt of others are handed out where key points came
# too: without them nobody could decide.
MAY = """answer.state = 'open' AND answer.counted + answer.leased < answer.wanted
          AND answer.settles_at IS NULL AND answer.held_at IS NULL AND prompt.held_at IS NULL
          AND (prompt.status = 'approved'
               OR prompt.status = 'imported' AND prompt.key_points_id IS NOT NULL AND answer.may_publish)
          AND prompt.submitted_by_id IS DISTINCT FROM %(person)s
          AND NOT EXISTS (SELECT 1 FROM annotations_label label WHERE label.answer_id = answer.id
              AND label.person_id = %(person)s AND label.status <> 'superseded')
          AND NOT EXISTS (SELECT 1 FROM annotations_cannotjudge passed WHERE passed.answer_id = answer.id
              AND passed.person_id = %(person)s AND passed.status <> 'superseded')
          AND NOT EXISTS (SELECT 1 FROM annotations_assignment held WHERE held.answer_id = answer.id
              AND held.person_id = %(person)s AND held.status = 'leased')"""

# What the person may get next, at most `from`. `order` is all priorities in the order in which the person comes to
# them; of bands alike, that of the language that is named first.
CANDIDATES = f"""
WITH RECURSIVE hand AS (
    {IN_HAND}
), room AS (
    SELECT greatest(0, %(limit)s - count(*)) AS places FROM hand
), band AS (
    SELECT reads.language, soonest.priority, soonest.fresh
    FROM room CROSS JOIN unnest(%(languages)s::text[]) reads(language)
    CROSS JOIN LATERAL (
        SELECT answer.priority, answer.fresh FROM probes_answer answer
        WHERE answer.state = 'open' AND answer.language = reads.language
        ORDER BY answer.priority, answer.fresh LIMIT 1
    ) soonest
    WHERE room.places > 0
    UNION ALL
    SELECT band.language, later.priority, later.fresh FROM band CROSS JOIN LATERAL (
        SELECT answer.priority, answer.fresh FROM probes_answer answer
        WHERE answer.state = 'open' AND answer.language = band.language
          AND (answer.priority, answer.fresh) > (band.priority, band.fresh)
        ORDER BY answer.priority, answer.fresh LIMIT 1
    ) later
), ordered AS (
    SELECT band.*, coalesce(array_position(%(order)s::bigint[], priority::bigint), 99) AS turn,
        row_number() OVER (ORDER BY array_position(%(order)s::bigint[], priority::bigint), fresh,
            array_position(%(languages)s::text[], language)) AS rank
    FROM band
), candidates AS MATERIALIZED (
    SELECT found.* FROM (SELECT * FROM ordered ORDER BY rank) ordered CROSS JOIN LATERAL (
        SELECT answer.id, answer.version_id, ordered.priority, ordered.turn, ordered.fresh
        FROM (
            (SELECT * FROM probes_answer WHERE state = 'open' AND language = ordered.language
                AND priority = ordered.priority AND fresh = ordered.fresh AND shuffle >= %(start)s
             ORDER BY shuffle LIMIT %(walk)s)
            UNION ALL
            (SELECT * FROM probes_answer WHERE state = 'open' AND language = ordered.language
                AND priority = ordered.priority AND fresh = ordered.fresh AND shuffle < %(start)s
             ORDER BY shuffle LIMIT %(walk)s)
        ) answer
        JOIN prompts_promptversion version ON version.id = answer.version_id
        JOIN prompts_prompt prompt ON prompt.id = version.prompt_id
        WHERE {MAY}
        LIMIT %(from)s
    ) found
    ORDER BY ordered.rank LIMIT %(from)s
)"""  # noqa: S608 -- texts of ours

# Each of these: its question, the place of its band in the person's order, whether it is fresh, another answer to its
# question is in hand, and it has its first labels; and where the person is `known`, the labels it has, a row a label.
# The labels are of one moment with the fit in force. OFFSET 0 keeps PostgreSQL from reading all labels to join them.
OFFERS = f"""{CANDIDATES}, newest AS (
    SELECT id FROM annotations_fit WHERE %(known)s ORDER BY fitted_at DESC, id DESC LIMIT 1
)
SELECT newest.id, found.id, found.version_id, found.turn, found.fresh,
    found.version_id IN (SELECT version_id FROM hand WHERE version_id IS NOT NULL), found.priority NOT IN {KINDS},
    said.value, said.counts
FROM candidates found
LEFT JOIN newest ON true
LEFT JOIN LATERAL (
    SELECT label.id, label.value, skill.counts FROM annotations_label label
    LEFT JOIN annotations_skill skill ON skill.person_id = label.person_id AND skill.fit_id = newest.id
    WHERE label.answer_id = found.id AND label.status = 'current' AND newest.id IS NOT NULL
    OFFSET 0
) said ON true
ORDER BY found.id, said.id
"""  # noqa: S608 -- texts of ours

# Of `answers`, in this order, leases as many as there are places for, and reads all that is held then. Some ms may lie
# between what was offered and this: so it looks again at how many places there are, and at which answers the person may
# still get. `plain` says for each number of free places how many of them are for answers that count. SKIP LOCKED lets
# many draw at once; the cap itself is a constraint of the table.
# Whoever locks several answers locks them in the order of their ids: SKIP LOCKED may yet wait, for the newer version of
# a row that was changed meanwhile, and two that wait for each other would be a deadlock.
GIVE = f"""WITH hand AS (
    {IN_HAND}
), room AS (
    SELECT greatest(0, %(limit)s - count(*)) AS places FROM hand
), free AS MATERIALIZED (
    SELECT answer.id, prompt.key_points_id AS key_points, offered.place
    FROM unnest(%(answers)s::text::bigint[]) WITH ORDINALITY offered(id, place)
    JOIN probes_answer answer ON answer.id = offered.id
    JOIN prompts_promptversion version ON version.id = answer.version_id
    JOIN prompts_prompt prompt ON prompt.id = version.prompt_id
    WHERE {MAY}
), chosen AS (
    SELECT id, key_points FROM free
    ORDER BY place LIMIT (SELECT coalesce((%(plain)s::int[])[places], 0) FROM room)
), drawn AS (
    SELECT answer.id, chosen.key_points FROM probes_answer answer JOIN chosen ON chosen.id = answer.id
    WHERE answer.state = 'open' AND answer.counted + answer.leased < answer.wanted
      AND answer.settles_at IS NULL AND answer.held_at IS NULL
    ORDER BY answer.id
    FOR NO KEY UPDATE OF answer SKIP LOCKED
), leased AS (
    UPDATE probes_answer SET leased = leased + 1 FROM drawn WHERE probes_answer.id = drawn.id
    RETURNING probes_answer.id, drawn.key_points
), given AS (
    INSERT INTO annotations_assignment (id, answer_id, person_id, key_points_id, status, leased_at, expires_at)
    SELECT gen_random_uuid(), leased.id, %(person)s, leased.key_points, 'leased', %(at)s,
           %(at)s + make_interval(mins => %(minutes)s::int)
    FROM leased
    RETURNING id, leased_at, expires_at, answer_id, key_points_id
), cards AS (
    SELECT id, kind, leased_at, expires_at, answer_id, key_points_id, gold_id FROM hand
    UNION ALL
    SELECT id, 'assignment', leased_at, expires_at, answer_id, key_points_id, NULL FROM given
)
SELECT (SELECT places FROM room), (SELECT count(*) FROM free), (SELECT count(*) FROM given), shown.*
FROM (VALUES (1)) one LEFT JOIN ({READ.format(of="cards")}) shown ON true
{IN_ORDER}
"""  # noqa: S608 -- texts of ours


def priorities(order: Sequence[Need]) -> list[int]:
    """All priorities as somebody comes to them: one kind after another, and in each what waits in this order."""
    return [kind + PLACES[need] for kind in KINDS for need in order]
