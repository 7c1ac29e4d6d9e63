import { wrap } from './wrap.ts';

/** Help of at most `width` columns: paragraphs are wrapped anew, indented lines stay as they are. */
export function wrapHelp(text: string, width: number): string {
  return text.replace(/^\S.*$(\n^\S.*$)*/gm, (paragraph) =>
    paragraph.split('\n').every((line) => line.length <= width)
      ? paragraph
      : wrap(paragraph, width).join('\n'),
  );
}
