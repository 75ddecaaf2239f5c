from pathlib import Path

from django.conf import settings
from django.db import migrations

from releases.files import store

# A published release never changes and never goes, whoever asks. One thing may happen to it: something is taken out, as
# a new edition. That is a row of Edition, rows of new files that belong to it, and a date on the rows of the files they
# take the place of. Nothing that was published is ever written over.
FORWARD = """
DROP TRIGGER releases_release_published ON releases_release;
CREATE TRIGGER releases_release_published BEFORE UPDATE ON releases_release FOR EACH ROW
    -- created_by may be emptied: people can leave.
    WHEN (OLD.status = 'published' AND
        (OLD.id, OLD.version, OLD.status, OLD.cutoff, OLD.key, OLD.stage, OLD.progress, OLD.counts, OLD.previous_id,
         OLD.error, OLD.created_at, OLD.published_at)
        IS DISTINCT FROM
        (NEW.id, NEW.version, NEW.status, NEW.cutoff, NEW.key, NEW.stage, NEW.progress, NEW.counts, NEW.previous_id,
         NEW.error, NEW.created_at, NEW.published_at))
    EXECUTE FUNCTION core_append_only();

CREATE OR REPLACE FUNCTION releases_file_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before_published boolean := TG_OP <> 'INSERT' AND EXISTS (
        SELECT 1 FROM releases_release WHERE id = OLD.release_id AND status = 'published');
    after_published boolean := TG_OP <> 'DELETE' AND EXISTS (
        SELECT 1 FROM releases_release WHERE id = NEW.release_id AND status = 'published');
BEGIN
    IF NOT before_published AND NOT after_published THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'INSERT' AND NEW.withdrawn_at IS NULL AND EXISTS (
        SELECT 1 FROM releases_edition WHERE release_id = NEW.release_id AND number = NEW.edition
    ) THEN
        RETURN NEW;  -- a file of an edition
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL AND
        (OLD.id, OLD.release_id, OLD.edition, OLD.path, OLD.sha256, OLD.bytes, OLD.rows, OLD.media_type)
        IS NOT DISTINCT FROM
        (NEW.id, NEW.release_id, NEW.edition, NEW.path, NEW.sha256, NEW.bytes, NEW.rows, NEW.media_type)
    THEN
        RETURN NEW;  -- withdrawn, once and for good
    END IF;
    RAISE EXCEPTION 'the files of a published release never change' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION releases_edition_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (
        SELECT 1 FROM releases_release WHERE id = NEW.release_id AND status = 'published'
    ) AND NEW.number = 1 + (SELECT count(*) FROM releases_edition WHERE release_id = NEW.release_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'editions are made of published releases, one after the other, and never change'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER releases_edition_frozen BEFORE INSERT OR UPDATE OR DELETE ON releases_edition
    FOR EACH ROW EXECUTE FUNCTION releases_edition_frozen();
"""

BACK = """
DROP TRIGGER releases_edition_frozen ON releases_edition;
DROP FUNCTION releases_edition_frozen();
CREATE OR REPLACE FUNCTION releases_file_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP TRIGGER releases_release_published ON releases_release;
CREATE TRIGGER releases_release_published BEFORE UPDATE ON releases_release FOR EACH ROW
    WHEN (OLD.status = 'published' AND
        (OLD.id, OLD.version, OLD.status, OLD.cutoff, OLD.key, OLD.counts, OLD.published_at)
        IS DISTINCT FROM (NEW.id, NEW.version, NEW.status, NEW.cutoff, NEW.key, NEW.counts, NEW.published_at))
    EXECUTE FUNCTION core_append_only();
"""

# A label or a person that goes takes its names in the releases along, by the database itself: rows that a build which is
# still running has written meanwhile would otherwise stop it from going.
FOLLOW = """
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT conrelid::regclass AS held, conname, pg_get_constraintdef(oid) AS says
        FROM pg_constraint
        WHERE contype = 'f' AND conrelid IN ('releases_releasedlabel'::regclass, 'releases_releasedperson'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.held, found.conname);
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', found.held, found.conname,
                       replace(found.says, ' DEFERRABLE', ' ON DELETE CASCADE DEFERRABLE'));
    END LOOP;
END $$;
"""
STAY = FOLLOW.replace("' DEFERRABLE', ' ON DELETE CASCADE DEFERRABLE'", "' ON DELETE CASCADE', ''")

# Releases that are done have been through every stage.
DONE = "UPDATE releases_release SET stage = 'done' WHERE status IN ('built', 'published')"


def adopt_old_files(apps, schema_editor):
    """Files used to lie in a folder of their release; the store holds them by their sum."""
    for file in apps.get_model("releases", "ReleaseFile").objects.select_related("release").order_by("pk"):
        path = Path(settings.RELEASES_DIR) / file.release.version / file.path
        if path.is_file():
            store.adopt(path, file.sha256)


class Migration(migrations.Migration):
    dependencies = [("releases", "0003_whole"), ("core", "0001_initial")]

    operations = [
        migrations.RunSQL(DONE, migrations.RunSQL.noop),
        migrations.RunSQL(FORWARD, BACK),
        migrations.RunSQL(FOLLOW, STAY),
        migrations.RunPython(adopt_old_files, migrations.RunPython.noop),
    ]
