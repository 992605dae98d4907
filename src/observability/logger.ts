import type { Writable } from 'node:stream';
import winston from 'winston';
import type { Secret } from '../config/secret.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { plainJson, oneLine } from './words.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** A constant message with fields beside it; values are never written into the message. */
export interface Log {
  (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** False where lines of this level go nowhere, so that nobody need write them. */
  readonly writes?: (level: LogLevel) => boolean;
}

export interface LoggerOptions {
  readonly level: string;
  readonly format: 'json' | 'pretty';
  readonly secrets: readonly Secret[];
  /** Standard error, in a program: standard output belongs to `--json`. */
  readonly stream: Writable;
  readonly colour?: boolean;
}

const codes: Readonly<Record<string, number>> = { error: 31, warn: 33, info: 36, debug: 90 };

/** Lines for machines (one JSON object each) or for people, without secrets. */
export function createLogger(options: LoggerOptions): Log {
  const redactor = createRedactor(options.secrets);
  const logger = winston.createLogger({
    level: options.level,
    format: winston.format.combine(
      winston.format.timestamp(),
      options.format === 'json' ? jsonLine(redactor) : prettyLine(redactor, options.colour ?? false),
    ),
    transports: [new winston.transports.Stream({ stream: options.stream, eol: '\n' })],
  });
  const log = (level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    // A field called `level`, `message` or `timestamp` would overwrite the line's own.
    logger.log({ level, message, fields });
  };
  return Object.assign(log, { writes: (level: LogLevel) => logger.isLevelEnabled(level) });
}

interface Line {
  readonly level: string;
  readonly message: unknown;
  readonly timestamp?: unknown;
  readonly fields?: unknown;
}

function jsonLine(redactor: Redactor): winston.Logform.Format {
  return winston.format.printf((line) => {
    const { level, message, timestamp, fields } = line as Line;
    const clean = redactor.value(fields ?? {}) as Record<string, unknown>;
    const own = { time: timestamp, level, msg: redactor.text(String(message)) };
    // Twice: first in its place, and last so that no field of that name stands in for it.
    return plainJson({ ...own, ...clean, ...own });
  });
}

function prettyLine(redactor: Redactor, colour: boolean): winston.Logform.Format {
  return winston.format.printf((line) => {
    const { level, message, timestamp, fields } = line as Line;
    const clean = redactor.value(fields ?? {}) as Record<string, unknown>;
    const time = String(timestamp).slice(11, 19);
    const painted = colour ? `\u001b[${codes[level] ?? 0}m${level.padEnd(5)}\u001b[0m` : level.padEnd(5);
    const text = typeof clean['text'] === 'string' ? clean['text'] : redactor.text(String(message));
    return `${time} ${painted} ${oneLine(text, 400)}`;
  });
}
