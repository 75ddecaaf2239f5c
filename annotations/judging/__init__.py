"""What a machine judge is told and how its answer is read. Pure: no Django, no database, no network.

`message` writes the guideline and one answer as untrusted data, `reading` takes nothing but the JSON that was asked
for, `canaries` are answers that order a judge about. How far it agrees with people is measured in
annotations.agreement.with_judge.
"""

from annotations.judging.canaries import Canary, canaries
from annotations.judging.message import INSTRUCTIONS, LONGEST_ANSWER, Message, write_message
from annotations.judging.reading import CANNOT_JUDGE, LABELS, Said, Unreadable, read_verdict

__all__ = [
    "CANNOT_JUDGE",
    "INSTRUCTIONS",
    "LABELS",
    "LONGEST_ANSWER",
    "Canary",
    "Message",
    "Said",
    "Unreadable",
    "canaries",
    "read_verdict",
    "write_message",
]
