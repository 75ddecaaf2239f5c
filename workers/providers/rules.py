r"""Which delivery a response is: a table of rules, read from the top, the first that fits decides.

A reader of a wire protocol turns what came into `Facts`, one shape for all protocols; the rules
look at nothing else, so that an old response can be decided again from its stored bytes. The world
is closed: what no rule knows is *failed* and quarantined until a person has looked at it, and is
never a success. The order is the meaning:

1. what happened on the way, when no complete response came;
2. a cut by length, which outranks a filter;
3. a provider's block, which is a block whatever the status (a 5xx that carries a content code too);
4. money, keys and addresses, which asking again does not mend;
5. what may heal by itself;
6. how the model ended.

docs/delivery-rules.md is printed from the tables of the protocols, rule by rule in this order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from workers.providers.results import Delivery, Retry


@dataclass(frozen=True, slots=True)
class Facts:
    """What a response says, read without judging. All words are lower case.

    `status` is the HTTP status, or the one written in an error inside a 200. `codes` are error codes
    and types, `messages` the error texts, joined. `ends` are the finish reason and the upstream's own.
    A stream is `unfinished` when it never said how it ended, `garbled` when a piece of it cannot be
    read, `withdrawn` when its last word holds another answer than the one that came before.
    """

    net: str = ""
    status: int | None = None
    is_json: bool = True
    is_error: bool = False
    codes: frozenset[str] = frozenset()
    messages: str = ""
    ends: frozenset[str] = frozenset()
    has_message: bool = False
    has_text: bool = False
    has_reasoning: bool = False
    refused: bool = False
    input_flagged: bool = False
    output_flagged: bool = False
    output_tokens: int | None = None
    unfinished: bool = False
    garbled: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table. Every condition that is given must hold; one that is None is not looked at.

    `codes` or `says` (a pattern in the error texts) is enough when both are given: providers put
    the same fact sometimes in one and sometimes in the other. Of `ends` one is enough, as the gravest
    word counts; beside `only_ends` there may be no other, as an answer is one only where nothing says
    otherwise. `with_text` is the delivery when text came along, `with_reasoning` when only reasoning
    did. `about` is shown to maintainers, `note` says whose habit it is. `pauses` marks what is wrong
    with the whole endpoint, not with this one probe.
    """

    id: str
    about: str
    delivery: Delivery
    with_text: Delivery | None = None
    with_reasoning: Delivery | None = None
    retry: Retry = "no"
    retry_at_most: int | None = None
    pauses: bool = False
    quarantined: bool = False
    note: str = ""
    net: str | None = None
    status: frozenset[int | None] | None = None
    is_json: bool | None = None
    is_error: bool | None = None
    codes: frozenset[str] | None = None
    says: re.Pattern[str] | None = field(default=None, compare=False)
    ends: frozenset[str] | None = None
    only_ends: frozenset[str] | None = None
    has_message: bool | None = None
    has_text: bool | None = None
    has_reasoning: bool | None = None
    refused: bool | None = None
    input_flagged: bool | None = None
    output_flagged: bool | None = None
    fewer_tokens_than: int | None = None
    unfinished: bool | None = None
    garbled: bool | None = None
    withdrawn: bool | None = None

    def fits(self, facts: Facts) -> bool:
        """Whether every condition of this rule holds."""
        for name in (
            "net",
            "is_json",
            "is_error",
            "has_message",
            "has_text",
            "has_reasoning",
            "refused",
            "input_flagged",
            "output_flagged",
            "unfinished",
            "garbled",
            "withdrawn",
        ):
            wanted = getattr(self, name)
            if wanted is not None and wanted != getattr(facts, name):
                return False
        if self.net is None and facts.net:
            return False
        if self.status is not None and facts.status not in self.status:
            return False
        if not self._ends_so(facts):
            return False
        if self.fewer_tokens_than is not None and (facts.output_tokens or 0) >= self.fewer_tokens_than:
            return False
        return self._names_the_error(facts)

    def _ends_so(self, facts: Facts) -> bool:
        if self.only_ends is not None and not (facts.ends and facts.ends <= self.only_ends):
            return False
        return self.ends is None or bool(self.ends & facts.ends)

    def _names_the_error(self, facts: Facts) -> bool:
        if self.codes is None and self.says is None:
            return True
        by_code = self.codes is not None and bool(self.codes & facts.codes)
        by_text = self.says is not None and self.says.search(facts.messages) is not None
        return by_code or by_text

    def deliver(self, facts: Facts) -> Delivery:
        """The delivery this rule gives to a response that fits it."""
        if facts.has_text and self.with_text is not None:
            return self.with_text
        if facts.has_reasoning and not facts.has_text and self.with_reasoning is not None:
            return self.with_reasoning
        return self.delivery


def decide(facts: Facts, table: tuple[Rule, ...]) -> Rule:
    """The first rule that fits. The table's last rule has no condition, so there always is one."""
    return next(rule for rule in table if rule.fits(facts))


def words(*values: str) -> frozenset[str]:
    """A set of codes or finish reasons, lower case as `Facts` has them."""
    return frozenset(value.lower() for value in values)


def pattern(*alternatives: str) -> re.Pattern[str]:
    """One pattern of several; matched against lower-case text."""
    return re.compile("|".join(alternatives))
