import { autocompletion, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { StandardSQL, sql } from '@codemirror/lang-sql';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** Colours come from style.css, so that they follow light and dark. */
const highlighting = HighlightStyle.define([
  { tag: tags.keyword, class: 'sql-keyword' },
  { tag: [tags.string, tags.special(tags.string)], class: 'sql-text' },
  { tag: tags.number, class: 'sql-number' },
  { tag: tags.comment, class: 'sql-comment' },
]);

export interface Editor {
  text(): string;
  setText(text: string): void;
  destroy(): void;
}

/** An SQL editor in `parent`; completes the names of tables and columns. */
export function createEditor(
  parent: HTMLElement,
  text: string,
  schema: Record<string, string[]>,
  onRun: () => void,
): Editor {
  const nonce = document.querySelector<HTMLMetaElement>('meta[name=nonce]')?.content ?? '';
  const run = () => {
    onRun();
    return true;
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of([{ key: 'Mod-Enter', run }])),
        history(),
        // Tab leaves the editor: it is no trap for the keyboard.
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        sql({ dialect: StandardSQL, schema, upperCaseKeywords: true }),
        autocompletion({ icons: false }),
        syntaxHighlighting(highlighting),
        EditorView.lineWrapping,
        EditorView.cspNonce.of(nonce),
        EditorView.contentAttributes.of({ 'aria-label': 'SQL' }),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    setText: (fresh) =>
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: fresh } }),
    destroy: () => view.destroy(),
  };
}
