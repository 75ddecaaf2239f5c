"""Money: what an endpoint cost, month by month."""

from django.db import models
from django.db.models import Q

from probes.models.llms import Endpoint


class Spending(models.Model):
    """What was spent at one endpoint in one calendar month (UTC), in US dollars.

    Before a call its highest price is reserved, by an update that goes through only while the endpoint's budget holds;
    afterwards the reservation becomes what the call really cost. A call that may have been paid for without bringing
    anything counts in full.
    """

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="spending")
    # The first day of the month.
    month = models.DateField()
    spent = models.DecimalField(max_digits=20, decimal_places=8, default=0, db_default=0)
    reserved = models.DecimalField(max_digits=20, decimal_places=8, default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "month"], name="spending_once_a_month"),
            models.CheckConstraint(condition=Q(spent__gte=0, reserved__gte=0), name="spending_not_negative"),
            models.CheckConstraint(condition=Q(month__day=1), name="spending_by_months"),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint_id} in {self.month:%Y-%m}"
