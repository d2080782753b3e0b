import fc from 'fast-check'

/** A row as linuxmuster writes it. */
export const line =
  'r204;r204-pc07;lab204;52:54:00:ab:cd:07;10.16.204.7;;;;classroom-studentcomputer;;1;;;;'

const cell = fc.oneof(
  fc.constantFrom(
    'r204',
    'pc1',
    'r204-pc07',
    'lab',
    '52:54:00:ab:cd:07',
    'DHCP',
    '1',
    '',
    ' ',
    '#',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
)
/** Texts that look like the file here and there. */
export const anyFile = fc
  .tuple(
    fc.constantFrom('', '\ufeff'),
    fc.array(fc.tuple(fc.array(cell, { maxLength: 18 }), fc.constantFrom('\n', '\r\n', '\r', ''))),
  )
  .map(([mark, rows]) => mark + rows.map(([cells, end]) => cells.join(';') + end).join(''))
