import type { ComponentChildren } from 'preact';
import type { FieldValue, LinkStatus, Side } from '../../schemas/common.ts';
import { problemText } from '../api/problem.ts';
import type { Answered } from '../api/use-answer.ts';
import { plainValue, safeUrl, sideNames, statusNames, statusTones, type Tone } from './words.ts';

/** A shape and a word. */
export function Mark({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return <span class={`status ${tone}`}>{children}</span>;
}

export function LinkStatusMark({ status }: { readonly status: LinkStatus }) {
  return <Mark tone={statusTones[status]}>{statusNames[status]}</Mark>;
}

export function SideName({ side }: { readonly side: Side }) {
  return <span class={`side-name ${side}`}>{sideNames[side]}</span>;
}

/** A desk's text. Isolated, so that marks of direction in it cannot turn around what stands beside it. */
export function Value({ value }: { readonly value: FieldValue | undefined }) {
  const text = plainValue(value);
  return text === '' ? <span class="none">(empty)</span> : <bdi class="value">{text}</bdi>;
}

/** A choice or a person by name, with the stored value on hover; as it is stored where `text` is empty. */
export function Shown({ text, raw }: { readonly text: string; readonly raw: FieldValue }) {
  const stored = plainValue(raw);
  if (stored === '') return <Value value={null} />;
  return (
    <span title={text === '' || stored === text ? undefined : stored.slice(0, 500)}>
      <Value value={text === '' ? raw : text} />
    </span>
  );
}

interface PersonProps {
  readonly id: string | null;
  /** Null where it is not known, or the id is one that people can read. */
  readonly name: string | null;
  readonly nobody?: string;
}

/** Who changed something, with the desk's id on hover. */
export function Person({ id, name, nobody = 'someone' }: PersonProps) {
  return <bdi title={name === null || id === null ? undefined : id}>{name ?? id ?? nobody}</bdi>;
}

/** What a view without rows says, and what to do next. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Opens a desk's own page in a tab that knows nothing of this one. Addresses of other kinds are not offered. */
export function DeskLink({ url, children }: { readonly url: string | null; readonly children: ComponentChildren }) {
  const safe = safeUrl(url);
  if (safe === null) return null;
  return (
    <a class="button" href={safe} target="_blank" rel="noopener noreferrer">
      {children}
      <span aria-hidden="true">↗</span>
    </a>
  );
}

interface LoadedProps<T> {
  readonly answer: Answered<T>;
  readonly children: (data: T) => ComponentChildren;
}

/** The answer once there is one; what went wrong, with the way to try again. */
export function Loaded<T>({ answer, children }: LoadedProps<T>) {
  return (
    <>
      {answer.problem !== null && (
        <div class="banner bad" role="alert">
          <span>{problemText(answer.problem)}</span>
          <button type="button" onClick={() => void answer.reload()}>
            Try again
          </button>
        </div>
      )}
      {answer.data === null
        ? answer.problem === null && <p class="soft">Loading …</p>
        : children(answer.data as NonNullable<T>)}
    </>
  );
}
