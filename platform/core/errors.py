"""What can go wrong, in words a person can act on.

An action raises one of these; the page and the API turn it into the same status and the same sentence. `permanent` says
whether trying again can help: only what may heal is ever retried.
"""

from typing import ClassVar


class CandorError(Exception):
    """The base: `message` is one clear sentence, `status` the HTTP status, `code` a stable name for programs."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "error"
    permanent: ClassVar[bool] = True

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(CandorError):
    """What was sent cannot be used; `fields` says which part and why."""

    status = 422
    code = "invalid"

    def __init__(self, message: str, fields: dict[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class Forbidden(CandorError):
    """This person may not do this, whatever they send."""

    status = 403
    code = "forbidden"


class NotFound(CandorError):
    """There is no such thing, or it is not this person's to see."""

    status = 404
    code = "not_found"


class Conflict(CandorError):
    """The thing has changed in the meantime, so this no longer applies."""

    status = 409
    code = "conflict"


class Gone(CandorError):
    """It was there and its time is over, such as a lease that ran out."""

    status = 410
    code = "gone"


class TooMany(CandorError):
    """A limit of rate or number; trying again later helps."""

    status = 429
    code = "too_many"
    permanent = False


class Busy(CandorError):
    """It takes more work than can be done now; trying again later helps."""

    status = 503
    code = "busy"
    permanent = False
