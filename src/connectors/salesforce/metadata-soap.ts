import type { Connection } from 'jsforce';
import { ConnectorError } from '../errors.ts';
import { vendorFailure, wireFailure } from './errors.ts';
import type { Session } from './session.ts';
import { OneExchange, type Wire, WireError } from './transport.ts';

/**
 * Speaks to the Metadata API through jsforce, over our own wire. Rejects with ConnectorError: a SOAP fault is an HTTP 500 whose
 * `faultcode` is the vendor's code behind a prefix (`sf:INSUFFICIENT_ACCESS`).
 */
export async function viaMetadata<T>(
  session: Session,
  wire: Wire,
  request: string,
  use: (metadata: Connection['metadata']) => Promise<T>,
): Promise<T> {
  const exchange = new OneExchange(wire);
  // A service never speaks it: loading it gives every connection its `metadata`.
  await import('jsforce/lib/api/metadata.js');
  const connection = await session.connection(exchange);
  try {
    return await use(connection.metadata);
  } catch (error) {
    throw failureOf(error, exchange, request);
  }
}

function failureOf(error: unknown, exchange: OneExchange, request: string): unknown {
  if (exchange.failure instanceof WireError) return wireFailure(exchange.failure, request);
  if (!(error instanceof Error)) return error;
  const { statusCode } = exchange.answer ?? {};
  // jsforce's own refusal, before anything is sent (its soap.ts): SOAP takes no JWT access tokens below API version 68.
  if (statusCode === undefined && error.message.includes('JWT-based access tokens')) {
    return new ConnectorError('Rejected', { side: 'salesforce', executed: 'no', request, cause: 'soap-without-jwt' });
  }
  const code = 'errorCode' in error && typeof error.errorCode === 'string' ? error.errorCode.replace(/^\w+:/, '') : '';
  if (code === '') return error;
  const message = error.message.replace(`${code}: `, '');
  return vendorFailure([{ code, message, fields: [] }], request, statusCode);
}
