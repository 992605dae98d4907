-- Ids and vendor texts are compared byte by byte (COLLATE "C"), so that paging by id means the same on every server.

-- CreateTable
CREATE TABLE "links" (
    "id" TEXT COLLATE "C" NOT NULL,
    "pair" TEXT COLLATE "C" NOT NULL,
    "servicenow_id" TEXT COLLATE "C" NOT NULL,
    "salesforce_id" TEXT COLLATE "C" NOT NULL,
    "servicenow_number" TEXT COLLATE "C",
    "salesforce_number" TEXT COLLATE "C",
    "origin" TEXT COLLATE "C" NOT NULL,
    "status" TEXT COLLATE "C" NOT NULL,
    "servicenow_base" JSONB NOT NULL,
    "salesforce_base" JSONB NOT NULL,
    "holds" JSONB NOT NULL DEFAULT '[]',
    "hops" JSONB NOT NULL DEFAULT '[]',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_synced_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "links_pkey" PRIMARY KEY ("id")
) WITH (fillfactor = 85);

-- CreateTable
CREATE TABLE "cursors" (
    "pair" TEXT COLLATE "C" NOT NULL,
    "side" TEXT COLLATE "C" NOT NULL,
    "at_stamp" TEXT COLLATE "C" NOT NULL,
    "at_id" TEXT COLLATE "C" NOT NULL,
    "complete_at" TEXT COLLATE "C",
    "deep_at" TEXT COLLATE "C",
    "walk" JSONB,
    "version" INTEGER NOT NULL,

    CONSTRAINT "cursors_pkey" PRIMARY KEY ("pair","side")
);

-- CreateTable
CREATE TABLE "pair_starts" (
    "pair" TEXT COLLATE "C" NOT NULL,
    "first_at" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "pair_starts_pkey" PRIMARY KEY ("pair")
);

