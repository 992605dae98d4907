import type { FastifyRequest } from 'fastify';
import type { Instance } from './api.ts';
import { Refusal } from './refusal.ts';

/** Headers of every answer (table-list-incident-v2-unknown-params-rec, headers-table-get-2021-doc). */
export function standardHeaders(instance: Instance, request: FastifyRequest): Record<string, string> {
  const common = {
    // From the desk's own clock, which tests can set.
    Date: new Date(instance.now()).toUTCString(),
    Server: 'ServiceNow',
    'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
  };
  if (!request.url.startsWith('/api/')) return common;
  return {
    ...common,
    'X-Content-Type-Options': 'nosniff',
    Pragma: 'no-store,no-cache',
    'Cache-Control': 'no-cache,no-store,must-revalidate,max-age=-1',
    Expires: '0',
    'Server-Timing': 'sem_wait;dur=0, sesh_wait;dur=0',
    'X-Transaction-ID': instance.newId().slice(0, 12),
  };
}

export interface HourlyCount {
  hour: number;
  count: number;
}

/** Rule of the sandbox's one entry in sys_rate_limit_rules. */
const ruleId = '9b1f2c3ddb3a10102b6f9f8e3b961931';

/** Counts a request against the hourly rule: headers on every request that matches one, none without a rule (inbound-REST-API-rate-limiting). */
export function limitsOf(
  instance: Instance,
  hours: HourlyCount,
): { readonly headers: Record<string, string>; readonly refusal: Refusal | null } {
  const limit = instance.properties.hourlyLimit;
  if (limit === null) return { headers: {}, refusal: null };
  const hour = Math.floor(instance.now() / 3_600_000);
  if (hours.hour !== hour) Object.assign(hours, { hour, count: 0 });
  hours.count += 1;
  const headers = rateHeaders(limit, (hour + 1) * 3600);
  if (hours.count <= limit) return { headers, refusal: null };
  const wait = (hour + 1) * 3600 - Math.floor(instance.now() / 1000);
  return { headers: { ...headers, 'Retry-After': String(wait) }, refusal: rateRefusal(limit) };
}

export function rateHeaders(limit: number, resetSeconds: number): Record<string, string> {
  return { 'X-RateLimit-Limit': String(limit), 'X-RateLimit-Reset': String(resetSeconds), 'X-RateLimit-Rule': ruleId };
}

/** error-429-rate-limit-doc */
export function rateRefusal(limit: number): Refusal {
  return new Refusal(429, 'Rate limit exceeded', `Rate limit of ${limit} requests per hour for Table API exceeded`);
}
