from django.db import migrations, models

# The feed of changes is written where the rows change, by triggers: whatever changes them, an action, a command or a
# hand in the database, is told in the same transaction or not at all.
#
# A change carries the number of its transaction. Numbers of rows are given before a commit and transactions end in
# another order than they began, so a reader takes only what belongs to transactions older than every one that still
# runs (releases_change_fence): nothing can come before what was read already.
#
# A database that is restored elsewhere counts transactions from the start again. Then the newest change seems to come
# from a transaction that has not begun, and an epoch is added from then on, so that the order goes on.
FEED = """
CREATE SEQUENCE releases_change_epoch AS bigint MINVALUE 0 START 0;

-- A session keeps the plan it makes at first. Made while tables are small it would read them whole ever after, and a
-- thousand changes would take a thousand times as long: so these functions go by indexes from the start.
CREATE FUNCTION releases_change_number() RETURNS bigint LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    own bigint := pg_current_xact_id()::text::bigint;
    epoch bigint;
BEGIN
    -- Nothing in sight can be newer than the transactions that have begun, unless they are counted anew. setval is seen
    -- by everybody at once; whoever finds the same at the same moment sets the same.
    SELECT CASE WHEN newest >= last_value + GREATEST(begun, own + 1)
           THEN setval('releases_change_epoch', newest) ELSE last_value END
    INTO epoch
    FROM releases_change_epoch,
         (SELECT COALESCE(max(transaction), 0) AS newest,
                 pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS begun FROM releases_change) seen;
    RETURN epoch + own;
END $$;

CREATE FUNCTION releases_change_fence() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN newest >= last_value + pg_snapshot_xmax(pg_current_snapshot())::text::bigint
           -- Restored, and nothing was written since: all there is has been committed.
           THEN newest + 1
           ELSE last_value + pg_snapshot_xmin(pg_current_snapshot())::text::bigint END
    FROM releases_change_epoch, (SELECT COALESCE(max(transaction), 0) AS newest FROM releases_change) seen
$$;

CREATE FUNCTION releases_tell(noun text, key text, verb text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO releases_change (transaction, at, noun, key, verb)
    VALUES (releases_change_number(), transaction_timestamp(), noun, key, verb)
$$;

-- Told of a row that was public before or is so now; else nothing.
CREATE FUNCTION releases_tell_row(noun text, key text, was boolean, now_is boolean, changed boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF was AND NOT now_is THEN PERFORM releases_tell(noun, key, 'withdrawn');
    ELSIF now_is AND NOT was THEN PERFORM releases_tell(noun, key, 'published');
    ELSIF now_is AND changed THEN PERFORM releases_tell(noun, key, 'changed');
    END IF;
END $$;
"""

