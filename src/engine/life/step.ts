import type { LifeDecision } from '../../core/life/decide-life.ts';
import type { SourceRecord } from '../../core/record.ts';
import type { LinkDecision } from '../work.ts';

/** Why nothing is done about a link until a person has said so. */
export type StopReason = 'too-many-deletes' | 'side-blind';

/** What is to be done about a link beside the merge of its fields. */
export type LifeStep =
  | Extract<LifeDecision, { readonly kind: 'back' | 'end' | 'over' }>
  /** The link goes over to the record that the other was merged into. */
  | (Extract<LifeDecision, { readonly kind: 'follow' }> & { readonly master: SourceRecord })
  | { readonly kind: 'stopped'; readonly why: StopReason };

export type LifeOf<Kind extends LifeStep['kind']> = Extract<LinkDecision, { readonly kind: 'life' }> & {
  readonly life: Extract<LifeStep, { readonly kind: Kind }>;
};

/** True for a decision about the life of a link, of this kind. */
export function isLife<Kind extends LifeStep['kind']>(
  decision: { readonly kind: string },
  kind: Kind,
): decision is LifeOf<Kind> {
  return decision.kind === 'life' && (decision as LinkDecision & { kind: 'life' }).life.kind === kind;
}
