import { problems } from '../errors.ts'
import { escapeHtml } from './html.ts'

/** As much of a JSON schema as the reference shows. */
interface Shape {
  $ref?: string
  type?: string | string[]
  format?: string
  enum?: unknown[]
  items?: Shape
  properties?: Record<string, Shape>
  additionalProperties?: Shape | boolean
  required?: string[]
  description?: string
  default?: unknown
  example?: unknown
  anyOf?: Shape[]
  oneOf?: Shape[]
  allOf?: Shape[]
}

interface Parameter {
  name: string
  in: string
  required?: boolean
  description?: string
  schema?: Shape
}

interface Content {
  description?: string
  content?: Record<string, { schema?: Shape }>
}

interface Operation {
  summary?: string
  description?: string
  tags?: string[]
  security?: unknown[]
  parameters?: Parameter[]
  requestBody?: Content
  responses?: Record<string, Content>
}

/** As much of an OpenAPI document as the reference shows. */
export interface ApiDocument {
  info: { title: string; version: string; description?: string }
  paths?: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, Shape> }
}

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem 1.5rem 6rem; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
h3 { margin: 2rem 0 .25rem; font-size: 1rem; }
code, pre { font: .875em/1.5 ui-monospace, monospace; }
h3 code { font-size: 1rem; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-top: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; }
nav ul { columns: 3; padding-left: 1rem; }
pre { background: var(--soft); padding: .75rem; overflow-x: auto; }
`

/** The OpenAPI document as one readable page, without scripts. */
export function printReference(document: ApiDocument): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const byTag = Map.groupBy(operations, ({ operation }) => operation.tags?.[0] ?? 'other')
  const schemas = Object.entries(document.components?.schemas ?? {})
  const title = escapeHtml(`${document.info.title} ${document.info.version}`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>
${paragraphs(document.info.description)}
<p>The same for programs: <a href="/api/v1/openapi.json">openapi.json</a>.</p>
<nav aria-label="Contents"><ul>
${[...byTag.keys()].map((tag) => `<li><a href="#${escapeHtml(tag)}">${escapeHtml(tag)}</a></li>`).join('\n')}
<li><a href="#schemas">schemas</a></li>
<li><a href="#problems">problems</a></li>
</ul></nav>
${[...byTag].map(([tag, some]) => `<h2 id="${escapeHtml(tag)}">${escapeHtml(tag)}</h2>\n${some.map(printOperation).join('\n')}`).join('\n')}
<h2 id="schemas">schemas</h2>
${schemas.map(([name, shape]) => printSchema(name, shape)).join('\n')}
<h2 id="problems">problems</h2>
<p>Errors are <code>application/problem+json</code> (RFC 9457) with these codes.</p>
<table><tr><th>code</th><th>status</th><th>title</th></tr>
${Object.entries(problems).map(printProblem).join('\n')}
</table>
</body>
</html>
`
}

function printOperation(one: { path: string; method: string; operation: Operation }): string {
  const { path, method, operation } = one
  const rows = (operation.parameters ?? []).map(
    (parameter) =>
      `<tr><td><code>${escapeHtml(parameter.name)}</code>${parameter.required ? ' *' : ''}</td>` +
      `<td>${escapeHtml(parameter.in)}</td><td>${printType(parameter.schema)}</td>` +
      `<td>${escapeHtml(parameter.description ?? parameter.schema?.description ?? '')}</td></tr>`,
  )
  const contents = [
    ...(operation.requestBody ? [['body', operation.requestBody] as const] : []),
    ...Object.entries(operation.responses ?? {}).filter(([status]) => status !== 'default'),
  ].map(([name, { description, content }]) => {
    const types = Object.entries(content ?? {}).map(
      ([type, { schema }]) => `<code>${escapeHtml(type)}</code> ${printType(schema)}`,
    )
    return `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(description ?? '')}</td><td>${types.join('<br>')}</td></tr>`
  })
  return `<section>
<h3><span class="method">${escapeHtml(method.toUpperCase())}</span> <code>${escapeHtml(path)}</code></h3>
<p>${escapeHtml(operation.summary ?? '')}${operation.security?.length === 0 ? ' <em>(open)</em>' : ''}</p>
${paragraphs(operation.description)}
${rows.length > 0 ? `<table><tr><th>name</th><th>in</th><th>type</th><th>meaning</th></tr>${rows.join('')}</table>` : ''}
<table>${contents.join('')}</table>
</section>`
}

function printSchema(name: string, shape: Shape): string {
  const rows = Object.entries(shape.properties ?? {}).map(([field, type]) => {
    const isRequired = shape.required?.includes(field)
    const fallback = type.default === undefined ? '' : ` Default: ${JSON.stringify(type.default)}.`
    return `<tr><td><code>${escapeHtml(field)}</code>${isRequired ? ' *' : ''}</td><td>${printType(type)}</td><td>${escapeHtml(`${type.description ?? ''}${fallback}`)}</td></tr>`
  })
  return `<h3 id="schema-${escapeHtml(name)}"><code>${escapeHtml(name)}</code></h3>\n<table>${rows.join('\n')}</table>`
}

function printType(shape: Shape | undefined): string {
  if (!shape) return ''
  if (shape.$ref) {
    const name = escapeHtml(shape.$ref.split('/').at(-1) ?? '')
    return `<a href="#schema-${name}">${name}</a>`
  }
  if (shape.enum)
    return shape.enum
      .map((value) => `<code>${escapeHtml(JSON.stringify(value))}</code>`)
      .join(' | ')
  const choices = shape.anyOf ?? shape.oneOf ?? shape.allOf
  if (choices) return choices.map(printType).join(' | ')
  const type = Array.isArray(shape.type) ? shape.type : [shape.type ?? 'any']
  if (shape.items) return `list of ${printType(shape.items)}`
  if (shape.properties) {
    const fields = Object.entries(shape.properties).map(
      ([field, one]) => `${escapeHtml(field)}: ${printType(one)}`,
    )
    return `{ ${fields.join(', ')} }${type.includes('null') ? ' | null' : ''}`
  }
  const named = shape.format ? `${type.join(' | ')} (${shape.format})` : type.join(' | ')
  return escapeHtml(named)
}

function printProblem([code, [status, title]]: [string, readonly [number, string]]): string {
  return `<tr id="problem-${code}"><td><code>${code}</code></td><td>${status}</td><td>${escapeHtml(title)}</td></tr>`
}

function paragraphs(text: string | undefined): string {
  return text
    ? text
        .split('\n\n')
        .map((part) => `<p>${escapeHtml(part)}</p>`)
        .join('\n')
    : ''
}
