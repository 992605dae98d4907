import type { ChildSystem } from '../children.ts';
import { createFiles } from './files.ts';
import { post } from './post.ts';
import type { Session } from './session.ts';

/** Comments and files of one org. */
export function createChildren(session: Session): ChildSystem {
  return { post: (requests, sending) => post(session, requests, sending), ...createFiles(session) };
}
