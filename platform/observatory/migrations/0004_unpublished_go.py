"""With an account go the replies it sent that are not public: those that wait, and those that were turned down.

What is published stays. It is the maker's word, and a maintainer can take it off the page. The contact goes in any case.
"""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION observatory_forget_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH gone AS (
        DELETE FROM observatory_reply WHERE sent_by_id = NEW.id AND status <> 'published' RETURNING id
    )
    INSERT INTO core_event (at, actor, verb, noun, key, data)
    SELECT statement_timestamp(), NULL, 'take_back', 'reply', id, '{}' FROM gone;
    UPDATE observatory_reply SET contact = '' WHERE sent_by_id = NEW.id AND contact <> '';
    RETURN NULL;
END $$;
DELETE FROM observatory_reply reply USING accounts_user sender
WHERE sender.id = reply.sent_by_id AND NOT sender.is_active AND reply.status <> 'published';
"""
BACK = """
CREATE OR REPLACE FUNCTION observatory_forget_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE observatory_reply SET contact = '' WHERE sent_by_id = NEW.id AND contact <> '';
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("observatory", "0003_told"), ("core", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
