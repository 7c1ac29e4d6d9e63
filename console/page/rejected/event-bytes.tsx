import { useState } from 'preact/hooks';
import type { RejectedEventView } from '../../model/api.ts';
import { bytes } from '../../model/format.ts';
import { Pre } from '../ui.tsx';

const PER_LINE = 16;
const MOST_LINES = 200;

/** The event's own bytes, as text or in hexadecimal, the offending place marked. */
export function EventBytes({ event }: { event: RejectedEventView }) {
  const data = Uint8Array.from(atob(event.bytes), (character) => character.charCodeAt(0));
  const isText = event.reason !== 'not-utf8';
  const [isHex, setHex] = useState(!isText);
  const { mark } = event;
  return (
    <>
      <div class="bytes-head">
        <h3>Its bytes{data.length < event.size && `, the first ${bytes(data.length)}`}</h3>
        <button type="button" aria-pressed={isHex} onClick={() => setHex(!isHex)}>
          hex
        </button>
      </div>
      <Pre label="Bytes of the event">
        {isHex ? <Hex data={data} mark={mark} /> : <Text data={data} mark={mark} />}
      </Pre>
      {!mark && (
        <p class="hint">No single place is to blame: something is missing, or it is the whole.</p>
      )}
    </>
  );
}

type Props = { data: Uint8Array; mark: RejectedEventView['mark'] };

function Text({ data, mark }: Props) {
  const decode = (from: number, to: number) =>
    visible(new TextDecoder().decode(data.subarray(from, to)));
  if (!mark) return <>{decode(0, data.length)}</>;
  return (
    <>
      {decode(0, mark.from)}
      <mark>{decode(mark.from, mark.to)}</mark>
      {decode(mark.to, data.length)}
    </>
  );
}

/** What would not be seen, or would turn the line round, is shown as its symbol or number. */
const visible = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === '\n') return '␊\n';
    const code = character.codePointAt(0) ?? 0;
    return code < 0x20
      ? String.fromCodePoint(0x2400 + code)
      : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });

function Hex({ data, mark }: Props) {
  const lines = Math.min(MOST_LINES, Math.ceil(data.length / PER_LINE));
  return (
    <>
      {Array.from({ length: lines }, (_, i) => {
        const from = i * PER_LINE;
        const line = [...data.subarray(from, from + PER_LINE)];
        return (
          <span key={from}>
            {from.toString(16).padStart(6, '0')}
            {'  '}
            {line.map((byte, j) => {
              const at = from + j;
              const hex = byte.toString(16).padStart(2, '0');
              return mark && at >= mark.from && at < mark.to ? (
                <mark key={at}>{hex} </mark>
              ) : (
                `${hex} `
              );
            })}
            {'   '.repeat(PER_LINE - line.length)}{' '}
            {line
              .map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '·'))
              .join('')}
            {'\n'}
          </span>
        );
      })}
    </>
  );
}
