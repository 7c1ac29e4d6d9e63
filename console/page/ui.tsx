import type { ComponentChildren } from 'preact';
import { SIGNS, type Tone, toneOf } from '../model/verdict.ts';
import { linkTo } from './route.ts';

type Children = { children?: ComponentChildren };

export function Card({
  title,
  aside,
  children,
  name,
}: Children & { title?: ComponentChildren; aside?: ComponentChildren; name?: string }) {
  return (
    <section class={`card ${name ?? ''}`}>
      {title && (
        <header class="card-head">
          <h2>{title}</h2>
          {aside && <div class="card-aside">{aside}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

/** A status with its sign: the colour says it once more. */
export function Status({ status, tone = toneOf(status) }: { status: string; tone?: Tone }) {
  return (
    <span class={`status ${tone}`}>
      <span aria-hidden="true">{SIGNS[tone]}</span> {status}
    </span>
  );
}

export function Figure({
  label,
  children,
  hint,
}: Children & { label: string; hint?: ComponentChildren }) {
  return (
    <div class="figure">
      <div class="figure-label">{label}</div>
      <div class="figure-value">{children}</div>
      {hint && <div class="figure-hint">{hint}</div>}
    </div>
  );
}

export const Note = ({ children, tone = 'idle' }: Children & { tone?: Tone }) => (
  <p class={`note ${tone}`}>{children}</p>
);

export const Fault = ({ error }: { error: string | undefined }) =>
  error ? (
    <p class="note bad" role="alert">
      <span aria-hidden="true">✕</span> {error}
    </p>
  ) : null;

/** An id: it leads to where it came from. */
export const Id = ({ id }: { id: string }) => (
  <a class="id" title={id} href={linkTo('explain', id)}>
    {id.length > 32 ? `${id.slice(0, 8)}…${id.slice(-8)}` : id}
  </a>
);

/** Text that keeps its lines, with a name; it scrolls by keyboard too. */
export const Pre = ({ label, children }: Children & { label: string }) => (
  <pre tabIndex={0} role="region" aria-label={label}>
    {children}
  </pre>
);

export const Scroll = ({ label, children }: Children & { label: string }) => (
  <div class="scroll" tabIndex={0} role="region" aria-label={label}>
    {children}
  </div>
);
