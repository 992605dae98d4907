import type { Side } from '../../core/side.ts';
import { ConnectorError, type ConnectorErrorKind, type Executed } from '../errors.ts';

export type MemoryMethod =
  | 'changes'
  | 'read'
  | 'create'
  | 'update'
  | 'post'
  | 'open'
  | 'attach'
  | 'detach'
  | 'erase'
  | 'probe'
  | 'find'
  | 'fieldDates'
  | 'describe'
  | 'identity';

/** A call about to be made, or one item of a create or update. */
export interface MemoryCall {
  readonly method: MemoryMethod;
  /** `create`: the partner's id. `update`, `post`: the record's id. Null for a call as a whole. */
  readonly item: string | null;
}

export interface MemoryFault {
  /** Any method when left out. */
  readonly method?: MemoryMethod;
  /** Strikes this item alone; without it reads fail as a whole and writes item by item. */
  readonly item?: string;
  /** True: a create or update rejects as a whole, before anything is done. */
  readonly whole?: boolean;
  readonly error: ConnectorErrorKind;
  /**
   * `never` (default): the request is not carried out. `done`: it is, and its answer is lost. A number: it is carried out so
   * many milliseconds after we gave up on it.
   */
  readonly effect?: 'never' | 'done' | number;
  /** What the error says; by default `no` for `never` and `maybe` otherwise. */
  readonly executed?: Executed;
  readonly retryAfterMs?: number;
  readonly code?: string;
  readonly cause?: string;
  readonly fields?: readonly string[];
  /** How many times it strikes; for ever when left out. */
  readonly times?: number;
  /** Lets this many matching calls through first. */
  readonly skip?: number;
}

interface Armed {
  readonly fault: MemoryFault;
  skip: number;
  left: number;
}

/** The switches of one memory system. */
export class MemoryFaults {
  #armed: Armed[] = [];
  /** A fault drawn per call, asked when no armed one strikes; for generated tests. */
  draw: ((call: MemoryCall) => MemoryFault | null) | null = null;
  /** How often each kind has struck, by `<error>/<effect>`. */
  readonly fired: Record<string, number> = {};

  add(fault: MemoryFault): void {
    this.#armed.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#armed = [];
    this.draw = null;
  }

  /** The fault that strikes this call, used up by one. */
  strike(call: MemoryCall): MemoryFault | null {
    const fault = this.#fromArmed(call) ?? this.draw?.(call) ?? null;
    if (fault === null) return null;
    const effect = typeof fault.effect === 'number' ? 'late' : (fault.effect ?? 'never');
    const name = `${fault.error}/${effect}`;
    this.fired[name] = (this.fired[name] ?? 0) + 1;
    return fault;
  }

  #fromArmed(call: MemoryCall): MemoryFault | null {
    for (const armed of this.#armed) {
      if (armed.left <= 0 || !strikes(armed.fault, call)) continue;
      if (armed.skip > 0) {
        armed.skip -= 1;
        continue;
      }
      armed.left -= 1;
      return armed.fault;
    }
    return null;
  }
}

function strikes(fault: MemoryFault, call: MemoryCall): boolean {
  if (fault.method !== undefined && fault.method !== call.method) return false;
  if (fault.item !== undefined) return fault.item === call.item;
  const writes = call.method === 'create' || call.method === 'update' || call.method === 'post';
  return writes ? (call.item === null) === (fault.whole === true) : true;
}

/** The error a fault shows itself by. */
export function faultError(side: Side, fault: MemoryFault, request: string): ConnectorError {
  const { error, code, cause, fields, retryAfterMs } = fault;
  return new ConnectorError(error, {
    side,
    executed: fault.executed ?? ((fault.effect ?? 'never') === 'never' ? 'no' : 'maybe'),
    request,
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined ? {} : { cause }),
    ...(fields === undefined ? {} : { fields }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
