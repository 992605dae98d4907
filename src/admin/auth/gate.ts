import type { FastifyRequest } from 'fastify';
import type { Secret } from '../../config/secret.ts';
import { hashOf } from '../../operate/tokens.ts';
import type { AdminRecords, AdminRole } from '../../store/store.ts';
import type { Who } from '../context.ts';
import { ApiProblem } from '../problem.ts';
import type { Access } from '../routes/route.ts';
import { secretIn } from './cookie.ts';
import type { Hosts } from './hosts.ts';
import { createSessions, freshMs, isCsrf, type Opened } from './sessions.ts';
import { createThrottle } from './throttle.ts';
import { createTokens, type TokenOwner } from './tokens.ts';

export interface GateOptions {
  readonly records: AdminRecords;
  readonly token: Secret | null;
  readonly hosts: Hosts;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A guess that failed; told for the audit trail. */
  readonly onFailure: (from: string) => void;
}

/** Decides who may come in. */
export interface Gate {
  /** Whoever asks, where they may; throws ApiProblem otherwise. Null on routes that ask for nobody. */
  enter(request: FastifyRequest, access: Access, anyHost?: boolean): Promise<Who | null>;
  /** Throws ApiProblem where the login of this session is too long ago for a risky act. A token comes with each of its acts. */
  checkFresh(who: Who | null): void;
  /** Opens a session, in place of the one that the request came with. */
  login(token: string, request: FastifyRequest): Promise<Opened>;
  logout(hash: string): Promise<void>;
  isHttps(request: FastifyRequest): boolean;
  /** Whether who came in may still be here. */
  isStillIn(who: Who): Promise<boolean>;
}

const ranks: Readonly<Record<AdminRole, number>> = { viewer: 0, operator: 1, admin: 2 };
/** Tokens that were good within the last hour are let through while their address has to wait for another's guesses. */
const trustMs = 3_600_000;

export function createGate(options: GateOptions): Gate {
  const { hosts, now } = options;
  const sessions = createSessions(options.records, now);
  const tokens = createTokens(options.records, options.token);
  const throttle = createThrottle(now);
  const trusted = new Map<string, number>();

  /** Looks a token up, slowly where others from this address were wrong. Throws ApiProblem. */
  async function ownerOf(token: string, from: string): Promise<TokenOwner> {
    const hash = hashOf(token);
    const known = (trusted.get(hash) ?? 0) + trustMs > now();
    const waitMs = known ? 0 : throttle.waitMs(from);
    if (waitMs > 0) throw tooMany(waitMs);
    const owner = await tokens.owner(token);
    if (owner === null) {
      trusted.delete(hash);
      throttle.failed(from);
      options.onFailure(from);
      throw new ApiProblem(401, 'This token is not known, or was revoked; "casebridge tokens add" makes one.');
    }
    throttle.succeeded(from);
    if (trusted.size > 1000) trusted.clear();
    trusted.set(hash, now());
    return owner;
  }

  async function byToken(token: string, from: string): Promise<Who> {
    const { id, name, role } = await ownerOf(token, from);
    return { name, role, via: 'token', tokenId: id, session: null };
  }

  async function bySession(secret: string): Promise<Who | null> {
    const row = await sessions.find(secret);
    if (row === null || !tokens.isCurrent(row.tokenId)) return null;
    const session = { hash: row.hash, secret, createdAt: row.createdAt, endsAt: row.endsAt };
    return { name: row.name, role: row.role, via: 'session', tokenId: row.tokenId, session };
  }

  async function identify(request: FastifyRequest): Promise<Who> {
    const { authorization, cookie } = request.headers;
    if (authorization !== undefined) {
      const token = /^Bearer ([\x21-\x7e]{1,500})$/i.exec(authorization)?.[1];
      if (token === undefined) throw new ApiProblem(401, 'Send the token as "Authorization: Bearer <token>".');
      return byToken(token, request.ip);
    }
    const secret = secretIn(cookie, isHttps(request));
    if (secret === null) throw new ApiProblem(401, 'Log in first, or send a token as "Authorization: Bearer <token>".');
    const who = await bySession(secret);
    if (who === null) throw new ApiProblem(401, 'The session has ended; log in again.');
    if (!isSafe(request.method)) await checkForgery(request, secret);
    return who;
  }

  async function checkForgery(request: FastifyRequest, secret: string): Promise<void> {
    const given = request.headers['x-csrf-token'];
    const row = await options.records.sessionByHash(hashOf(secret));
    if (row !== null && isCsrf(row, typeof given === 'string' ? given : undefined)) return;
    throw new ApiProblem(
      403,
      'The header x-csrf-token is missing or not the one of this session; GET /api/session tells it.',
      { type: '/problems/csrf' },
    );
  }

  const isHttps = (request: FastifyRequest): boolean => hosts.isHttps(request.headers.host);

  return {
    isHttps,
    enter: async (request, access, anyHost = false) => {
      if (!anyHost || hosts.local) checkPlace(request, hosts);
      if (access === 'open' || access === 'signed') return null;
      const who = await identify(request);
      if (ranks[who.role] >= ranks[access]) return who;
      throw new ApiProblem(403, `This needs the role ${access}; ${who.name} has the role ${who.role}.`);
    },
    checkFresh: (who) => {
      if (who === null || who.session === null || Date.parse(who.session.createdAt) + freshMs > now()) return;
      const minutes = freshMs / 60_000;
      throw new ApiProblem(403, `This asks for a login of the last ${minutes} minutes: give your token again.`, {
        type: '/problems/login-again',
      });
    },
    login: async (token, request) => {
      const opened = await sessions.open(await ownerOf(token, request.ip));
      const before = secretIn(request.headers.cookie, isHttps(request));
      if (before !== null) await sessions.end(hashOf(before));
      return opened;
    },
    logout: (hash) => sessions.end(hash),
    isStillIn: async (who) => {
      if (who.session !== null) return (await bySession(who.session.secret)) !== null;
      if (who.tokenId.startsWith('setting:')) return tokens.isCurrent(who.tokenId);
      return (await options.records.tokens()).some(({ id, revokedAt }) => id === who.tokenId && revokedAt === null);
    },
  };
}

/** A request for another host, or from another page, is none of ours, whatever it carries. */
function checkPlace(request: FastifyRequest, hosts: Hosts): void {
  const { host, origin } = request.headers;
  if (!hosts.isOurs(host)) {
    throw new ApiProblem(421, 'This address is not one of ours; name it in CASEBRIDGE_ADMIN_ORIGINS if it should be.');
  }
  if (isSafe(request.method)) return;
  const site = request.headers['sec-fetch-site'];
  const foreign = origin !== undefined && !hosts.mayChange(origin, host ?? '');
  if (foreign || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
    throw new ApiProblem(403, 'Another page may not change anything here.');
  }
}

function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

function tooMany(waitMs: number): ApiProblem {
  const seconds = Math.ceil(waitMs / 1000);
  return new ApiProblem(429, `Too many wrong tokens from your address; try again in ${seconds} s.`, {
    retryAfter: seconds,
  });
}