# What /answers/ shows is public while this holds (api.answers.closed).
ANSWERS = """
CREATE FUNCTION releases_answer_is_told(answer probes_answer) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT answer.state IN ('settled', 'contested', 'unjudgeable') AND answer.leased = 0 AND answer.may_publish
$$;

-- Who gave the answers to a question is told when none of them is open any more (probes.selectors.finished). Whoever
-- may finish a question waits here for others who may, or two who close its last two answers would each take the
-- other's for open. That a question is hidden anew is not told: it would tell of an answer that is open.
CREATE FUNCTION releases_tell_if_finished(question bigint, but bigint) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off AS $$
BEGIN
    PERFORM 1 FROM prompts_promptversion WHERE id = question FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT 1 FROM probes_answer WHERE version_id = question AND state = 'open') THEN
        PERFORM releases_tell('answer', answer.public_id::text, 'changed') FROM probes_answer answer
        WHERE answer.version_id = question AND answer.id <> but AND releases_answer_is_told(answer)
        ORDER BY answer.public_id;
    END IF;
END $$;

CREATE FUNCTION releases_tell_answer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was boolean := TG_OP <> 'INSERT' AND releases_answer_is_told(OLD);
    now_is boolean := TG_OP <> 'DELETE' AND releases_answer_is_told(NEW);
BEGIN
    PERFORM releases_tell_row(
        'answer', COALESCE(NEW.public_id, OLD.public_id)::text, was, now_is,
        TG_OP = 'UPDATE' AND OLD.state <> NEW.state
    );
    IF TG_OP <> 'INSERT' AND OLD.state = 'open' AND (TG_OP = 'DELETE' OR NEW.state <> 'open') THEN
        PERFORM releases_tell_if_finished(OLD.version_id, OLD.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER probes_answer_told AFTER INSERT ON probes_answer FOR EACH ROW WHEN (NEW.state <> 'open')
    EXECUTE FUNCTION releases_tell_answer();
-- A lease or a label on an open answer does not come in here.
CREATE TRIGGER probes_answer_told_anew AFTER UPDATE ON probes_answer FOR EACH ROW
    WHEN (OLD.state <> NEW.state OR (NEW.state <> 'open'
        AND ((OLD.leased = 0) <> (NEW.leased = 0) OR OLD.may_publish <> NEW.may_publish)))
    EXECUTE FUNCTION releases_tell_answer();
CREATE TRIGGER probes_answer_told_gone AFTER DELETE ON probes_answer FOR EACH ROW
    EXECUTE FUNCTION releases_tell_answer();

-- What stands beside an answer: its votes, and a reviewer's decision. What moves with each fit of the crowd is not told.
CREATE FUNCTION releases_tell_beside() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
BEGIN
    PERFORM releases_tell('answer', answer.public_id::text, 'changed') FROM probes_answer answer
    WHERE answer.id = NEW.answer_id AND releases_answer_is_told(answer);
    RETURN NULL;
END $$;
CREATE TRIGGER annotations_consensus_told AFTER INSERT ON annotations_consensus FOR EACH ROW
    EXECUTE FUNCTION releases_tell_beside();
CREATE TRIGGER annotations_consensus_told_anew AFTER UPDATE ON annotations_consensus FOR EACH ROW
    WHEN ((OLD.censored, OLD.evasive, OLD.faithful, OLD.value)
        IS DISTINCT FROM (NEW.censored, NEW.evasive, NEW.faithful, NEW.value))
    EXECUTE FUNCTION releases_tell_beside();
CREATE TRIGGER annotations_adjudication_told AFTER INSERT OR UPDATE OF status ON annotations_adjudication FOR EACH ROW
    EXECUTE FUNCTION releases_tell_beside();

-- Another call that brought, or no longer brings, a text that is public already; told where its question is finished.
CREATE FUNCTION releases_tell_giver() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
DECLARE
    one bigint;
    told probes_answer;
BEGIN
    FOREACH one IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.answer_id] WHEN 'DELETE' THEN ARRAY[OLD.answer_id]
        ELSE ARRAY[OLD.answer_id, NEW.answer_id] END
    LOOP
        SELECT * INTO told FROM probes_answer WHERE id = one;
        CONTINUE WHEN NOT FOUND OR NOT releases_answer_is_told(told);
        CONTINUE WHEN EXISTS (SELECT 1 FROM probes_importbatch
            WHERE id = COALESCE(NEW.batch_id, OLD.batch_id) AND NOT may_publish);
        PERFORM 1 FROM prompts_promptversion WHERE id = told.version_id FOR NO KEY UPDATE;
        CONTINUE WHEN EXISTS (SELECT 1 FROM probes_answer WHERE version_id = told.version_id AND state = 'open');
        PERFORM releases_tell('answer', told.public_id::text, 'changed');
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER probes_probe_told AFTER INSERT ON probes_probe FOR EACH ROW WHEN (NEW.answer_id IS NOT NULL)
    EXECUTE FUNCTION releases_tell_giver();
CREATE TRIGGER probes_probe_told_anew AFTER UPDATE ON probes_probe FOR EACH ROW
    WHEN (OLD.answer_id IS DISTINCT FROM NEW.answer_id) EXECUTE FUNCTION releases_tell_giver();
CREATE TRIGGER probes_probe_told_gone AFTER DELETE ON probes_probe FOR EACH ROW WHEN (OLD.answer_id IS NOT NULL)
    EXECUTE FUNCTION releases_tell_giver();
"""

