import type { ChildSystem } from '../children.ts';
import type { Context } from './context.ts';
import { createFiles } from './files.ts';
import type { People } from './people.ts';
import { createPost } from './post.ts';

/** Comments, work notes and files of one instance. */
export function createChildren(context: Context, people: People): ChildSystem {
  return { post: createPost(context, people), ...createFiles(context) };
}
