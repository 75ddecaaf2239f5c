"""The numbers of PostgreSQL's advisory locks, all in one place, so that no two jobs ever wait for each other by chance.

Each is the first of the two numbers of pg_advisory_xact_lock. The second says which endpoint or which person, and is 0
where there is only one thing to lock. No transaction takes two of them.
"""

from typing import Final

# probes.actions.claims: an endpoint's calls in flight. The second number is the endpoint.
PROBE_CLAIMS: Final = 7_301
# annotations.actions.assign: what one person is being handed. The second number is the person.
ASSIGNMENTS: Final = 7_302
# annotations.actions.turn: one worker at a time brings consensus and agreement up to date.
AGREEMENT: Final = 7_303
# prompts.actions: one submission at a time looks at what is there before it writes.
SUBMISSIONS: Final = 7_304
# releases.actions.editions: one release at a time is started.
RELEASES: Final = 7_305
# probes.actions.import_texts: one import at a time is completed.
IMPORTS: Final = 7_306
# probes.actions.redone: one old result at a time is decided again.
REDONE: Final = 7_307
# releases.actions.push: one release at a time is copied to a place. The second number is the place.
PUSHES: Final = 7_308
# releases.actions.holding: one worker at a time builds a release. The second number is the release.
BUILDS: Final = 7_309
# releases.actions.unheld: one at a time gives files to a release or takes bytes out of the store.
STORE: Final = 7_310
# observatory.actions.replies: one reply at a time is counted and taken.
REPLIES: Final = 7_320