PROMPTS = """
CREATE FUNCTION releases_tell_prompt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM releases_tell_row(
        'prompt', COALESCE(NEW.id, OLD.id)::text,
        TG_OP <> 'INSERT' AND OLD.status = 'approved', TG_OP <> 'DELETE' AND NEW.status = 'approved',
        TG_OP = 'UPDATE' AND (OLD.current_id, OLD.key_points_id, OLD.family_id, OLD.language)
            IS DISTINCT FROM (NEW.current_id, NEW.key_points_id, NEW.family_id, NEW.language)
    );
    RETURN NULL;
END $$;
CREATE TRIGGER prompts_prompt_told AFTER INSERT OR UPDATE OR DELETE ON prompts_prompt FOR EACH ROW
    EXECUTE FUNCTION releases_tell_prompt();

CREATE FUNCTION releases_tell_family() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM releases_tell('prompt', id::text, 'changed') FROM prompts_prompt
    WHERE family_id = NEW.id AND status = 'approved' ORDER BY id;
    RETURN NULL;
END $$;
CREATE TRIGGER prompts_family_told AFTER UPDATE ON prompts_family FOR EACH ROW
    WHEN ((OLD.slug, OLD.title, OLD.topic_id, OLD.kind, OLD.act, OLD.state, OLD.twin_id)
        IS DISTINCT FROM (NEW.slug, NEW.title, NEW.topic_id, NEW.kind, NEW.act, NEW.state, NEW.twin_id))
    EXECUTE FUNCTION releases_tell_family();
"""

MODELS = """
-- A model that only judges is none of those that are asked (probes.selectors.asked_llms).
CREATE FUNCTION releases_llm_is_told(llm bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT COALESCE(bool_or(kind <> 'judge'), true) FROM probes_endpoint WHERE llm_id = llm
$$;

CREATE FUNCTION releases_tell_llm() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.slug <> NEW.slug) THEN
        PERFORM releases_tell('model', OLD.slug, 'withdrawn');
    END IF;
    IF TG_OP <> 'DELETE' AND releases_llm_is_told(NEW.id) THEN
        PERFORM releases_tell('model', NEW.slug, CASE WHEN TG_OP = 'INSERT' OR OLD.slug <> NEW.slug
            THEN 'published' ELSE 'changed' END);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER probes_llm_told AFTER INSERT OR DELETE ON probes_llm FOR EACH ROW EXECUTE FUNCTION releases_tell_llm();
CREATE TRIGGER probes_llm_told_anew AFTER UPDATE ON probes_llm FOR EACH ROW
    WHEN ((OLD.slug, OLD.name, OLD.maker, OLD.maker_country, OLD.open_weights, OLD.url, OLD.remark)
        IS DISTINCT FROM (NEW.slug, NEW.name, NEW.maker, NEW.maker_country, NEW.open_weights, NEW.url, NEW.remark))
    EXECUTE FUNCTION releases_tell_llm();

CREATE FUNCTION releases_tell_endpoint() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was boolean := TG_OP <> 'INSERT' AND OLD.kind <> 'judge';
    now_is boolean := TG_OP <> 'DELETE' AND NEW.kind <> 'judge';
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.slug <> NEW.slug THEN
        PERFORM releases_tell_row('endpoint', OLD.slug, was, false, false);
        PERFORM releases_tell_row('endpoint', NEW.slug, false, now_is, false);
    ELSE
        PERFORM releases_tell_row('endpoint', COALESCE(NEW.slug, OLD.slug), was, now_is, true);
    END IF;
    -- A model's row has its endpoints in it. Where the first is a judge, the model is none of those asked after all.
    PERFORM releases_tell('model', slug, CASE WHEN releases_llm_is_told(id) THEN 'changed' ELSE 'withdrawn' END)
    FROM probes_llm WHERE id IN (OLD.llm_id, NEW.llm_id)
        AND (was OR now_is OR NOT releases_llm_is_told(id));
    RETURN NULL;
END $$;
CREATE TRIGGER probes_endpoint_told AFTER INSERT OR DELETE ON probes_endpoint FOR EACH ROW
    EXECUTE FUNCTION releases_tell_endpoint();
CREATE TRIGGER probes_endpoint_told_anew AFTER UPDATE ON probes_endpoint FOR EACH ROW
    WHEN ((OLD.slug, OLD.llm_id, OLD.kind, OLD.protocol, OLD.status)
        IS DISTINCT FROM (NEW.slug, NEW.llm_id, NEW.kind, NEW.protocol, NEW.status))
    EXECUTE FUNCTION releases_tell_endpoint();

CREATE FUNCTION releases_tell_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM releases_tell_row('round', COALESCE(NEW.number, OLD.number)::text, TG_OP <> 'INSERT', TG_OP <> 'DELETE', true);
    RETURN NULL;
END $$;
CREATE TRIGGER probes_round_told AFTER INSERT OR UPDATE OR DELETE ON probes_round FOR EACH ROW
    EXECUTE FUNCTION releases_tell_round();
"""

