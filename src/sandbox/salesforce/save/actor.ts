/** Who saves, and how. */
export interface Actor {
  readonly userId: string;
  /** `api`: an integration, held to its rights. `person`: someone at the desk. */
  readonly as: 'api' | 'person';
  /** `Sforce-Auto-Assign`: TRUE unless the request says FALSE (REST guide, Assignment Rule Header). */
  readonly autoAssign: boolean;
  /** Milliseconds for which the write stays invisible to others: a transaction that commits late. */
  readonly hideMs: number;
  /** The request, for faults that name one. */
  readonly request: { readonly method: string; readonly path: string };
}
