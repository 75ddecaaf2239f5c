"""Models and the places that serve them."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from probes.choices import EndpointKind, EndpointStatus
from probes.key_names import KEY_FILE, NOT_A_MODELS_FILE


class LLM(models.Model):
    """A language model by a maker."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    maker = models.CharField(max_length=120)
    # ISO 3166-1 alpha-2 of the maker's seat.
    maker_country = models.CharField(max_length=2)
    open_weights = models.BooleanField(default=False)
    url = models.URLField(max_length=300, blank=True)
    # What a reader has to know before drawing conclusions, such as "a small coder model".
    remark = models.CharField(max_length=300, blank=True)
    # Since when it is asked nowhere any more.
    retired_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(maker_country__regex="^[A-Z]{2}$"), name="llm_country_code")]

    def __str__(self) -> str:
        return self.name


class Endpoint(models.Model):
    """One place that serves a model. Only maintainers set its address; of its key only the place is stored."""

    slug = models.SlugField(max_length=100, unique=True)
    llm = models.ForeignKey(LLM, on_delete=models.PROTECT, related_name="endpoints")
    kind = models.CharField(max_length=8, choices=EndpointKind)
    protocol = models.CharField(max_length=32, default="openai_chat")
    base_url = models.CharField(max_length=300, blank=True)
    # The name this place knows the model by.
    served_name = models.CharField(max_length=200, blank=True)
    # Environment variable that holds the key, or empty for none. It ends in _KEY or _TOKEN.
    key_variable = models.CharField(max_length=80, blank=True)
    # Or the name of a file in the folder of keys; probes.key_names says which.
    key_file = models.CharField(max_length=80, blank=True, default="", db_default="")
    # Sent with every call: max_tokens, temperature and the like.
    params = models.JSONField(default=dict, blank=True)
    # What stands before each question; none by default, so that the model shows itself.
    system = models.TextField(blank=True, default="", db_default="")
    # The answer is asked for piece by piece, so that a text withdrawn in mid-stream is seen.
    stream = models.BooleanField(default=True, db_default=True)
    # How this place speaks its protocol, where its address does not tell; see workers.providers.dialects.
    dialect = models.CharField(max_length=32, blank=True, default="", db_default="")
    # Whether a reasoning trace is asked for; unknown leaves it to the provider.
    reasoning = models.BooleanField(null=True)
    # The one provider a router may use.
    upstream = models.CharField(max_length=100, blank=True, default="", db_default="")
    status = models.CharField(max_length=8, choices=EndpointStatus, default=EndpointStatus.ACTIVE)
    # Why it is paused or retired, in words for the maintainer.
    status_reason = models.CharField(max_length=300, blank=True)
    allow_private = models.BooleanField(default=False)
    # The most calls at a time; how many of them really are is found out by asking (workers.limits).
    max_in_flight = models.PositiveSmallIntegerField(default=100)
    requests_a_minute = models.PositiveIntegerField(null=True)
    tokens_a_minute = models.PositiveIntegerField(null=True)
    # US dollars for a million tokens, and for a calendar month at most.
    price_input = models.DecimalField(max_digits=10, decimal_places=4, null=True)
    price_output = models.DecimalField(max_digits=10, decimal_places=4, null=True)
    budget = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    timeout_s = models.PositiveSmallIntegerField(default=120)
    # Samples each prompt gets, starter or not; 0 takes the round's number.
    samples = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EndpointKind.values), name="endpoint_kind_known"),
            models.CheckConstraint(condition=Q(status__in=EndpointStatus.values), name="endpoint_status_known"),
            models.CheckConstraint(
                condition=Q(kind=EndpointKind.IMPORT) | ~Q(base_url=""), name="endpoint_probed_has_address"
            ),
            # The same two patterns as in rules: what is in that variable is sent to the address.
            models.CheckConstraint(
                condition=Q(key_variable="")
                | Q(key_variable__regex="^[A-Z][A-Z0-9_]*_(KEY|TOKEN)$")
                & ~Q(key_variable__regex="^(SECRET_KEY$|METRICS_|RELEASE|PG|POSTGRES|AWS_|CANDOR_|DJANGO_)"),
                name="endpoint_key_is_a_models_key",
            ),
            models.CheckConstraint(
                condition=Q(key_file="")
                | Q(key_file__regex=KEY_FILE, key_variable="") & ~Q(key_file__iregex=NOT_A_MODELS_FILE),
                name="endpoint_key_file_is_a_name",
            ),
            models.CheckConstraint(
                condition=Q(price_input=None, price_output=None)
                | Q(price_input__isnull=False, price_output__isnull=False, price_input__gte=0, price_output__gte=0),
                name="endpoint_both_prices_or_none",
            ),
            models.CheckConstraint(
                condition=Q(budget=None) | Q(budget__gte=0, price_input__isnull=False),
                name="endpoint_budget_has_prices",
            ),
            models.CheckConstraint(
                condition=Q(max_in_flight__gte=1)
                & (Q(requests_a_minute=None) | Q(requests_a_minute__gte=1))
                & (Q(tokens_a_minute=None) | Q(tokens_a_minute__gte=1)),
                name="endpoint_limits_above_zero",
            ),
        ]

    def __str__(self) -> str:
        return self.slug
