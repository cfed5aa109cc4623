import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  StreamLanguage,
  syntaxHighlighting,
} from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Text } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useId, useRef } from 'react';
import { pageNonce } from '../../look/nonce';
import { rhai } from './rhai';
import css from './Schedule.module.css';

interface Props {
  label: string;
  help: string;
  value: string;
  /** The daemon's sentence; the place that it names is underlined. */
  refusal: string;
  onChange: (value: string) => void;
}

const look = EditorView.theme({
  '&': { fontSize: '13px', backgroundColor: 'var(--surface)', color: 'var(--ink)' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '2px' },
  '.cm-content': { fontFamily: 'var(--mono)', caretColor: 'var(--ink)', minHeight: '120px' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': {
    backgroundColor: 'var(--raised)',
    color: 'var(--soft)',
    borderRight: '1px solid var(--line)',
  },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    { backgroundColor: 'color-mix(in srgb, var(--accent) 25%, transparent)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--ink)',
    border: '1px solid var(--control)',
  },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--unknown)' },
  { tag: tags.string, color: 'var(--gain)' },
  { tag: [tags.number, tags.atom], color: 'var(--warn)' },
  { tag: tags.comment, color: 'var(--soft)', fontStyle: 'italic' },
  { tag: tags.function(tags.variableName), color: 'var(--accent)' },
]);

/** A script with the colours of its language. Tab leaves it, so that nobody is caught in it. */
export default function ScriptEditor({ label, help, value, refusal, onChange }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const told = useRef(onChange);
  told.current = onChange;
  const first = useRef(value);
  const id = useId();

  useEffect(() => {
    if (!place.current) return;
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({ doc: first.current, extensions: extensions(id) }),
      dispatchTransactions: (transactions, editing) => {
        editing.update(transactions);
        if (transactions.some(({ docChanged }) => docChanged)) {
          told.current(editing.state.doc.toString());
        }
      },
    });
    view.current = editor;
    return () => editor.destroy();
  }, [id]);

  // Discarded, or taken from somebody else: what was typed gives way.
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (editor) editor.dispatch(setDiagnostics(editor.state, found(refusal, editor.state.doc)));
  }, [refusal]);

  return (
    <div>
      <span id={`${id}-label`} className={css.label}>
        {label}
      </span>
      <p id={`${id}-help`} className={css.soft}>
        {help}
      </p>
      <div ref={place} className={css.editor} />
    </div>
  );
}

/** What replaces several lines is put in by the editor: Chromium would style it in place, which the page's policy refuses. */
const typeOver = EditorView.domEventHandlers({
  beforeinput: ({ inputType, data }, view) => {
    if (inputType !== 'insertText' || !data || view.state.selection.main.empty) return false;
    view.dispatch(view.state.replaceSelection(data), { userEvent: 'input.type' });
    return true;
  },
});

function extensions(id: string) {
  return [
    typeOver,
    EditorView.cspNonce.of(pageNonce),
    lineNumbers(),
    lintGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of('    '),
    bracketMatching(),
    keymap.of([...defaultKeymap, ...historyKeymap]),
    StreamLanguage.define(rhai),
    syntaxHighlighting(colours),
    look,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({
      'aria-labelledby': `${id}-label`,
      'aria-describedby': `${id}-help`,
    }),
  ];
}

/** The place that a sentence names as `line 2, position 5`. */
function found(refusal: string, doc: Text): Diagnostic[] {
  const named = /line (\d+)(?:, position (\d+))?/.exec(refusal);
  const number = Number(named?.[1]);
  if (!(number >= 1 && number <= doc.lines)) return [];
  const line = doc.line(number);
  const column = named?.[2] ? Number(named[2]) - 1 : 0;
  const from = Math.min(line.from + Math.max(0, column), line.to);
  return [{ from, to: line.to, severity: 'error', message: refusal }];
}
