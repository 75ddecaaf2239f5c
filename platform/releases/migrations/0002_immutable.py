from django.db import migrations

# A published release never changes and never goes, nor do its files, whoever asks.
FORWARD = """
CREATE TRIGGER releases_release_published BEFORE UPDATE ON releases_release FOR EACH ROW
    -- created_by may be emptied: people can leave.
    WHEN (OLD.status = 'published' AND
        (OLD.id, OLD.version, OLD.status, OLD.cutoff, OLD.key, OLD.counts, OLD.published_at)
        IS DISTINCT FROM (NEW.id, NEW.version, NEW.status, NEW.cutoff, NEW.key, NEW.counts, NEW.published_at))
    EXECUTE FUNCTION core_append_only();
CREATE TRIGGER releases_release_published_kept BEFORE DELETE ON releases_release FOR EACH ROW
    WHEN (OLD.status = 'published') EXECUTE FUNCTION core_append_only();

CREATE FUNCTION releases_file_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM releases_release
        WHERE id IN (COALESCE(NEW.release_id, OLD.release_id), COALESCE(OLD.release_id, NEW.release_id))
          AND status = 'published'
    ) THEN
        RAISE EXCEPTION 'the files of a published release never change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER releases_releasefile_frozen BEFORE INSERT OR UPDATE OR DELETE ON releases_releasefile
    FOR EACH ROW EXECUTE FUNCTION releases_file_frozen();
"""

BACK = """
DROP TRIGGER releases_releasefile_frozen ON releases_releasefile;
DROP FUNCTION releases_file_frozen();
DROP TRIGGER releases_release_published_kept ON releases_release;
DROP TRIGGER releases_release_published ON releases_release;
"""


class Migration(migrations.Migration):
    dependencies = [("releases", "0001_initial"), ("core", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
