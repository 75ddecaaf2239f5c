"""Who a session is of: with every request one row, read by a prepared statement.

Putting Django's own statement together takes as long as all that a label needs besides.
"""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection

from accounts.models import User
from core import prepared

FIELDS = [field.attname for field in User._meta.concrete_fields]
BY_NUMBER = f"SELECT {', '.join(FIELDS)} FROM accounts_user WHERE id = %(id)s"  # noqa: S608 -- names of ours


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    def get_user(self, user_id: int) -> User | None:
        with prepared.cursor() as cursor:
            cursor.execute(BY_NUMBER, {"id": user_id})
            row: tuple[Any, ...] | None = cursor.fetchone()
        user = None if row is None else User.from_db(connection.alias, FIELDS, row)
        return user if user is not None and self.user_can_authenticate(user) else None
