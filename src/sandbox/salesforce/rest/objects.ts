import { notFound } from '../errors.ts';
import type { Org } from '../org/org.ts';
import type { ObjectSpec } from '../schema/field.ts';
import { findObject } from '../schema/schema.ts';

/** The object a path names, in any case. Throws 404 NOT_FOUND. */
export function objectOf(org: Org, name: string): ObjectSpec {
  const spec = findObject(name);
  if (spec === null || !org.rights.seesObject(spec.name)) throw notFound();
  return spec;
}
