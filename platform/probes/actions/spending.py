"""Money: the highest price of a call is put aside before it, and what it really cost is written down after it.

Every update here is conditional or relative, so that calls of many workers add up, and an endpoint's month never goes
above its budget, whoever asks at the same moment. Sums are in US dollars; a month is a calendar month in UTC, that of
the moment a call was claimed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_UP, Decimal

from django.db import connection

# As the columns hold it. Prices are rounded up, so that no sum of many is below what it was.
SMALLEST = Decimal("0.00000001")

OPEN = """
INSERT INTO probes_spending (endpoint_id, month, spent, reserved) VALUES (%(endpoint)s, %(month)s, 0, 0)
ON CONFLICT DO NOTHING
"""
LEFT = """
SELECT endpoint.budget - spending.spent - spending.reserved
FROM probes_spending spending JOIN probes_endpoint endpoint ON endpoint.id = spending.endpoint_id
WHERE spending.endpoint_id = %(endpoint)s AND spending.month = %(month)s AND endpoint.budget IS NOT NULL
FOR UPDATE OF spending
"""
RESERVE = """
UPDATE probes_spending spending SET reserved = spending.reserved + %(sum)s
FROM probes_endpoint endpoint
WHERE endpoint.id = spending.endpoint_id AND spending.endpoint_id = %(endpoint)s AND spending.month = %(month)s
  AND (endpoint.budget IS NULL OR spending.spent + spending.reserved + %(sum)s <= endpoint.budget)
"""
SETTLE = """
INSERT INTO probes_spending AS spending (endpoint_id, month, spent, reserved)
VALUES (%(endpoint)s, %(month)s, %(spent)s, 0)
ON CONFLICT (endpoint_id, month) DO UPDATE
SET spent = spending.spent + EXCLUDED.spent, reserved = GREATEST(0, spending.reserved - %(reserved)s)
"""


@dataclass(frozen=True)
class Price:
    """The most a call can cost, in US dollars: `each`, and `a_byte` for each byte of the question in UTF-8."""

    each: Decimal
    a_byte: Decimal

    def of(self, text: str) -> Decimal:
        """The most it can cost to ask this."""
        return (self.each + self.a_byte * len(text.encode("utf-8", "surrogatepass"))).quantize(SMALLEST, ROUND_UP)


@dataclass(frozen=True)
class Bill:
    """What one call had reserved and what it cost, at an endpoint in the month of `asked_at`."""

    endpoint: int
    asked_at: datetime
    reserved: Decimal
    spent: Decimal


def month_of(moment: datetime) -> date:
    """The first day of a moment's month in UTC."""
    return moment.astimezone(UTC).date().replace(day=1)


def left_of_budget(*, endpoint: int, month: date) -> Decimal | None:
    """What may still be reserved this month, with the row held until the transaction ends; None without a budget."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN, {"endpoint": endpoint, "month": month})
        cursor.execute(LEFT, {"endpoint": endpoint, "month": month})
        row = cursor.fetchone()
        return None if row is None else row[0]


def reserve(*, endpoint: int, month: date, amount: Decimal) -> bool:
    """Puts money aside if the budget holds, and says whether it did."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN, {"endpoint": endpoint, "month": month})
        cursor.execute(RESERVE, {"endpoint": endpoint, "month": month, "sum": amount})
        return bool(cursor.rowcount)


def settle(bills: Iterable[Bill]) -> None:
    """Turns what was reserved into what was spent, one update an endpoint and month, in an order all keep to."""
    sums: dict[tuple[int, date], tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(0), Decimal(0)))
    for bill in bills:
        reserved, spent = sums[bill.endpoint, month_of(bill.asked_at)]
        sums[bill.endpoint, month_of(bill.asked_at)] = (reserved + bill.reserved, spent + bill.spent)
    with connection.cursor() as cursor:
        for (endpoint, month), (reserved, spent) in sorted(sums.items()):
            if reserved or spent:
                cursor.execute(SETTLE, {"endpoint": endpoint, "month": month, "reserved": reserved, "spent": spent})
