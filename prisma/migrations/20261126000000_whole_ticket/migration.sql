-- AlterTable
ALTER TABLE "links" ADD COLUMN "life" JSONB;

-- AlterTable
ALTER TABLE "conflicts" ADD COLUMN "decided_at" TIMESTAMPTZ(3),
ADD COLUMN "decided_by" TEXT COLLATE "C";

-- CreateIndex
CREATE INDEX "links_holds_idx" ON "links" USING GIN ("holds" jsonb_path_ops);

-- CreateIndex
CREATE INDEX "children_source_id_idx" ON "children"("source_id");

-- CreateIndex
CREATE INDEX "children_counterpart_id_idx" ON "children"("counterpart_id");

-- CreateTable
CREATE TABLE "proposals" (
    "id" TEXT COLLATE "C" NOT NULL,
    "pair" TEXT COLLATE "C" NOT NULL,
    "servicenow_id" TEXT COLLATE "C" NOT NULL,
    "salesforce_id" TEXT COLLATE "C" NOT NULL,
    "servicenow_number" TEXT COLLATE "C",
    "salesforce_number" TEXT COLLATE "C",
    "why" JSONB NOT NULL,
    "status" TEXT COLLATE "C" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "proposals_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "unmatched" (
    "pair" TEXT COLLATE "C" NOT NULL,
    "side" TEXT COLLATE "C" NOT NULL,
    "field" TEXT COLLATE "C" NOT NULL,
    "value" TEXT COLLATE "C" NOT NULL,
    "label" TEXT COLLATE "C",
    "why" TEXT COLLATE "C" NOT NULL,
    "times" INTEGER NOT NULL,
    "link_id" TEXT COLLATE "C",
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "unmatched_pkey" PRIMARY KEY ("pair","side","field","value")
);

-- CreateTable
CREATE TABLE "sessions" (
    "hash" TEXT COLLATE "C" NOT NULL,
    "token_id" TEXT COLLATE "C" NOT NULL,
    "role" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "csrf" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "leases" (
    "name" TEXT COLLATE "C" NOT NULL,
    "holder" TEXT COLLATE "C" NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,
    "state" JSONB NOT NULL,

    CONSTRAINT "leases_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "side_limits" (
    "side" TEXT COLLATE "C" NOT NULL,
    "state" JSONB NOT NULL,

    CONSTRAINT "side_limits_pkey" PRIMARY KEY ("side")
);

-- CreateIndex
CREATE UNIQUE INDEX "proposals_pair_servicenow_id_salesforce_id_key" ON "proposals"("pair", "servicenow_id", "salesforce_id");

-- CreateIndex
CREATE INDEX "proposals_pair_salesforce_id_idx" ON "proposals"("pair", "salesforce_id");

-- CreateIndex
CREATE INDEX "proposals_status_id_idx" ON "proposals"("status", "id");

-- CreateIndex
CREATE INDEX "unmatched_last_at_idx" ON "unmatched"("last_at");

-- CreateIndex
CREATE INDEX "sessions_ends_at_idx" ON "sessions"("ends_at");

-- What people did is only ever added to, by whatever role. (\073 is a semicolon: the engine that applies this splits at each.)
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
E'BEGIN RAISE EXCEPTION ''rows of the audit trail are only ever added'' USING ERRCODE = ''42501''\073 END';

-- CreateTrigger
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit"
FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
