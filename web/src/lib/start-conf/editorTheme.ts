import { EditorView } from '@codemirror/view'

/** The dashboard's colours; they are inherited into the shadow root. */
export const editorTheme = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', background: 'var(--surface)', color: 'var(--ink)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px', overflow: 'auto' },
  '.cm-content': { padding: '0.5rem 0', caretColor: 'var(--ink)' },
  '.cm-gutters': { background: 'var(--sunken)', color: 'var(--faint)', border: 'none' },
  '.cm-activeLine': { background: 'color-mix(in oklab, var(--accent) 6%, transparent)' },
  '.cm-activeLineGutter': { background: 'color-mix(in oklab, var(--accent) 12%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    {
      background: 'color-mix(in oklab, var(--accent) 26%, transparent)',
    },
  '.cm-section': { color: 'var(--accent)', fontWeight: '700' },
  '.cm-key': { color: 'var(--unknown)' },
  '.cm-flag': { color: 'var(--os)' },
  '.cm-comment': { color: 'var(--faint)', fontStyle: 'italic' },
  '.cm-equals': { color: 'var(--faint)' },
  '.cm-tooltip': {
    maxWidth: '34rem',
    border: '1px solid var(--strong)',
    borderRadius: '0.5rem',
    background: 'var(--raised)',
    color: 'var(--ink)',
    fontFamily: 'var(--font-sans)',
    boxShadow: '0 8px 24px -8px oklch(0 0 0 / 0.4)',
  },
  '.cm-diagnostic': { padding: '0.4rem 0.7rem', whiteSpace: 'normal' },
  '.cm-diagnostic-error': { borderLeft: '4px solid var(--bad)' },
  '.cm-diagnostic-warning': { borderLeft: '4px solid var(--booting)' },
  '.cm-diagnostic-info': { borderLeft: '4px solid var(--accent)' },
  '.cm-diagnosticAction': {
    marginInlineStart: '0',
    padding: '0.15rem 0.6rem',
    borderRadius: '0.4rem',
    background: 'var(--accent)',
    color: 'var(--onaccent)',
    font: 'inherit',
    fontWeight: '550',
  },
  '.cm-panels': { background: 'var(--sunken)', color: 'var(--ink)' },
  '.cm-changedLine, .cm-insertedLine': {
    background: 'color-mix(in oklab, var(--os) 12%, transparent)',
  },
  '.cm-changedText, .cm-deletedText': { background: 'none', textDecoration: 'none' },
  '.cm-deletedLine, .cm-deletedChunk': {
    background: 'color-mix(in oklab, var(--bad) 12%, transparent)',
  },
})
