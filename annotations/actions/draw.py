"""The statements of handing out answers: who the person is, then what they hold, drawn up to what they may hold.

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

# `plain` says for each number of free places how many of them are for answers that count. SKIP LOCKED lets many draw at
# once; the cap itself is a constraint of the table. Answers that came with a prompt of others are handed out where key
# points came too: without them nobody could decide. Two answers to one question are not in hand at once if there are
# others to be had: whoever reads them side by side compares, and does not judge. `order` is all priorities in the order
# in which the person comes to them; of bands alike, that of the language that is named first.
# Whoever locks several answers locks them in the order of their ids: SKIP LOCKED may yet wait, for the newer version of
# a row that was changed meanwhile, and two that wait for each other would be a deadlock.
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
    SELECT band.*, array_position(%(order)s::bigint[], priority::bigint) AS turn,
        row_number() OVER (ORDER BY array_position(%(order)s::bigint[], priority::bigint), fresh,
            array_position(%(languages)s::text[], language)) AS rank
    FROM band
), candidates AS MATERIALIZED (
    SELECT found.* FROM (SELECT * FROM ordered ORDER BY rank) ordered CROSS JOIN LATERAL (
        SELECT answer.id, answer.version_id, ordered.priority, ordered.turn, ordered.fresh,
               prompt.key_points_id AS key_points
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
        WHERE answer.counted + answer.leased < answer.wanted AND answer.settles_at IS NULL
          AND answer.held_at IS NULL AND prompt.held_at IS NULL
          AND (prompt.status = 'approved'
               OR prompt.status = 'imported' AND prompt.key_points_id IS NOT NULL AND answer.may_publish)
          AND prompt.submitted_by_id IS DISTINCT FROM %(person)s
          AND NOT EXISTS (SELECT 1 FROM annotations_label label WHERE label.answer_id = answer.id
              AND label.person_id = %(person)s AND label.status <> 'superseded')
          AND NOT EXISTS (SELECT 1 FROM annotations_cannotjudge passed WHERE passed.answer_id = answer.id
              AND passed.person_id = %(person)s AND passed.status <> 'superseded')
          AND NOT EXISTS (SELECT 1 FROM annotations_assignment held WHERE held.answer_id = answer.id
              AND held.person_id = %(person)s AND held.status = 'leased')
        LIMIT %(from)s
    ) found
    ORDER BY ordered.rank LIMIT %(from)s
)"""  # noqa: S608 -- texts of ours

# What a person might be given, for whoever puts it in an order.
LOOK = f"{CANDIDATES} SELECT id, priority FROM candidates"  # noqa: S608 -- texts of ours

# `best` is that order; what is not in it comes behind, by lot. Of the answers to one question the one that is due first
# is not crowded by the others.
DRAW = f"""{CANDIDATES}, crowded AS (
    SELECT candidates.*, row_number() OVER (
            PARTITION BY version_id ORDER BY turn, fresh, array_position(%(best)s::bigint[], id), random()) > 1
        OR version_id IN (SELECT version_id FROM hand WHERE version_id IS NOT NULL) AS crowd
    FROM candidates
), lot AS (
    SELECT id, key_points FROM crowded
    ORDER BY turn, crowd, fresh, array_position(%(best)s::bigint[], id), random()
    LIMIT (SELECT coalesce((%(plain)s::int[])[places], 0) FROM room)
), drawn AS (
    SELECT answer.id, lot.key_points FROM probes_answer answer JOIN lot ON lot.id = answer.id
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
SELECT (SELECT places FROM room), (SELECT count(*) FROM candidates), (SELECT count(*) FROM given), shown.*
FROM (VALUES (1)) one LEFT JOIN ({READ.format(of="cards")}) shown ON true
{IN_ORDER}
"""  # noqa: S608 -- texts of ours


def priorities(order: Sequence[Need]) -> list[int]:
    """All priorities as somebody comes to them: one kind after another, and in each what waits in this order."""
    return [kind + PLACES[need] for kind in KINDS for need in order]
