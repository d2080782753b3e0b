import { whyNotImageBase } from '../../names.ts'
import { partitionType } from '../device.ts'
import { setValue } from '../line-edit.ts'
import { onKey, onLine, type Rule } from '../rule.ts'
import type { OsSection } from '../start-conf.ts'

export const imageRules: Rule[] = [
  {
    code: 'image-extension',
    severity: 'error',
    message: 'BaseImage "{image}" does not end in .qcow2 or .iso',
    fix: 'Write <name>.qcow2 or <name>.iso{hint}.',
    explanation:
      'LINBO 7 knows these two kinds. It looks for images/<name>/<name>.qcow2; .cloop and .rsync are of older versions, and .qdiff goes with its base image by itself.',
    *check({ os }) {
      for (const system of os) {
        const line = system.keys.get('baseimage')
        const image = system.baseImage
        if (!line || image === '' || /\.(?:qcow2|iso)$/.test(image)) continue
        const stem = image.replace(/\.(?:cloop|rsync|qdiff|qcow|img|vdi|qcow2|iso)$/i, '')
        const kind = /\.iso$/i.test(image) ? 'iso' : 'qcow2'
        const meant = whyNotImageBase(stem) === undefined ? `${stem}.${kind}` : undefined
        const values = { image, hint: meant ? `, such as ${meant}` : '' }
        yield {
          at: onKey(system, 'baseimage'),
          values,
          edits: meant ? [setValue(line, meant)] : [],
        }
      }
    },
  },
  {
    code: 'image-dots',
    severity: 'error',
    message: 'BaseImage "{image}" has dots in its name',
    fix: 'Rename the image{hint}.',
    explanation:
      "The client's programs cut names at different dots: it downloads the image and does not find it when it syncs or starts.",
    *check({ os }) {
      for (const { system, base, kind } of bases(os)) {
        if (!base.includes('.') || base.includes('/')) continue
        yield nameFinding(system, base.replace(/\.+/g, '-'), kind)
      }
    },
  },
  {
    code: 'image-name',
    severity: 'error',
    message: 'BaseImage "{image}": {why}',
    fix: 'Rename the image{hint}.',
    explanation:
      'The name becomes folder and file names on server and client, and part of commands.',
    *check({ os }) {
      for (const { system, base, kind } of bases(os)) {
        const why = whyNotImageBase(base)
        if (!why || (base.includes('.') && !base.includes('/'))) continue
        const plain = base.replace(/[^A-Za-z0-9_]+/g, '-').replace(/^-+|-+$/g, '')
        const finding = nameFinding(system, plain, kind)
        yield { ...finding, values: { ...finding.values, why } }
      }
    },
  },
  {
    code: 'image-missing',
    severity: 'warning',
    message: '"{name}" has no BaseImage to {what}',
    fix: 'Write a BaseImage, or no for what needs one.',
    explanation: 'Without BaseImage the GUI offers only to start the system, and never by itself.',
    *check({ os }) {
      for (const system of os) {
        const line = system.keys.get('baseimage')
        if (!line || system.baseImage !== '') continue
        const flags = ['syncenabled', 'newenabled', 'autostart'].filter(
          (key) => system.raw.get(key) === 'yes',
        )
        if (flags.length === 0) continue
        const keys = flags.flatMap((key) => system.keys.get(key) ?? [])
        const what =
          flags.includes('syncenabled') || flags.includes('newenabled') ? 'sync' : 'autostart'
        const edits = keys.map((key) => setValue(key, 'no'))
        yield { at: onLine(line), values: { name: system.name, what }, edits }
      }
    },
  },
  {
    code: 'root-missing',
    severity: 'warning',
    message: '"{name}" has no Root',
    fix: 'Write the partition of the system.',
    explanation: 'The client does not know where to write the image and from where to start.',
    *check({ os }) {
      for (const system of os) {
        const line = system.keys.get('root')
        if (line && system.root === '') yield { at: onLine(line), values: { name: system.name } }
      }
    },
  },
  {
    code: 'root-unknown',
    severity: 'warning',
    message: 'Root is {root}, which no [Partition] describes',
    fix: 'Add the partition or correct Root.',
    explanation: 'The client can neither format the partition nor find it by its label.',
    *check({ os, byDev, linbo }) {
      for (const system of os) {
        const { root } = system
        if (root === '' || byDev.has(root) || root === linbo.cache) continue
        yield { at: onKey(system, 'root'), values: { root } }
      }
    },
  },
  {
    code: 'root-kind',
    severity: 'warning',
    message: 'Root of "{name}" is the {kind} partition',
    fix: 'Write the partition of the system.',
    explanation:
      'Writing an image there destroys what the machine needs to start, or has no room at all.',
    *check({ os, byDev }) {
      for (const system of os) {
        const kind = partitionType(byDev.get(system.root)?.id ?? '')
        if (['efi', 'msr', 'swap', 'extended'].includes(kind))
          yield { at: onKey(system, 'root'), values: { name: system.name, kind } }
      }
    },
  },
]

function* bases(os: readonly OsSection[]) {
  for (const system of os) {
    const found = system.baseImage.match(/^(.*)\.(qcow2|iso)$/)
    if (found) yield { system, base: found[1] ?? '', kind: found[2] ?? '' }
  }
}

function nameFinding(system: OsSection, base: string, kind: string) {
  const line = system.keys.get('baseimage')
  const isFine = whyNotImageBase(base) === undefined
  const values = {
    image: system.baseImage,
    hint: isFine ? ` and its folder, such as ${base}.${kind}` : '',
  }
  const edits = line && isFine ? [setValue(line, `${base}.${kind}`)] : []
  return { at: onKey(system, 'baseimage'), values, edits }
}
