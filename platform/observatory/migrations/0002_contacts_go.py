"""A reply's contact goes with the account that sent it: whoever leaves is reached by nothing any more."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION observatory_forget_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE observatory_reply SET contact = '' WHERE sent_by_id = NEW.id AND contact <> '';
    RETURN NULL;
END $$;
CREATE TRIGGER observatory_forget_contact AFTER UPDATE OF is_active ON accounts_user
    FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION observatory_forget_contact();
"""
BACK = """
DROP TRIGGER observatory_forget_contact ON accounts_user;
DROP FUNCTION observatory_forget_contact();
"""


class Migration(migrations.Migration):
    dependencies = [("observatory", "0001_replies"), ("accounts", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
