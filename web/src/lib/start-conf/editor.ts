import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language'
import { type Diagnostic, forceLinting, linter, lintGutter, lintKeymap } from '@codemirror/lint'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { EditorState, type Extension } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { editorTheme } from './editorTheme.ts'

/** Sections, keys, values and comments of a start.conf, as the client's shell tells them apart. */
const language = StreamLanguage.define<{ isValue: boolean }>({
  name: 'start.conf',
  startState: () => ({ isValue: false }),
  token(stream, state) {
    if (stream.sol()) {
      state.isValue = false
      if (stream.match(/^\[[^\]]*\]/)) return 'heading'
      if (stream.match(/^[A-Za-z]\w*(?=\s*=)/)) return 'propertyName'
    }
    if (stream.match(/^#(?:[ \t].*|$)/)) return 'comment'
    if (!state.isValue && stream.eat('=')) {
      state.isValue = true
      return 'operator'
    }
    if (state.isValue && stream.match(/^(?:yes|no)\b/)) return 'bool'
    stream.next()
    return state.isValue ? 'string' : null
  },
})

const colours = HighlightStyle.define([
  { tag: tags.heading, class: 'cm-section' },
  { tag: tags.propertyName, class: 'cm-key' },
  { tag: tags.bool, class: 'cm-flag' },
  { tag: tags.comment, class: 'cm-comment' },
  { tag: tags.operator, class: 'cm-equals' },
])

export const readable: Extension = [
  lineNumbers(),
  language,
  syntaxHighlighting(colours),
  editorTheme,
  EditorState.tabSize.of(8),
]

export interface EditorOptions {
  /** A shadow root: style sheets of its own are allowed there by the page's security policy. */
  root: ShadowRoot
  text: string
  label: string
  onChange(text: string): void
  problems(): Diagnostic[]
}

/** An editor for start.conf that marks what is wrong and offers to mend it. */
export function createEditor({ root, text, label, onChange, problems }: EditorOptions): EditorView {
  return new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        readable,
        history(),
        drawSelection(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSelectionMatches(),
        search({ top: true }),
        lintGutter(),
        linter(problems, { delay: 150 }),
        keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...lintKeymap]),
        EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString())
        }),
      ],
    }),
  })
}

/** Puts another text in, as one step that can be undone. */
export function replaceText(view: EditorView, text: string): void {
  const current = view.state.doc.toString()
  if (current === text) return
  let start = 0
  while (start < current.length && start < text.length && current[start] === text[start]) start++
  let end = 0
  const longest = Math.min(current.length, text.length) - start
  while (end < longest && current.at(-1 - end) === text.at(-1 - end)) end++
  const changes = {
    from: start,
    to: current.length - end,
    insert: text.slice(start, text.length - end),
  }
  view.dispatch({ changes })
}

/** Puts the cursor into a line, from 1, and shows it. */
export function goToLine(view: EditorView, number: number): void {
  const { doc } = view.state
  const line = doc.line(Math.min(Math.max(number, 1), doc.lines))
  view.dispatch({
    selection: { anchor: line.from, head: line.to },
    effects: EditorView.scrollIntoView(line.from, { y: 'center' }),
  })
  view.focus()
}

/** Asks for the problems anew, when they changed without the text. */
export function refreshProblems(view: EditorView): void {
  forceLinting(view)
}
