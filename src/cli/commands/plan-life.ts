import type { Link } from '../../core/link.ts';
import { otherSide } from '../../core/side.ts';
import type { LifeStep } from '../../engine/life/step.ts';
import { describeLife, describeSeen } from '../../observability/describe-life.ts';
import { oneLine, sideNames } from '../../observability/words.ts';

/** What a plan says about it. */
export function describeStep(link: Link, step: LifeStep): string {
  switch (step.kind) {
    case 'back':
      return 'both are there again: would be taken up where they were';
    case 'over':
      return describeLife(link);
    case 'stopped':
      return 'would be set aside until a person has said so';
    case 'follow':
      return `merged in ${sideNames[step.life.side]}: the link would go over to ${oneLine(step.master.number ?? step.master.id)}`;
    case 'end':
      return `${describeSeen(step.life)}: ${wouldDo(step)}`;
  }
}

function wouldDo({ act, life, survivor }: Extract<LifeStep, { readonly kind: 'end' }>): string {
  const across = sideNames[otherSide(life.side)];
  if (survivor === null || act === 'ignore') return `the ticket in ${across} would be let go`;
  switch (act) {
    case 'detach':
      return `the ticket in ${across} would be told so internally and let go`;
    case 'close':
      return `the ticket in ${across} would be closed`;
    case 'delete':
      return `the ticket in ${across} would be DELETED, too`;
  }
}
