import { change, dual, dualWith, type RuleCase } from './rule-case.ts'

const linboLine = 'RootTimeout = 900'

/** Lines, sections, keys and values. */
export const textCases: RuleCase[] = [
  {
    code: 'too-many-lines',
    bad: `${dual}${'x = y\n'.repeat(5000)}`,
    at: 5008,
    good: `${dual}${'# x\n\n'.repeat(5000)}`,
  },
  {
    code: 'byte-order-mark',
    bad: `\ufeff${dual}`,
    at: 1,
    good: dual,
    fixed: dual,
    isSafe: true,
  },
  {
    code: 'crlf',
    bad: dual.replaceAll('\n', '\r\n'),
    at: 1,
    good: dual,
    fixed: dual,
    isSafe: true,
  },
  change('control-character', linboLine, 'Theme = a\x07b', 'Theme = a\tb', {
    fixed: 'Theme = ab\n',
  }),
  {
    ...change('control-character', linboLine, '# a\rb', '# ab', { fixed: '# ab\n', isSafe: true }),
  },
  change('invisible-character', linboLine, 'Theme =\u00a0a\u200bb', 'Theme = äb', {
    fixed: 'Theme = ab\n',
    isSafe: true,
  }),
  change('indented-line', linboLine, '  Theme = dark', '#  Theme = dark', {
    fixed: '\nTheme = dark\n',
    isSafe: true,
  }),
  change('indented-line', linboLine, '\tGroup = other', '# Group = other', {
    fixed: '\nGroup = other\n',
    isSafe: false,
  }),
  change('indented-line', linboLine, '  [OS]', '#[OS]', { fixed: '\n[OS]\n', isSafe: false }),
  change('ignored-line', linboLine, '--- disk ---', '# --- disk ---', {
    fixed: '# --- disk ---\n',
    isSafe: true,
  }),
  change('ignored-line', linboLine, '; Theme = x', '#; Theme = x', { fixed: '# ; Theme' }),
  change('stray-text', linboLine, 'reboot', '# reboot', { fixed: '# reboot\n', isSafe: true }),
  change('stray-text', '[OS]\nName = Debian', 'OS]\nName = Debian', '[OS]\nName = Debian', {
    fixed: '\n[OS]\nName = Debian',
    isSafe: false,
  }),
  change('section-heading', '[LINBO]', '[LINBO', '[LINBO]', { fixed: '[LINBO]\n', isSafe: true }),
  change('section-heading', '[OS]', '[OS] x', '[OS] # x', { fixed: '[OS]\n', isSafe: false }),
  change('section-heading', '[OS]', '[OS]#x', '[OS] # x', { fixed: '[OS] # x\n', isSafe: true }),
  change('section-tail', '[OS]', '[OS] # Windows', '# Windows\n[OS]', {
    fixed: '\n# Windows\n[OS]\nName',
    isSafe: true,
  }),
  change('section-tail', '[OS]', '[OS]  ', '[OS]', { fixed: '\n[OS]\nName', isSafe: true }),
  change('unknown-section', '[OS]', '[OSS]', '[OS]', { fixed: '[OS]\nName = Win', isSafe: false }),
  change('unknown-section', linboLine, '[Net]', '# [Net]'),
  change('section-case', '[LINBO]', '[Linbo]', '[LINBO]', { fixed: '[LINBO]\n', isSafe: true }),
  change('section-case', '[Partition]', '[partition]', '[Partition] # x', {
    fixed: '[Partition]\n',
    isSafe: true,
  }),
  change('key-before-section', '[LINBO]', 'Theme = dark\n[LINBO]', '# x\n[LINBO]\nTheme = dark', {
    fixed: 'KernelOptions = quiet splash\nTheme = dark\n',
  }),
  {
    code: 'linbo-section-missing',
    bad: dual.slice(dual.indexOf('[Part')),
    at: 1,
    good: dual,
    options: { group: 'lab204' },
    fixed: '[LINBO]\nGroup = lab204\nKernelOptions =\n\n[Partition]',
  },
  change('linbo-section-twice', '[OS]', '[LINBO]\n# dark\nTheme = dark\n\n[OS]', '[OS]', {
    at: 53,
    fixed: 'KernelOptions = quiet splash\n# dark\nTheme = dark\n\n[Partition]',
  }),
  change('key-name', linboLine, 'Root-Timeout = 9', 'RootTimeout = 9', {
    fixed: '\nRootTimeout = 9\n',
  }),
  change('key-name', linboLine, 'reboot now = 1', 'reboot_now = 1', { fixed: '# reboot now = 1' }),
  change('duplicate-key', linboLine, 'Locale = de-de', 'Theme = de-de', {
    fixed: '# Locale = de-de\n',
    isSafe: true,
  }),
  change('unknown-key', linboLine, 'RotTimeout = 9', 'RootTimeout = 9', {
    fixed: '\nRootTimeout = 9\n',
  }),
  change('unknown-key', linboLine, 'BaseImage = x', '# BaseImage = x'),
  change('key-case', linboLine, 'roottimeout = 9', 'RootTimeout=9', {
    fixed: '\nRootTimeout = 9\n',
    isSafe: true,
  }),
  change('old-key', linboLine, 'SystemType = efi64', linboLine, {
    fixed: 'Cache = /dev/disk0p5\nAuto',
    isSafe: true,
  }),
  change('old-key', 'Name = Debian', 'Hidden = yes\nName = Debian', 'Name = Debian', {
    fixed: '[OS]\nName = Debian',
    isSafe: true,
  }),
  change('server-key', linboLine, 'Server = 10.0.0.1', 'School = x', { fixed: 'disk0p5\nAuto' }),
  {
    code: 'remote-sync-enabled',
    bad: dualWith(['NewEnabled = yes', 'RemoteSyncEnabled = yes']),
    at: 'RemoteSyncEnabled = yes',
    good: dual,
    fixed: 'SyncEnabled = yes\nNewEnabled = yes\nAutostart = no',
    isSafe: true,
  },
  {
    code: 'remote-sync-enabled',
    bad: dualWith(['NewEnabled = yes', 'RemoteSyncEnabled = no\nNewEnabled = yes']),
    at: 'RemoteSyncEnabled = no',
    good: dual,
    fixed: 'SyncEnabled = yes\nNewEnabled = yes\nAutostart = no',
    isSafe: false,
  },
  change('auto-format', 'AutoFormat = no', 'AutoFormat = yes', 'AutoFormat = no', {
    fixed: 'AutoFormat = no',
    isSafe: true,
  }),
  ...['"', '$', '`', '\\'].map((character) =>
    change('shell-character', linboLine, `Theme = a${character}b`, `Theme = ab # ${character}`, {
      fixed: 'Theme = ab\n',
      isSafe: false,
    }),
  ),
  change('shell-character', 'Name = Windows 11', 'Name = "Windows 11"', "Name = 'Windows 11'", {
    fixed: 'Name = Windows 11\n',
    isSafe: true,
  }),
  change('hash-in-value', linboLine, 'Theme = dark #x', 'Theme = dark # x', {
    fixed: 'Theme = dark # x\n',
    isSafe: true,
  }),
  change('hash-in-value', linboLine, 'Theme = dark#x', 'Theme = dark# x', {
    fixed: 'Theme = dark # x\n',
    isSafe: false,
  }),
  change('semicolon-in-value', 'Append = ro quiet', 'Append = ro ; quiet', 'Append = ro; quiet', {
    fixed: 'Append = ro; quiet\n',
  }),
  change('flag-value', 'Autostart = yes', 'Autostart = Yes', 'Autostart = yes', {
    fixed: 'Autostart = yes\n',
    isSafe: true,
  }),
  change('flag-value', 'Autostart = yes', 'Autostart = 1', 'Autostart =', {
    fixed: 'Autostart = yes\n',
    isSafe: false,
  }),
  change('flag-value', 'StartEnabled = yes', 'StartEnabled =', 'StartEnabled = no'),
  change('seconds-value', linboLine, 'RootTimeout = 15 min', 'RootTimeout = 900', {
    fixed: 'RootTimeout = 900\n',
    isSafe: true,
  }),
  change('seconds-value', linboLine, 'RootTimeout = soon', 'RootTimeout ='),
]
