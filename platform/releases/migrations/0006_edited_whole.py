from django.db import migrations, models

# What belongs to an edition is written in its own transaction, at one moment, which the database says: an edition that
# stands gets no file more, and no file is withdrawn but by an edition.
FORWARD = """
CREATE OR REPLACE FUNCTION releases_edition_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (
        SELECT 1 FROM releases_release WHERE id = NEW.release_id AND status = 'published'
    ) AND NEW.number = 1 + (SELECT count(*) FROM releases_edition WHERE release_id = NEW.release_id) THEN
        NEW.made_at := now();  -- when this transaction began
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'editions are made of published releases, one after the other, and never change'
        USING ERRCODE = 'restrict_violation';
END $$;

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
        SELECT 1 FROM releases_edition
        WHERE release_id = NEW.release_id AND number = NEW.edition AND made_at = now()
    ) THEN
        RETURN NEW;  -- a file of the edition that is being made
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at = now() AND
        (OLD.id, OLD.release_id, OLD.edition, OLD.path, OLD.sha256, OLD.bytes, OLD.rows, OLD.media_type)
        IS NOT DISTINCT FROM
        (NEW.id, NEW.release_id, NEW.edition, NEW.path, NEW.sha256, NEW.bytes, NEW.rows, NEW.media_type)
        AND EXISTS (
            SELECT 1 FROM releases_edition
            WHERE release_id = NEW.release_id AND number > NEW.edition AND made_at = now()
        )
    THEN
        RETURN NEW;  -- withdrawn by it, once and for good
    END IF;
    RAISE EXCEPTION 'the files of a published release never change' USING ERRCODE = 'restrict_violation';
END $$;
"""

BACK = """
CREATE OR REPLACE FUNCTION releases_edition_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (
        SELECT 1 FROM releases_release WHERE id = NEW.release_id AND status = 'published'
    ) AND NEW.number = 1 + (SELECT count(*) FROM releases_edition WHERE release_id = NEW.release_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'editions are made of published releases, one after the other, and never change'
        USING ERRCODE = 'restrict_violation';
END $$;

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
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL AND
        (OLD.id, OLD.release_id, OLD.edition, OLD.path, OLD.sha256, OLD.bytes, OLD.rows, OLD.media_type)
        IS NOT DISTINCT FROM
        (NEW.id, NEW.release_id, NEW.edition, NEW.path, NEW.sha256, NEW.bytes, NEW.rows, NEW.media_type)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the files of a published release never change' USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("releases", "0005_changes")]

    operations = [
        migrations.AddField("withdrawal", "error", models.CharField(blank=True, max_length=500)),
        migrations.AddField("withdrawal", "retry_at", models.DateTimeField(null=True)),
        migrations.RunSQL(FORWARD, BACK),
    ]