-- CreateTable
CREATE TABLE "intents" (
    "id" TEXT COLLATE "C" NOT NULL,
    "pair" TEXT COLLATE "C" NOT NULL,
    "origin" TEXT COLLATE "C" NOT NULL,
    "origin_id" TEXT COLLATE "C" NOT NULL,
    "drawn_id" TEXT COLLATE "C" NOT NULL,
    "sent_at" TIMESTAMPTZ(3) NOT NULL,
    "probes" INTEGER NOT NULL DEFAULT 0,
    "probed_at" TIMESTAMPTZ(3),

    CONSTRAINT "intents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pending_writes" (
    "link_id" TEXT COLLATE "C" NOT NULL,
    "side" TEXT COLLATE "C" NOT NULL,
    "field" TEXT COLLATE "C" NOT NULL,
    "value" JSONB NOT NULL,
    "value_before" JSONB NOT NULL,
    "sent_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "pending_writes_pkey" PRIMARY KEY ("link_id","side","field")
);

-- CreateTable
CREATE TABLE "children" (
    "id" TEXT COLLATE "C" NOT NULL,
    "link_id" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "side" TEXT COLLATE "C" NOT NULL,
    "source_id" TEXT COLLATE "C" NOT NULL,
    "counterpart_id" TEXT COLLATE "C",
    "channel" TEXT COLLATE "C" NOT NULL,
    "hash" TEXT COLLATE "C" NOT NULL,
    "state" TEXT COLLATE "C" NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "children_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "conflicts" (
    "id" TEXT COLLATE "C" NOT NULL,
    "fingerprint" TEXT COLLATE "C" NOT NULL,
    "link_id" TEXT COLLATE "C" NOT NULL,
    "pair" TEXT COLLATE "C" NOT NULL,
    "servicenow_id" TEXT COLLATE "C" NOT NULL,
    "salesforce_id" TEXT COLLATE "C" NOT NULL,
    "servicenow_number" TEXT COLLATE "C",
    "salesforce_number" TEXT COLLATE "C",
    "field" TEXT COLLATE "C" NOT NULL,
    "rule" TEXT COLLATE "C" NOT NULL,
    "base" JSONB NOT NULL,
    "values" JSONB NOT NULL,
    "versions" JSONB NOT NULL,
    "writers" JSONB NOT NULL,
    "dates" JSONB,
    "winner" TEXT COLLATE "C",
    "why" TEXT COLLATE "C" NOT NULL,
    "status" TEXT COLLATE "C" NOT NULL,
    "decision" JSONB,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "conflicts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "history" (
    "id" BIGSERIAL NOT NULL,
    "link_id" TEXT COLLATE "C" NOT NULL,
    "run_id" TEXT COLLATE "C" NOT NULL,
    "field" TEXT COLLATE "C" NOT NULL,
    "from_side" TEXT COLLATE "C" NOT NULL,
    "to_side" TEXT COLLATE "C" NOT NULL,
    "value_before" JSONB NOT NULL,
    "value" JSONB NOT NULL,
    "because" TEXT COLLATE "C" NOT NULL,
    "by" TEXT COLLATE "C",
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "history_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "quarantine" (
    "key" TEXT COLLATE "C" NOT NULL,
    "pair" TEXT COLLATE "C" NOT NULL,
    "servicenow_id" TEXT COLLATE "C",
    "salesforce_id" TEXT COLLATE "C",
    "servicenow_number" TEXT COLLATE "C",
    "salesforce_number" TEXT COLLATE "C",
    "reason" JSONB NOT NULL,
    "attempts" INTEGER NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "next_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "quarantine_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "credentials" (
    "side" TEXT COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL,
    "key_id" TEXT COLLATE "C" NOT NULL,
    "sealed" TEXT COLLATE "C" NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "credentials_pkey" PRIMARY KEY ("side")
);

-- CreateTable
CREATE TABLE "runs" (
    "id" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "pair" TEXT COLLATE "C",
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "state" TEXT COLLATE "C" NOT NULL,
    "position" JSONB NOT NULL DEFAULT '{}',
    "counts" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pair_pauses" (
    "pair" TEXT COLLATE "C" NOT NULL,
    "reason" TEXT COLLATE "C" NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "pair_pauses_pkey" PRIMARY KEY ("pair")
);

-- CreateTable
CREATE TABLE "identities" (
    "side" TEXT COLLATE "C" NOT NULL,
    "instance" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "identities_pkey" PRIMARY KEY ("side")
);

-- CreateTable
CREATE TABLE "tokens" (
    "id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "role" TEXT COLLATE "C" NOT NULL,
    "hash" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT COLLATE "C" NOT NULL,
    "action" TEXT COLLATE "C" NOT NULL,
    "target" TEXT COLLATE "C",
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "links_status_id_idx" ON "links"("status", "id");

-- CreateIndex
CREATE INDEX "links_servicenow_id_idx" ON "links"("servicenow_id");

-- CreateIndex
CREATE INDEX "links_salesforce_id_idx" ON "links"("salesforce_id");

-- CreateIndex
CREATE INDEX "links_servicenow_number_idx" ON "links"("servicenow_number");

-- CreateIndex
CREATE INDEX "links_salesforce_number_idx" ON "links"("salesforce_number");

-- CreateIndex
CREATE UNIQUE INDEX "links_pair_servicenow_id_key" ON "links"("pair", "servicenow_id");

-- CreateIndex
CREATE UNIQUE INDEX "links_pair_salesforce_id_key" ON "links"("pair", "salesforce_id");

-- CreateIndex
CREATE INDEX "intents_sent_at_id_idx" ON "intents"("sent_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "intents_pair_origin_origin_id_key" ON "intents"("pair", "origin", "origin_id");

-- CreateIndex
CREATE INDEX "pending_writes_sent_at_idx" ON "pending_writes"("sent_at");

-- CreateIndex
CREATE INDEX "children_state_updated_at_idx" ON "children"("state", "updated_at");

-- CreateIndex
CREATE UNIQUE INDEX "children_link_id_kind_side_source_id_key" ON "children"("link_id", "kind", "side", "source_id");

-- CreateIndex
CREATE UNIQUE INDEX "conflicts_fingerprint_key" ON "conflicts"("fingerprint");

-- CreateIndex
CREATE INDEX "conflicts_link_id_status_idx" ON "conflicts"("link_id", "status");

-- CreateIndex
CREATE INDEX "conflicts_status_id_idx" ON "conflicts"("status", "id");

-- CreateIndex
CREATE INDEX "history_link_id_id_idx" ON "history"("link_id", "id");

-- CreateIndex
CREATE INDEX "history_run_id_id_idx" ON "history"("run_id", "id");

-- CreateIndex
CREATE INDEX "history_at_idx" ON "history"("at");

-- CreateIndex
CREATE INDEX "quarantine_next_at_idx" ON "quarantine"("next_at");

-- CreateIndex
CREATE INDEX "runs_kind_started_at_idx" ON "runs"("kind", "started_at" DESC);

-- CreateIndex
CREATE INDEX "runs_started_at_idx" ON "runs"("started_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "tokens_hash_key" ON "tokens"("hash");

-- CreateIndex
CREATE INDEX "audit_at_idx" ON "audit"("at");

-- CreateView: the link table for people with psql, in the columns of `casebridge links list --json`.
CREATE VIEW "link_table" AS
SELECT
    "id",
    "pair",
    "servicenow_id" AS "servicenowId",
    "salesforce_id" AS "salesforceId",
    "servicenow_number" AS "servicenowNumber",
    "salesforce_number" AS "salesforceNumber",
    "status",
    "last_synced_at" AS "lastSyncedAt"
FROM "links";
