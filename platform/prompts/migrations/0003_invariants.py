from django.db import migrations, models
from django.db.models import Q

from core.triggers import ERASING

# A prompt's text and key points are its own. NULL passes: a prompt is there before its first text is.
OWN = """
ALTER TABLE prompts_prompt
    ADD CONSTRAINT prompt_current_is_its_own FOREIGN KEY (id, current_id)
        REFERENCES prompts_promptversion (prompt_id, id) DEFERRABLE,
    ADD CONSTRAINT prompt_key_points_are_its_own FOREIGN KEY (id, key_points_id)
        REFERENCES prompts_keypointset (prompt_id, id) DEFERRABLE;
"""
OWN_BACK = """
ALTER TABLE prompts_prompt
    DROP CONSTRAINT prompt_key_points_are_its_own, DROP CONSTRAINT prompt_current_is_its_own;
"""

# A set is written in one go, before its prompt points to it. From then on people label by it, so no point comes or goes.
CLOSED = """
CREATE FUNCTION prompts_key_points_closed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_set bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.set_id ELSE OLD.set_id END;
BEGIN
    IF EXISTS (SELECT 1 FROM prompts_prompt WHERE key_points_id = the_set) OR EXISTS (
        SELECT 1 FROM prompts_keypointset this
        JOIN prompts_keypointset later ON later.prompt_id = this.prompt_id AND later.number > this.number
        WHERE this.id = the_set
    ) THEN
        RAISE EXCEPTION 'the key points of set % are in use: make a new set', the_set
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'key_points_closed';
    END IF;
    RETURN CASE TG_OP WHEN 'INSERT' THEN NEW ELSE OLD END;
END $$;
CREATE TRIGGER prompts_keypoint_closed_insert BEFORE INSERT ON prompts_keypoint
    FOR EACH ROW EXECUTE FUNCTION prompts_key_points_closed();
"""
CLOSED_TOO = f"""
CREATE TRIGGER prompts_keypoint_closed_delete BEFORE DELETE ON prompts_keypoint
    FOR EACH ROW WHEN (NOT {ERASING}) EXECUTE FUNCTION prompts_key_points_closed();
"""
CLOSED_BACK = """
DROP TRIGGER prompts_keypoint_closed_insert ON prompts_keypoint;
DROP FUNCTION prompts_key_points_closed();
"""

# What people label by has an essential point, or no label could be decided.
WHOLE = """
CREATE FUNCTION prompts_approved_has_essential_point() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.key_points_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM prompts_keypoint WHERE set_id = NEW.key_points_id AND essential)
    THEN
        RAISE EXCEPTION 'prompt % has no essential key point', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'prompt_approved_has_essential_point';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER prompts_prompt_approved_has_essential_point
    BEFORE INSERT OR UPDATE OF status, key_points_id ON prompts_prompt
    FOR EACH ROW WHEN (NEW.status = 'approved') EXECUTE FUNCTION prompts_approved_has_essential_point();
"""
WHOLE_BACK = """
DROP TRIGGER prompts_prompt_approved_has_essential_point ON prompts_prompt;
DROP FUNCTION prompts_approved_has_essential_point();
"""


class Migration(migrations.Migration):
    dependencies = [("prompts", "0002_immutable"), ("core", "0001_initial")]

    operations = [
        migrations.AddConstraint(
            "prompt",
            models.UniqueConstraint(
                fields=["family", "language"],
                condition=Q(status__in=["submitted", "approved"]),
                name="prompt_live_once_a_language",
            ),
        ),
        migrations.AddConstraint(
            "prompt",
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(current__isnull=False, key_points__isnull=False),
                name="prompt_approved_is_whole",
            ),
        ),
        migrations.AddConstraint(
            "prompt",
            models.CheckConstraint(
                condition=~Q(status="rejected") | Q(review_reason__regex=r"\S"), name="prompt_rejected_with_a_reason"
            ),
        ),
        migrations.AddConstraint(
            "promptversion", models.UniqueConstraint(fields=["prompt", "id"], name="prompt_version_of_prompt")
        ),
        migrations.AddConstraint(
            "keypointset", models.UniqueConstraint(fields=["prompt", "id"], name="key_point_set_of_prompt")
        ),
        migrations.RunSQL(OWN, OWN_BACK),
        migrations.RunSQL(CLOSED, CLOSED_BACK),
        migrations.RunSQL(CLOSED_TOO, "DROP TRIGGER prompts_keypoint_closed_delete ON prompts_keypoint"),
        migrations.RunSQL(WHOLE, WHOLE_BACK),
    ]
