"""What is not published, field by field, with the reason. Pure Python, the other half of the published columns.

Keys are app.Model. `*` withholds a whole model: whatever is added to it later stays private too.
"""

NUMBER = "A number of this database alone; the table has a key of its own."
PERSON = "Says who did it."
SENT = "Each probe’s request holds what was really sent."
MONEY = "What this site pays."
RUNNING = "Bookkeeping of the queue; it says nothing about what came back."
FREE_TEXT = "Free text by a person, published only after review."
ELSEWHERE = "Stands in the manifest."

WITHHELD: dict[str, dict[str, str]] = {
    "prompts.Topic": {
        "id": NUMBER,
        "name_fr": "A translation of a published name.",
        "name_zh_hans": "A translation of a published name.",
        "order": "How a page sorts topics.",
    },
    "prompts.Family": {"id": NUMBER, "created_at": "The texts carry their own day."},
    "prompts.Prompt": {
        "submitted_by": PERSON,
        "submitted_at": "With the day of the text it could point to a person.",
        "reviewed_by": PERSON,
        "review_reason": FREE_TEXT,
    },
    "prompts.PromptVersion": {"created_by": PERSON},
    "prompts.KeyPointSet": {"created_by": PERSON, "created_at": "With the day of the text it could point to a person."},
    "prompts.KeyPoint": {"id": NUMBER},
    "probes.LLM": {
        "id": NUMBER,
        "created_at": "When we wrote it down, not when it was made.",
        "retired_at": "The probes show until when it was asked.",
    },
    "probes.Endpoint": {
        "id": NUMBER,
        "key_variable": "Where a key is found.",
        "key_file": "Where a key is found.",
        **dict.fromkeys(("params", "system", "stream", "dialect", "reasoning", "upstream"), SENT),
        "status": RUNNING,
        "status_reason": FREE_TEXT,
        "allow_private": "About this site’s own network.",
        **dict.fromkeys(("max_in_flight", "requests_a_minute", "tokens_a_minute"), RUNNING),
        **dict.fromkeys(("price_input", "price_output", "budget"), MONEY),
        "samples": "The probes show how often it was asked.",
        "created_at": "When we wrote it down; the probes say when it was asked.",
    },
    "probes.Round": {"id": NUMBER, "schedule": "What opened it here."},
    "probes.RoundSchedule": {"*": "When this site means to ask next."},
    "probes.Spending": {"*": MONEY},
    "probes.ImportBatch": {
        "id": NUMBER,
        "may_publish": "True of everything published.",
        "sha256": "Of a file that is not ours to publish.",
        "imported_by": PERSON,
        "imported_at": "When we took it in; the probes say when it was asked.",
    },
    "probes.StagedImport": {"*": RUNNING},
    "probes.StagedChunk": {"*": RUNNING},
    "probes.StagedFault": {"*": RUNNING},
    "probes.Probe": {
        "id": "Its gaps would tell what was left out; the table counts afresh.",
        "status": "The delivery says how it ended.",
        "priority": RUNNING,
        "due_at": RUNNING,
        "failures": RUNNING,
        "perhaps_paid": RUNNING,
        "deaths": RUNNING,
        "leased_until": RUNNING,
        **dict.fromkeys(("reserved", "cost"), MONEY),
        "headers": "Numbers of requests and limits of this site’s accounts.",
        "error": "May hold addresses of this site’s own network.",
        "created_at": RUNNING,
    },
    "probes.Payload": {"*": "Raw responses may hold account names of this site; they are kept to redo the rules."},
    "probes.Answer": {
        "id": NUMBER,
        "wanted": RUNNING,
        "leased": "Zero in everything published.",
        "may_publish": "True of everything published.",
        "priority": RUNNING,
        "shuffle": RUNNING,
        "created_at": "The probes say when it came.",
    },
    "annotations.Assignment": {"*": "Who was given what to read, and when."},
    "annotations.Label": {
        "assignment": "Leads to who was given what, and when.",
        "note": FREE_TEXT,
        "status": "Only current labels are published.",
        "took_ms": "How a person works.",
        "superseded_at": "Only current labels are published.",
    },
    "annotations.CannotJudge": {
        "id": NUMBER,
        "person": PERSON,
        "assignment": "Leads to who was given what, and when.",
        "reason": "Tells which languages a person does not read.",
        "note": FREE_TEXT,
        "status": "Only current ones are counted.",
        "created_at": "Only their number is published.",
        "superseded_at": "Only current ones are counted.",
    },
    "annotations.Consensus": {"computed_at": "The release counts afresh."},
    "annotations.Agreement": {"*": "A page’s figures at one moment; they follow from labels and consensus."},
    "annotations.Stale": {"*": RUNNING},
    "releases.Release": {
        "id": NUMBER,
        "version": ELSEWHERE,
        "status": "A release that can be read is published.",
        "cutoff": ELSEWHERE,
        "key": "Would undo the pseudonyms; destroyed when the release is published.",
        "counts": ELSEWHERE,
        "error": "For the maintainers.",
        "created_by": PERSON,
        "created_at": "Says nothing of the data, and would change the bytes.",
        "published_at": "Comes after the files are written; the page shows it.",
    },
    "releases.ReleaseFile": {
        "id": NUMBER,
        "release": ELSEWHERE,
        "path": ELSEWHERE,
        "sha256": ELSEWHERE,
        "bytes": ELSEWHERE,
        "rows": ELSEWHERE,
        "media_type": "Sent with the file.",
    },
}
