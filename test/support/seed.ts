import * as fc from 'fast-check';

/**
 * Properties draw from one seed, so that a red run is red for everybody: `TEST_SEED=<number>` names another, `TEST_SEED=random`
 * explores.
 */
const wanted = process.env['TEST_SEED'] ?? '20261125';

if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted) });
