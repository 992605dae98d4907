import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import { SecretKeyInvalid } from '../../src/store/prisma/errors.ts';
import { seal, sealKey, unseal } from '../../src/store/prisma/seal.ts';

const keyOf = (): ReturnType<typeof sealKey> => sealKey(new Secret(randomBytes(32).toString('base64')));

describe('a sealed text', () => {
  it('opens to what it was, with its key and in its place', () => {
    const key = keyOf();
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (plain, place) => {
        const { sealed, keyId } = seal(key, plain, place, randomBytes(12));
        expect(keyId).toBe(key.id);
        expect(unseal(key, sealed, place)).toBe(plain);
        expect(() => unseal(key, sealed, `${place}.`)).toThrow();
        expect(() => unseal(keyOf(), sealed, place)).toThrow();
      }),
      { numRuns: 200 },
    );
  });

  it('does not open with any of its bits turned, cut off or added', () => {
    const key = keyOf();
    const bytes = Buffer.from(
      seal(key, 'refresh-5Aep861', 'casebridge token salesforce 3', randomBytes(12)).sealed,
      'base64',
    );
    const opens = (changed: Buffer): boolean => {
      try {
        unseal(key, changed.toString('base64'), 'casebridge token salesforce 3');
        return true;
      } catch {
        return false;
      }
    };
    expect(opens(bytes)).toBe(true);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const turned = Buffer.from(bytes);
      turned.writeUInt8(turned.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(opens(turned), `bit ${bit}`).toBe(false);
    }
    for (let length = 0; length < bytes.length; length += 1) expect(opens(bytes.subarray(0, length))).toBe(false);
    expect(opens(Buffer.concat([bytes, Buffer.alloc(1)]))).toBe(false);
  });

  it('of one side or version is none of another', () => {
    const key = keyOf();
    const { sealed } = seal(key, 'x', 'casebridge token servicenow 1', randomBytes(12));
    for (const place of [
      'casebridge token salesforce 1',
      'casebridge token servicenow 2',
      'casebridge token servicenow 11',
      '',
    ]) {
      expect(() => unseal(key, sealed, place)).toThrow();
    }
  });

  it('says nothing of what is in it, nor of its key, and differs each time', () => {
    const key = keyOf();
    const texts = new Set(Array.from({ length: 1000 }, () => seal(key, 'c4n4ry', 'x', randomBytes(12)).sealed));
    expect(texts.size).toBe(1000);
    const all = [...texts].map((text) => Buffer.from(text, 'base64').toString('latin1')).join('');
    expect(all).not.toContain('c4n4ry');
    expect(key.bytes.toString('hex')).not.toContain(key.id);
    expect(key.bytes.toString('base64')).not.toContain(key.id);
  });
});

describe('a key', () => {
  it.each([
    '',
    ' ',
    'password',
    'x'.repeat(43) + '!',
    randomBytes(16).toString('base64'),
    randomBytes(33).toString('base64'),
  ])('is not %j', (text) => {
    expect(() => sealKey(new Secret(text))).toThrow(SecretKeyInvalid);
  });

  it('is never quoted by its refusal', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), (text) => {
        try {
          sealKey(new Secret(text));
        } catch (error) {
          expect(error).toBeInstanceOf(SecretKeyInvalid);
          expect(String(error)).toBe('SecretKeyInvalid: CASEBRIDGE_SECRET_KEY must be 32 bytes in base64');
        }
      }),
    );
  });
});
