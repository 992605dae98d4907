/**
 * Four tables at once, each with Cases of its own record type. The record type says which pair a Case belongs to, so that no Case gets
 * two tickets; without it `config check` refuses pairs that share an object.
 */
import { defineConfig, type PairConfig } from '../src/mapping/define-config.ts';
import changes from './change-case.config.ts';
import incidents from './incident-case.config.ts';
import problems from './problem-case.config.ts';
import requests from './request-case.config.ts';

const withType = (recordType: string, pairs: readonly PairConfig[]): readonly PairConfig[] =>
  pairs.map((pair) => ({ ...pair, salesforce: { ...pair.salesforce, recordType } }));

export default defineConfig({
  pairs: [...withType('Incident', incidents.pairs), ...requests.pairs, ...problems.pairs, ...changes.pairs],
});
