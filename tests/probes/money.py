"""A dollar a month and what becomes of it: the sums that both tests of spending look at."""

from decimal import Decimal

from django.db.models import Sum

from probes.actions import Price, open_missing_probes, open_round
from probes.models import Endpoint, Probe, Spending

EACH = Decimal("0.30")
PRICE = Price(each=EACH, a_byte=Decimal(0))
DELIVERED = {"delivery": "delivered", "rule": "answer", "text": "379 dead."}
OUTAGE = {"delivery": "failed", "rule": "status_500", "error": "500", "heals": True}
CENT = Decimal("0.01")


def give_a_dollar(endpoint):
    """An endpoint with five due probes and a dollar a month; returns its number."""
    Endpoint.objects.update(price_input=1, price_output=1, budget=Decimal(1), max_in_flight=100)
    open_missing_probes(of=open_round(by=None, name="A round", samples=5), limit=100)
    return endpoint.pk


def month():
    """What was spent and what is put aside, over all months there are."""
    sums = Spending.objects.aggregate(spent=Sum("spent"), reserved=Sum("reserved"))
    return sums["spent"], sums["reserved"]


def check_the_sums():
    """The month's row says what the probes say."""
    probes = Probe.objects.aggregate(cost=Sum("cost"), reserved=Sum("reserved"))
    assert month() == (probes["cost"] or 0, probes["reserved"] or 0)
