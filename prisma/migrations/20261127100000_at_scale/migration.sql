-- Lists of a million links: decision 0020. (\073 is a semicolon: the engine that applies this splits at each.)

-- AlterTable: the title by itself. An index over the base would be written anew with every change of any field.
ALTER TABLE "links" ADD COLUMN "title" TEXT GENERATED ALWAYS AS ("servicenow_base" #>> '{fields,short_description}') STORED;

-- CreateIndex: any list of links by any of their filters, in the order of ids.
CREATE INDEX "links_pair_status_id_idx" ON "links"("pair", "status", "id");

-- DropIndex
DROP INDEX "links_status_id_idx";

-- CreateIndex: what became of records, and those links of it that live on.
CREATE INDEX "links_ended_idx" ON "links"("pair", ("life"->>'at')) WHERE "life" IS NOT NULL;
CREATE INDEX "links_living_life_idx" ON "links"("pair", ("life"->>'kind')) WHERE "life" IS NOT NULL AND "status" <> 'detached';

-- CreateIndex: any part of a title. The extension is trusted and comes with Postgres, yet not everybody may create it: the search is
-- then slower and finds the same.
DO E'
DECLARE
  place text\073
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm\073
  SELECT n.nspname INTO place FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = ''pg_trgm''\073
  EXECUTE format(''CREATE INDEX links_title_idx ON links USING gin (title %I.gin_trgm_ops)'', place)\073
EXCEPTION WHEN insufficient_privilege OR undefined_file OR undefined_object OR feature_not_supported OR invalid_parameter_value THEN
  RAISE NOTICE ''no index over titles: %'', SQLERRM\073
END';

-- CreateIndex
CREATE INDEX "conflicts_unsettled_idx" ON "conflicts"("id") WHERE "status" <> 'settled';
CREATE INDEX "conflicts_status_field_id_idx" ON "conflicts"("status", "field", "id");

-- CreateIndex
CREATE INDEX "quarantine_first_at_key_idx" ON "quarantine"("first_at", "key");
CREATE INDEX "quarantine_pair_first_at_key_idx" ON "quarantine"("pair", "first_at", "key");

-- CreateTable: how many links there are, as steps that are added up. Nobody waits for another's row.
CREATE TABLE "link_counts" (
    "id" BIGSERIAL NOT NULL,
    "pair" TEXT COLLATE "C" NOT NULL,
    "status" TEXT COLLATE "C" NOT NULL,
    "step" BIGINT NOT NULL,

    CONSTRAINT "link_counts_pkey" PRIMARY KEY ("id")
);

INSERT INTO "link_counts" ("pair", "status", "step") SELECT "pair", "status", count(*) FROM "links" GROUP BY "pair", "status";

CREATE FUNCTION links_added() RETURNS trigger LANGUAGE plpgsql AS
E'BEGIN INSERT INTO link_counts (pair, status, step) SELECT pair, status, count(*) FROM added GROUP BY pair, status\073 RETURN NULL\073 END';

CREATE FUNCTION links_removed() RETURNS trigger LANGUAGE plpgsql AS
E'BEGIN INSERT INTO link_counts (pair, status, step) SELECT pair, status, -count(*) FROM removed GROUP BY pair, status\073 RETURN NULL\073 END';

CREATE FUNCTION link_moved() RETURNS trigger LANGUAGE plpgsql AS
E'BEGIN INSERT INTO link_counts (pair, status, step) VALUES (OLD.pair, OLD.status, -1), (NEW.pair, NEW.status, 1)\073 RETURN NULL\073 END';

CREATE FUNCTION links_emptied() RETURNS trigger LANGUAGE plpgsql AS
E'BEGIN DELETE FROM link_counts\073 RETURN NULL\073 END';

CREATE TRIGGER links_added AFTER INSERT ON "links" REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION links_added();

CREATE TRIGGER links_removed AFTER DELETE ON "links" REFERENCING OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION links_removed();

CREATE TRIGGER link_moved AFTER UPDATE OF "status", "pair" ON "links" FOR EACH ROW
WHEN (OLD."status" IS DISTINCT FROM NEW."status" OR OLD."pair" IS DISTINCT FROM NEW."pair") EXECUTE FUNCTION link_moved();

CREATE TRIGGER links_emptied AFTER TRUNCATE ON "links" FOR EACH STATEMENT EXECUTE FUNCTION links_emptied();
