-- CreateIndex: the oldest settled conflicts, which are removed after a time.
CREATE INDEX "conflicts_settled_at_idx" ON "conflicts"("settled_at");
