-- How many comments and files there are of each kind, as steps that are added up, like those of links: decision 0020. (\073 is a
-- semicolon: the engine that applies this splits at each.)

-- CreateTable
CREATE TABLE "child_counts" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "state" TEXT COLLATE "C" NOT NULL,
    "channel" TEXT COLLATE "C" NOT NULL,
    "step" BIGINT NOT NULL,

    CONSTRAINT "child_counts_pkey" PRIMARY KEY ("id")
);

INSERT INTO "child_counts" ("kind", "state", "channel", "step")
SELECT "kind", "state", "channel", count(*) FROM "children" GROUP BY "kind", "state", "channel";

CREATE FUNCTION children_added() RETURNS trigger LANGUAGE plpgsql AS
E'BEGIN INSERT INTO child_counts (kind, state, channel, step)
SELECT kind, state, channel, count(*) FROM added GROUP BY kind, state, channel\073 RETURN NULL\073 END';

CREATE FUNCTION children_removed() RETURNS trigger LANGUAGE plpgsql AS
E'BEGIN INSERT INTO child_counts (kind, state, channel, step)
SELECT kind, state, channel, -count(*) FROM removed GROUP BY kind, state, channel\073 RETURN NULL\073 END';

-- By statement: a batch of a thousand is one step from each state to the next.
CREATE FUNCTION children_moved() RETURNS trigger LANGUAGE plpgsql AS
E'BEGIN INSERT INTO child_counts (kind, state, channel, step)
SELECT kind, state, channel, sum(step) FROM (
  SELECT kind, state, channel, -1 AS step FROM removed UNION ALL SELECT kind, state, channel, 1 FROM added
) AS moved GROUP BY kind, state, channel HAVING sum(step) <> 0\073 RETURN NULL\073 END';

CREATE FUNCTION children_emptied() RETURNS trigger LANGUAGE plpgsql AS
E'BEGIN DELETE FROM child_counts\073 RETURN NULL\073 END';

-- Few people ask for these figures: whoever adds the thousandth step adds all up, unless somebody else does.
CREATE FUNCTION child_counts_grown() RETURNS trigger LANGUAGE plpgsql AS
E'BEGIN
  IF (SELECT max(id) / 1000 > (min(id) - 1) / 1000 FROM added)
    AND pg_try_advisory_xact_lock(hashtextextended(''casebridge child counts'', 0)) THEN
    WITH gone AS (DELETE FROM child_counts RETURNING kind, state, channel, step)
    INSERT INTO child_counts (kind, state, channel, step)
    SELECT kind, state, channel, sum(step) FROM gone GROUP BY kind, state, channel HAVING sum(step) <> 0\073
  END IF\073
  RETURN NULL\073
END';

CREATE TRIGGER child_counts_grown AFTER INSERT ON "child_counts" REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION child_counts_grown();

CREATE TRIGGER children_added AFTER INSERT ON "children" REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION children_added();

CREATE TRIGGER children_removed AFTER DELETE ON "children" REFERENCING OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION children_removed();

CREATE TRIGGER children_moved AFTER UPDATE ON "children" REFERENCING OLD TABLE AS removed NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION children_moved();

CREATE TRIGGER children_emptied AFTER TRUNCATE ON "children" FOR EACH STATEMENT EXECUTE FUNCTION children_emptied();
