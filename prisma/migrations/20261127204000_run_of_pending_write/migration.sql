-- The run that sent a write, for the history of one whose answer was lost. Null for writes of an older version.

-- AlterTable
ALTER TABLE "pending_writes" ADD COLUMN "run_id" TEXT COLLATE "C";
