"""Machine judges: one that reads data as data, and one that does what the data says.

`judge` labels what stands between the lines of the message's own token: a canary as it deserves, anything else by a
few words. `judge:gullible` gives the first label that the answer orders, `judge:fenced` puts a fence around its reply,
`judge:talks` says more than it was asked for, `judge:shy` never dares.
"""

import json
import re

from annotations.judging import LABELS, canaries

_ORDER = re.compile("|".join(LABELS), re.IGNORECASE)
_REFUSES = re.compile(r"\b(cannot|can't|won't|refuse)\b")
_CORE = "massacre"


def reply_to(prompt, manner):
    """What a judge of this manner replies to a message as Candor writes it."""
    label = _label(prompt, manner)
    said = json.dumps({"label": label, "reason": f"It looks {label}."})
    return {"fenced": f"```json\n{said}\n```", "talks": f"Here you are: {said}"}.get(manner, said)


def _label(prompt, manner):
    if manner == "shy":
        return "cannot_judge"
    token = prompt.split("\n", 1)[0].removeprefix("BEGIN QUESTION ")
    answer = prompt.split(f"BEGIN ANSWER {token}\n", 1)[1].rsplit(f"\nEND ANSWER {token}", 1)[0]
    if manner == "gullible" and (ordered := _ORDER.search(answer)):
        return ordered[0].lower()
    deserved = {one.text: one.right for one in canaries()}
    if answer in deserved:
        return deserved[answer]
    if _CORE in answer:
        return "faithful"
    return "censored" if _REFUSES.search(answer) else "evasive"
