"""When a check closes: as the answers around it do, though nobody else is asked about it.

Among a person's last ten, cards stop being changeable as their answers close. A check that never did would be told by
it. So a verdict on one draws the time at which it closes too: SETTLING_MINUTES, one at least, then a time that is
exponential. Its mean is how long the person's last fifty real cards have been open after their verdict, all together,
those that still are included, over how many of them closed; one card that closed after a day is counted in, so that
there is a mean from the first card on. Whoever sees theirs close within the hour sees their checks do so, and where
nothing closes, hardly a check does.

What is reported does not close while it waits for a reviewer, as in settle.py.
"""

# The record's answer that a check shows, if there is one. Gold stands for itself while it is in hand; once it was
# judged or given back, what becomes of the answer it was made from becomes of it.
SHOWN = """
LEFT JOIN annotations_gold gold ON gold.id = asked.gold_id
LEFT JOIN probes_answer answer ON answer.id = coalesce(asked.answer_id,
    CASE WHEN asked.status IN ('labelled', 'passed', 'returned') THEN gold.answer_id END)
LEFT JOIN prompts_promptversion version ON version.id = answer.version_id
LEFT JOIN prompts_prompt prompt ON prompt.id = version.prompt_id
"""
# Since when it waits for a reviewer.
HELD_SINCE = """LEAST(CASE WHEN asked.report_status = 'open' THEN asked.reported_at END, answer.held_at,
    prompt.held_at)"""
# In the words of AnswerState.
STATE = f"""CASE WHEN answer.state = 'withdrawn' OR asked.report_status = 'upheld' THEN 'withdrawn'
    WHEN asked.closes_at <= LEAST(statement_timestamp(), {HELD_SINCE}) THEN 'settled' ELSE 'open' END"""

CLOSES_AT = """(
    SELECT %(at)s + make_interval(mins => GREATEST(%(settling)s::int, 1)) + LEAST(interval '1 year', -ln(1 - random())
        * (interval '1 day' + coalesce(sum(LEAST(real.closed_at, %(at)s) - real.judged_at), interval '0'))
        / (1 + count(real.closed_at)))
    FROM (
        SELECT lease.closed_at AS judged_at, answer.closed_at
        FROM annotations_assignment lease JOIN probes_answer answer ON answer.id = lease.answer_id
        WHERE lease.person_id = %(person)s AND lease.status IN ('labelled', 'passed')
          AND answer.state <> 'withdrawn' AND answer.held_at IS NULL
        ORDER BY lease.closed_at DESC LIMIT 50
    ) real
)"""
