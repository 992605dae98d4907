import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import type { Settings } from '../../config/settings.ts';
import type { StoredToken } from '../../connectors/credentials.ts';
import { ConnectorError } from '../../connectors/errors.ts';
import { type Side, sides } from '../../core/side.ts';
import { sideNames } from '../../observability/words.ts';
import { systemClock } from '../../system.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { allSettings, type Flags, type Session, withStore } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import type { World } from '../world.ts';
import { type Loopback, openLoopback } from './auth/loopback.ts';
import { openBrowser } from './auth/open-browser.ts';
import { storeToken } from './auth/store-token.ts';

interface AuthFlags extends Flags {
  readonly port: string;
  readonly printUrl?: boolean;
}

/** Part of the redirect address that is registered with both applications, so it does not change by itself. */
const usualPort = 8485;
const waitMinutes = 10;

export function authCommand(world: World): Command {
  const auth = new Command('auth')
    .summary('log in to a side in the browser')
    .description('Log in to a side in the browser: authorization code with PKCE');
  for (const side of sides) auth.addCommand(authSide(world, side));
  return auth;
}

function authSide(world: World, side: Side): Command {
  return command(side, `log in to ${sideNames[side]} in the browser and store the token, encrypted`, {
    examples: [`auth ${side}`, `auth ${side} --print-url`, `auth ${side} --port 9000 --json`],
    exits: [0, 2, 3, 4, 5, 130],
  })
    .option('--port <port>', `where the browser comes back to: http://localhost:<port>/callback`, String(usualPort))
    .option('--print-url', 'only print the address to open, and wait')
    .action((flags: AuthFlags) => act(world, flags, (session) => authorize(session, side, flags)));
}

async function authorize(session: Session, side: Side, flags: AuthFlags): Promise<ExitCode> {
  const { out, world } = session;
  const settings = settingsFor(session, side);
  // Opened before the browser: a database that is away must not cost a login.
  return withStore(session, async (store) => {
    const token = await login(session, settings, side, flags);
    await storeToken(store.tokens, side, token, world.now());
    if (out.json) await out.line({ side, stored: true, expiresAt: token.expiresAt, instance: token.instanceUrl });
    else
      await out.text(
        `${sideNames[side]} has let us in, and the token is stored. "casebridge doctor" looks at the rights it has.`,
      );
    return world.interrupt.signal.aborted ? exitCodes.interrupted : exitCodes.done;
  });
}

/** Settings that are missing are told by allSettings, the key for the token among them. */
function settingsFor(session: Session, side: Side): Settings {
  const settings = allSettings(session);
  const { kind } = settings[side].auth;
  if (kind !== 'authorization_code') {
    const name = `${side.toUpperCase()}_AUTH`;
    throw new UsageError(
      `${name} is ${kind}, which needs no browser; set ${name}=authorization_code to log in with one.`,
    );
  }
  if (settings.secretKey === null) {
    throw new UsageError(
      'CASEBRIDGE_SECRET_KEY is not set, and the token is stored encrypted; "casebridge keygen" prints one.',
    );
  }
  return settings;
}

/**
 * Sends a person through the browser. State and verifier are drawn anew for every login and never leave this process but for their
 * one use.
 */
export async function login(
  session: Session,
  settings: Settings,
  side: Side,
  flags: { readonly port: string; readonly printUrl?: boolean },
): Promise<StoredToken> {
  const state = randomBytes(32).toString('base64url');
  const codeVerifier = randomBytes(32).toString('base64url');
  const loopback = await listen(portOf(flags.port), state);
  try {
    const { redirectUri } = loopback;
    const desk = await deskOf(settings, side);
    await show(session, desk.url({ redirectUri, state, codeVerifier }), flags.printUrl === true);
    const code = await codeFrom(session, side, loopback);
    return await desk.redeem({ code, redirectUri, codeVerifier });
  } finally {
    await loopback.close();
  }
}

interface Authorizer {
  url(request: { readonly redirectUri: string; readonly state: string; readonly codeVerifier: string }): string;
  redeem(answer: {
    readonly code: string;
    readonly redirectUri: string;
    readonly codeVerifier: string;
  }): Promise<StoredToken>;
}

/** Loaded here: the connectors are heavy, and `--help` needs none of them. */
async function deskOf(settings: Settings, side: Side): Promise<Authorizer> {
  if (side === 'servicenow') {
    const { authorizationUrl, redeemCode } = await import('../../connectors/servicenow/authorize.ts');
    return {
      url: (request) => authorizationUrl(settings.servicenow, request),
      redeem: (answer) => redeemCode(settings.servicenow, systemClock, answer),
    };
  }
  const { authorizationUrl, redeemCode } = await import('../../connectors/salesforce/authorize.ts');
  return {
    url: (request) => authorizationUrl(settings.salesforce, request),
    redeem: (answer) => redeemCode(settings.salesforce, systemClock, answer),
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new UsageError(`--port is a number from 1 to 65535, not "${text}".`);
}

async function listen(port: number, state: string): Promise<Loopback> {
  try {
    return await openLoopback({ port, state });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    throw new UsageError(
      `Port ${port} cannot be used on this machine (${code}); name another with --port, and register http://localhost:<port>/callback.`,
    );
  }
}

/** The address is shown in any case: the browser that opens may be the wrong one. */
async function show({ out }: Session, url: string, onlyPrint: boolean): Promise<void> {
  if (onlyPrint && out.json) await out.line({ url });
  else if (onlyPrint) await out.text(url);
  const opened = !onlyPrint && (await openBrowser(url));
  out.note(
    opened
      ? `Your browser opens; if not, open this: ${url}`
      : onlyPrint
        ? 'Open this address on this machine.'
        : `Open this address: ${url}`,
  );
}

async function codeFrom({ world }: Session, side: Side, loopback: Loopback): Promise<string> {
  const tooLate = AbortSignal.timeout(waitMinutes * 60_000);
  try {
    const back = await loopback.cameBack(AbortSignal.any([tooLate, world.interrupt.signal]));
    if (back.kind === 'code') return back.code;
    throw new ConnectorError('Unauthorized', {
      side,
      executed: 'no',
      cause: 'authorisation-denied',
      answer: back.words,
    });
  } catch (error) {
    if (!tooLate.aborted) throw error;
    throw new UsageError(`Nobody came back from the browser within ${waitMinutes} minutes; start again.`);
  }
}
