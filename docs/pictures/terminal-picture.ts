// Runs a command and draws what it prints, in its colours, as an SVG:
// `node docs/pictures/terminal-picture.ts docs/pictures/first-run.svg -- node local/main.ts --fresh`
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const LINE_HEIGHT = 18;
const CHARACTER_WIDTH = 8.4;
const PADDING = 16;
const COLUMNS = 80;
const MOST_COLUMNS = 108;

/** By the number of an SGR escape; readable on the dark background. */
const COLOURS: Record<string, string> = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
  90: '#8b949e',
};

interface Style {
  colour: string | undefined;
  bold: boolean;
  dim: boolean;
}

const PLAIN: Style = { colour: undefined, bold: false, dim: false };

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function restyle(style: Style, codes: string): Style {
  const now = { ...style };
  for (const code of codes.split(';')) {
    if (code === '1') now.bold = true;
    else if (code === '2') now.dim = true;
    else if (code === '22') now.bold = now.dim = false;
    else if (COLOURS[code]) now.colour = COLOURS[code];
    else if (code === '39') now.colour = undefined;
    else if (code === '0' || code === '') Object.assign(now, PLAIN);
  }
  return now;
}

/** A line with SGR escapes as SVG spans; the style goes on into the next line. */
function spansOf(line: string, before: Style): { spans: string; style: Style } {
  let style = before;
  let spans = '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape is what it looks for
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: see above
    const [, codes] = /^\u001b\[([0-9;]*)m$/.exec(part) ?? [];
    if (codes !== undefined) style = restyle(style, codes);
    else if (part) {
      const attributes = [
        style.colour && `fill="${style.colour}"`,
        style.bold && 'font-weight="bold"',
        style.dim && 'opacity="0.65"',
      ].filter(Boolean);
      spans += attributes.length
        ? `<tspan ${attributes.join(' ')}>${escapeXml(part)}</tspan>`
        : escapeXml(part);
    }
  }
  return { spans, style };
}

export function drawTerminal(command: string, output: string): string {
  let style = PLAIN;
  const lines = [`\u001b[90m$\u001b[0m ${command}`, ...output.trimEnd().split('\n')];
  const texts = lines.map((line, i) => {
    const { spans, style: after } = spansOf(line, style);
    style = after;
    const y = PADDING + (i + 1) * LINE_HEIGHT - 4;
    return `  <text x="${PADDING}" y="${y}" xml:space="preserve">${spans}</text>`;
  });
  const longest = Math.max(COLUMNS, ...lines.map((line) => stripVTControlCharacters(line).length));
  const width = Math.ceil(Math.min(longest, MOST_COLUMNS) * CHARACTER_WIDTH + 2 * PADDING);
  const height = lines.length * LINE_HEIGHT + 2 * PADDING;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
  <title>${escapeXml(command)}</title>
  <rect width="100%" height="100%" rx="8" fill="#0d1117"/>
  <g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14" fill="#e6edf3">
${texts.join('\n')}
  </g>
</svg>
`;
}

if (import.meta.main) {
  const [file = '', separator, ...command] = process.argv.slice(2);
  const [shown = command.join(' ')] = [process.env.PICTURE_TITLE].filter((title) => title);
  if (!file || separator !== '--' || command.length === 0) {
    console.error('Usage: terminal-picture.ts <file.svg> -- <command …>');
    process.exit(2);
  }
  const [program = '', ...args] = command;
  const { stdout, status } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, FORCE_COLOR: '1', COLUMNS: String(COLUMNS) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(file, drawTerminal(shown, stdout));
}
