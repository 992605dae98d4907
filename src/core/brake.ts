/** Whether new tickets may be created, or a person must say so first. */
export type BrakeDecision =
  { readonly kind: 'go' } | { readonly kind: 'stop'; readonly creates: number; readonly max: number };

export interface BrakeInput {
  /** Creates this walk has caused so far. */
  readonly created: number;
  /** Creates the batch at hand would add. */
  readonly adding: number;
  readonly max: number;
  /** A person has said that this load is wanted (`--yes`, resume in the dashboard). */
  readonly consent: boolean;
}

/**
 * More creates than a poll usually brings are far more often a wrong scope or a lost link table than the truth. Decided for
 * the whole batch before its first write: a batch over the limit creates nothing at all.
 */
export function brakeOnCreates(input: BrakeInput): BrakeDecision {
  const creates = input.created + input.adding;
  if (input.consent || input.adding === 0 || creates <= input.max) return { kind: 'go' };
  return { kind: 'stop', creates, max: input.max };
}