RELEASES = """
CREATE FUNCTION releases_tell_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM releases_tell('release', NEW.version, 'published');
    RETURN NULL;
END $$;
CREATE TRIGGER releases_release_told AFTER UPDATE ON releases_release FOR EACH ROW
    WHEN (NEW.status = 'published' AND OLD.status <> 'published') EXECUTE FUNCTION releases_tell_release();

CREATE FUNCTION releases_tell_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM releases_tell('release', version, 'changed') FROM releases_release WHERE id = NEW.release_id;
    RETURN NULL;
END $$;
CREATE TRIGGER releases_edition_told AFTER INSERT ON releases_edition FOR EACH ROW
    EXECUTE FUNCTION releases_tell_edition();
"""

# What is public when the feed begins comes first in it.
BEGINNING = """
INSERT INTO releases_change (transaction, at, noun, key, verb)
SELECT 0, transaction_timestamp(), noun, key, 'published' FROM (
    SELECT 1 AS place, 'model' AS noun, slug::text AS key FROM probes_llm WHERE releases_llm_is_told(id)
    UNION ALL SELECT 2, 'endpoint', slug::text FROM probes_endpoint WHERE kind <> 'judge'
    UNION ALL SELECT 3, 'round', number::text FROM probes_round
    UNION ALL SELECT 4, 'prompt', id::text FROM prompts_prompt WHERE status = 'approved'
    UNION ALL SELECT 5, 'answer', public_id::text FROM probes_answer answer WHERE releases_answer_is_told(answer)
    UNION ALL SELECT 6, 'release', version::text FROM releases_release WHERE status = 'published'
) there ORDER BY place, key;
"""

BACK = """
DROP TRIGGER releases_edition_told ON releases_edition;
DROP TRIGGER releases_release_told ON releases_release;
DROP TRIGGER probes_round_told ON probes_round;
DROP TRIGGER probes_endpoint_told_anew ON probes_endpoint;
DROP TRIGGER probes_endpoint_told ON probes_endpoint;
DROP TRIGGER probes_llm_told_anew ON probes_llm;
DROP TRIGGER probes_llm_told ON probes_llm;
DROP TRIGGER prompts_family_told ON prompts_family;
DROP TRIGGER prompts_prompt_told ON prompts_prompt;
DROP TRIGGER probes_probe_told_gone ON probes_probe;
DROP TRIGGER probes_probe_told_anew ON probes_probe;
DROP TRIGGER probes_probe_told ON probes_probe;
DROP TRIGGER annotations_adjudication_told ON annotations_adjudication;
DROP TRIGGER annotations_consensus_told_anew ON annotations_consensus;
DROP TRIGGER annotations_consensus_told ON annotations_consensus;
DROP TRIGGER probes_answer_told_gone ON probes_answer;
DROP TRIGGER probes_answer_told_anew ON probes_answer;
DROP TRIGGER probes_answer_told ON probes_answer;
DROP FUNCTION releases_tell_edition, releases_tell_release, releases_tell_round, releases_tell_endpoint,
    releases_tell_llm, releases_llm_is_told, releases_tell_family, releases_tell_prompt, releases_tell_giver,
    releases_tell_beside, releases_tell_answer, releases_tell_if_finished, releases_answer_is_told, releases_tell_row,
    releases_tell, releases_change_fence, releases_change_number;
DROP SEQUENCE releases_change_epoch;
"""


class Migration(migrations.Migration):
    dependencies = [("releases", "0004_editions")]

    operations = [
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["noun", "key", "transaction", "id"], name="change_latest"),
        ),
        migrations.RunSQL(FEED + ANSWERS + PROMPTS + MODELS + RELEASES + BEGINNING, BACK),
    ]
