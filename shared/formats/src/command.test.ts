import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Command,
  CommandError,
  commandFacts,
  commandNames,
  parseCommands,
  printCommands,
  wrapperArgument,
} from './command.ts'

function refusal(text: string): CommandError {
  try {
    parseCommands(text)
  } catch (error) {
    if (error instanceof CommandError) return error
    throw error
  }
  throw new Error(`${JSON.stringify(text)} was accepted`)
}

describe('parseCommands', () => {
  it.each<[string, Command[]]>([
    ['partition', [{ name: 'partition' }]],
    ['label', [{ name: 'label' }]],
    ['format', [{ name: 'format' }]],
    ['format:3', [{ name: 'format', number: 3 }]],
    ['initcache', [{ name: 'initcache' }]],
    ['initcache:torrent', [{ name: 'initcache', downloadType: 'torrent' }]],
    ['sync:1', [{ name: 'sync', number: 1 }]],
    ['new:12', [{ name: 'new', number: 12 }]],
    ['postsync:1', [{ name: 'postsync', number: 1 }]],
    ['prestart:1', [{ name: 'prestart', number: 1 }]],
    ['start:2', [{ name: 'start', number: 2 }]],
    ['upload_image:1', [{ name: 'upload_image', number: 1 }]],
    ['upload_qdiff:1', [{ name: 'upload_qdiff', number: 1 }]],
    ['reboot', [{ name: 'reboot' }]],
    ['halt', [{ name: 'halt' }]],
    ['create_image:1', [{ name: 'create_image', number: 1 }]],
    ['create_image:1:""', [{ name: 'create_image', number: 1 }]],
    ['create_image:1:text', [{ name: 'create_image', number: 1, comment: 'text' }]],
    ['create_qdiff:1:"two words"', [{ name: 'create_qdiff', number: 1, comment: 'two words' }]],
    [
      'create_image:1:\\"from a shell\\"',
      [{ name: 'create_image', number: 1, comment: 'from a shell' }],
    ],
    ['create_image:1:Grün, größer', [{ name: 'create_image', number: 1, comment: 'Grün, größer' }]],
    [
      'create_image:1:"a, b",upload_image:1',
      [
        { name: 'create_image', number: 1, comment: 'a, b' },
        { name: 'upload_image', number: 1 },
      ],
    ],
    [
      'create_image:1:a, b,upload_image:1',
      [
        { name: 'create_image', number: 1, comment: 'a, b' },
        { name: 'upload_image', number: 1 },
      ],
    ],
    [
      'create_image:1:synced,synchronous',
      [{ name: 'create_image', number: 1, comment: 'synced,synchronous' }],
    ],
    [
      ' partition , format,sync:1 ,start:1 ',
      [
        { name: 'partition' },
        { name: 'format' },
        { name: 'sync', number: 1 },
        { name: 'start', number: 1 },
      ],
    ],
  ])('reads %s', (text, commands) => {
    expect(parseCommands(text)).toEqual(commands)
  })

  it.each<[string, number, RegExp]>([
    ['', 0, /no command/],
    ['  ', 0, /no command/],
    ['sync:1,', 7, /missing/],
    ['sync:1,,start:1', 7, /missing/],
    [',noauto', 0, /missing/],
    ['sync', 0, /needs an OS number/],
    ['sync:', 5, /not an OS number/],
    ['sync:0', 5, /not an OS number/],
    ['sync:01', 5, /not an OS number/],
    ['sync:x', 5, /not an OS number/],
    ['sync:100', 5, /not an OS number/],
    ['sync:1:force', 6, /takes no comment/],
    ['format:0', 7, /not a partition number/],
    ['partition:1', 10, /takes no argument/],
    ['reboot:now', 7, /takes no argument/],
    ['initcache:ftp', 10, /no download type/],
    ['update', 0, /not a command/],
    ['poweroff', 0, /not a command/],
    ['gui_ctl_disable', 0, /not a command/],
    ['gui_ctl_enable', 0, /not a command/],
    ['gui_ctl_restore', 0, /not a command/],
    ['nogui', 0, /not a command/],
    ['linbo:secret', 0, /not a command/],
    ['constructor', 0, /not a command/],
    ['Sync:1', 0, /not a command/],
    ['partition,sync:1;reboot', 15, /not an OS number/],
    ['start:1,sync:1', 8, /nothing can run after start:1/],
    ['create_image', 0, /needs an OS number/],
    ['create_image:1:a:b', 16, /must not contain ":"/],
    ['create_image:1:"a $(reboot)"', 18, /must not contain "\$"/],
    ['create_image:1:"old, sync, new"', 19, /followed by the name of a command/],
    ['create_image:1:"open', 15, /must not contain/],
  ])('refuses %j at character %i', (text, position, problem) => {
    const error = refusal(text)
    expect(error.position).toBe(position)
    expect(error.message).toMatch(problem)
    expect(error.fix).not.toBe('')
  })

  it.each([
    '$',
    '`',
    '\\',
    "'",
    '"',
    '\n',
    '\r',
    '\0',
    ';',
    '&',
    '|',
    '<',
    '>',
    '*',
    '?',
    '[',
    '~',
    '#',
    '!',
    '(',
  ])('refuses a comment with %j', (character) => {
    expect(refusal(`create_image:1:a${character}b`)).toBeInstanceOf(CommandError)
    expect(refusal(`create_image:1:"a${character}b"`)).toBeInstanceOf(CommandError)
  })

  it('refuses a list and a comment that are too long', () => {
    expect(refusal('label,'.repeat(1000)).message).toMatch(/too long/)
    expect(refusal(`create_image:1:${'x'.repeat(201)}`).message).toMatch(/too long/)
  })

  it('answers any text with commands that print back to themselves, or with a CommandError', () => {
    const piece = fc.oneof(
      fc.constantFrom(...commandNames, ',', ':', '"', '\\"', '1', ' ', 'a comment', '$x', '\n'),
      fc.string(),
    )
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(texts, (text) => {
        let commands: Command[]
        try {
          commands = parseCommands(text)
        } catch (error) {
          expect(error).toBeInstanceOf(CommandError)
          expect((error as CommandError).position).toBeLessThanOrEqual(text.length)
          return
        }
        expect(parseCommands(printCommands(commands))).toEqual(commands)
        for (const command of commands) {
          expect(wrapperArgument(command)).not.toMatch(/[$`\\"'\n\r\0;&|<>*?[\]~#!(){}]/)
        }
      }),
      { seed: 7, numRuns: 3000 },
    )
  })

  it('prints and reads every well-formed list without loss', () => {
    const comment = fc.stringMatching(/^[a-zäöü0-9][a-zäöü0-9 .,_+@/=%-]{0,50}[a-z0-9]$/)
    const one = fc.constantFrom(...commandNames).chain((name): fc.Arbitrary<Command> => {
      const number = fc.integer({ min: 1, max: 99 })
      if (name === 'create_image' || name === 'create_qdiff')
        return fc.record({ name: fc.constant(name), number, comment })
      return commandFacts[name].needsOs
        ? fc.record({ name: fc.constant(name), number })
        : fc.constant({ name })
    })
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 12 }), (list) => {
        const commands = list.filter(
          (command, index) => index === list.length - 1 || !commandFacts[command.name].endsSession,
        )
        const names = commandNames.join('|')
        fc.pre(
          commands.every((c) => !new RegExp(`,\\s*(${names})\\s*([:,]|$)`).test(c.comment ?? '')),
        )
        expect(parseCommands(printCommands(commands))).toEqual(commands)
      }),
      { seed: 11, numRuns: 500 },
    )
  })
})

describe('wrapperArgument', () => {
  it('leaves the comment bare, because the word reaches the client without a shell taking quotes off', () => {
    const [command] = parseCommands('create_image:1:"lab image two"')
    expect(wrapperArgument(command!)).toBe('create_image:1:lab image two')
  })
})

describe('commandFacts', () => {
  const having = (
    fact: 'needsOs' | 'destructive' | 'needsUploadPassword' | 'endsSession' | 'singleHost',
  ) => commandNames.filter((name) => commandFacts[name][fact])

  it('says which commands need care', () => {
    expect(having('destructive')).toEqual(['partition', 'format', 'new'])
    expect(having('needsUploadPassword')).toEqual(['upload_image', 'upload_qdiff'])
    expect(having('endsSession')).toEqual(['start', 'reboot', 'halt'])
    expect(having('singleHost')).toEqual([
      'create_image',
      'create_qdiff',
      'upload_image',
      'upload_qdiff',
    ])
    expect(having('needsOs')).toHaveLength(9)
  })
})
