"""Rows that must never change are guarded by the database, not by good manners: a migration adds these triggers."""

from django.db import migrations

# `SET LOCAL candor.erasing = 'on'` lets the rest of one transaction delete what is kept: for erasing what a person asks
# to have erased, and for nothing else.
ERASING = "current_setting('candor.erasing', true) IS NOT DISTINCT FROM 'on'"


class Kept(migrations.RunSQL):
    """Refuses every delete from a table, but where a transaction says that it erases."""

    def __init__(self, table: str) -> None:
        super().__init__(
            f"""CREATE TRIGGER {table}_kept BEFORE DELETE ON {table}
                FOR EACH ROW WHEN (NOT {ERASING}) EXECUTE FUNCTION core_append_only();""",
            f"DROP TRIGGER {table}_kept ON {table};",
        )


class Immutable(migrations.RunSQL):
    """Refuses every update of the named columns of a table, and its deletes if `delete` is false.

    `core_append_only` comes with core's first migration. Erasure, which must be able to delete, is why deletes are
    refused only on request.
    """

    def __init__(self, table: str, columns: list[str], delete: bool = True) -> None:
        name = f"{table}_immutable"
        on_delete = (
            ""
            if delete
            else f"""
            CREATE TRIGGER {name}_kept BEFORE DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION core_append_only();"""
        )
        changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
        super().__init__(
            f"""CREATE TRIGGER {name} BEFORE UPDATE ON {table}
                FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION core_append_only();{on_delete}""",
            f"DROP TRIGGER {name} ON {table}; DROP TRIGGER IF EXISTS {name}_kept ON {table};",
        )
