import { createHmac } from 'node:crypto';
import type { Secret } from '../../config/secret.ts';
import type { FieldValue } from '../../core/record.ts';
import { SecretKeyMissing, ValuesSealedWithAnotherKey } from '../prisma/errors.ts';
import { seal, sealKey, type SealKey, unseal } from '../prisma/seal.ts';

/** Seals and opens single values. `context` names the place that a value is bound to: elsewhere it does not open. */
export interface ValueSeal {
  /** Empty stays empty. Throws SecretKeyMissing where there is no key. */
  close(value: FieldValue, context: string): FieldValue;
  /** The value itself where it was not sealed. Throws where the key that it was sealed with is not there. */
  open(value: FieldValue, context: string): FieldValue;
  /** True for what `close` makes. */
  isSealed(value: FieldValue): boolean;
  /** A value that is kept as it is, made such that it is never taken for a sealed one. */
  plain(value: FieldValue, context: string): FieldValue;
}

const mark = '\u0001casebridge sealed:';

function isSealed(value: FieldValue): value is string {
  return typeof value === 'string' && value.startsWith(mark);
}

/**
 * The nonce is made of the value and its place, so that the same value in the same place is the same text: a conflict that is found
 * again after a crash is known by its values. Whoever reads the database learns that a value is what it was before, and no more.
 */
function nonceOf(key: SealKey, plain: string, context: string): Buffer {
  return createHmac('sha256', key.bytes)
    .update(`casebridge value nonce\0${context}\0${plain}`)
    .digest()
    .subarray(0, 12);
}

/** The previous key opens and never seals. Throws SecretKeyInvalid. */
export function createValueSeal(keys: {
  readonly present: Secret | null;
  readonly previous: Secret | null;
}): ValueSeal {
  const present = keys.present === null ? null : sealKey(keys.present);
  const previous = keys.previous === null ? null : sealKey(keys.previous);

  const close = (value: FieldValue, context: string): FieldValue => {
    if (value === null || value === '') return value;
    if (present === null) throw new SecretKeyMissing('a field is sensitive and CASEBRIDGE_SECRET_KEY is not set');
    const plain = JSON.stringify(value);
    const { keyId, sealed } = seal(present, plain, context, nonceOf(present, plain, context));
    return `${mark}${keyId}:${sealed}`;
  };

  return {
    close,
    isSealed,
    plain: (value, context) => {
      if (!isSealed(value)) return value;
      return present === null ? value.slice(1) : close(value, context);
    },
    open: (value, context) => {
      if (!isSealed(value)) return value;
      const [keyId, sealed = ''] = value.slice(mark.length).split(':');
      const key = [present, previous].find((one) => one?.id === keyId);
      if (key === undefined || key === null) throw new ValuesSealedWithAnotherKey(present === null);
      try {
        return JSON.parse(unseal(key, sealed, context)) as FieldValue;
      } catch (cause) {
        throw new ValuesSealedWithAnotherKey(false, { cause });
      }
    },
  };
}
