import type { Channel, Comment } from '../children.ts';
import type { Side } from '../side.ts';
import type { ChannelRule, CommentRules } from './rules.ts';

/**
 * Where a comment goes that was written on `side`. Internal becomes public only where the rule of that name says so; feed posts and
 * e-mails never do. Every post passes here, follow-ups too.
 */
export function channelAcross(rules: CommentRules, side: Side, channel: Channel, kind: Comment['kind']): ChannelRule {
  if (kind === 'comment' && channel === 'public') return rules.channels[side].public;
  if (kind === 'comment' && rules.internalBecomesPublic[side]) return 'public';
  return rules.channels[side].internal === 'withhold' ? 'withhold' : 'internal';
}
