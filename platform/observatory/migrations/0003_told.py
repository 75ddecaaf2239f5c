from django.db import migrations

# Replies and corrections in the feed of changes (releases.Change), by the same functions as everything else there.
FORWARD = """
CREATE FUNCTION observatory_tell_reply() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM releases_tell_row(
        'reply', COALESCE(NEW.public_id, OLD.public_id)::text,
        TG_OP <> 'INSERT' AND OLD.status = 'published', TG_OP <> 'DELETE' AND NEW.status = 'published',
        TG_OP = 'UPDATE' AND (OLD.speaker, OLD.proof, OLD.text, OLD.response)
            IS DISTINCT FROM (NEW.speaker, NEW.proof, NEW.text, NEW.response)
    );
    RETURN NULL;
END $$;
CREATE TRIGGER observatory_reply_told AFTER INSERT OR UPDATE OR DELETE ON observatory_reply FOR EACH ROW
    EXECUTE FUNCTION observatory_tell_reply();

CREATE FUNCTION observatory_tell_correction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM releases_tell('correction', NEW.id::text, CASE TG_OP WHEN 'INSERT' THEN 'published' ELSE 'changed' END);
    RETURN NULL;
END $$;
CREATE TRIGGER observatory_correction_told AFTER INSERT ON observatory_correction FOR EACH ROW
    EXECUTE FUNCTION observatory_tell_correction();
CREATE TRIGGER observatory_correction_told_anew AFTER UPDATE ON observatory_correction FOR EACH ROW
    WHEN ((OLD.written_on, OLD.title, OLD.text, OLD.llm_id, OLD.release)
        IS DISTINCT FROM (NEW.written_on, NEW.title, NEW.text, NEW.llm_id, NEW.release))
    EXECUTE FUNCTION observatory_tell_correction();
"""

BACK = """
DROP TRIGGER observatory_correction_told_anew ON observatory_correction;
DROP TRIGGER observatory_correction_told ON observatory_correction;
DROP TRIGGER observatory_reply_told ON observatory_reply;
DROP FUNCTION observatory_tell_correction, observatory_tell_reply;
"""


class Migration(migrations.Migration):
    dependencies = [("observatory", "0002_contacts_go"), ("releases", "0005_changes")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
