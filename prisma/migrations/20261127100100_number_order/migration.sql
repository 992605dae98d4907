-- The first ids of a number's beginning, out of the index alone: a hundred thousand links may share it.

-- CreateIndex
CREATE INDEX "links_servicenow_number_id_idx" ON "links"("servicenow_number", "id");
CREATE INDEX "links_salesforce_number_id_idx" ON "links"("salesforce_number", "id");

-- DropIndex
DROP INDEX "links_servicenow_number_idx";
DROP INDEX "links_salesforce_number_idx";
