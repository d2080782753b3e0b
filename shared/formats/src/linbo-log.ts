import { missingFirmwareIn } from './missing-firmware.ts'

/** What one of LINBO's logs tells. */
export interface LinboLog {
  /** `7.4.11-0` */
  linboVersion: string | undefined
  missingFirmware: string[]
  /** Lines that tell of a failure, in order, with the time of the banner before them. */
  errors: { time: string | null; text: string }[]
}

const banner = /^### (\d{8}-\d{6}) (.{1,2000}?) ?###\s*$/
const failure =
  /^(?:Error|Fatal|Failed|Cannot|Unable to|No such|Aborted|Checksums differ|Unknown image type|rsync error|@ERROR)\b|(?:^|\s)Failed!|failed, |failed\. :\(|failed!$|is bigger than partition|does not match!|could not be downloaded/i
const mostErrors = 100
const longest = 300

/** The time of a banner line (`### 20261120-074512 linbo_sync 1 ###`) as it stands there, and the command. */
export function parseBanner(line: string): { time: string; command: string } | undefined {
  const [, time, command] = banner.exec(line) ?? []
  return time === undefined || command === undefined ? undefined : { time, command }
}

/** Reads a log of LINBO's scripts. */
export function parseLinboLog(text: string): LinboLog {
  const errors: LinboLog['errors'] = []
  let time: string | null = null
  for (const line of text.split(/[\r\n]+/)) {
    time = parseBanner(line)?.time ?? time
    if (!failure.test(line) || line.startsWith('###')) continue
    const plain = line
      .replace(/[\u0000-\u001f\u007f]+/g, ' ')
      .trim()
      .slice(0, longest)
      .toWellFormed()
    errors.push({ time, text: plain })
  }
  const version = /\bLINBO (?:version )?v?(\d{1,3}\.\d{1,3}\.\d{1,3}(?:[-~.]\w{1,20})?)/i.exec(text)
  return {
    linboVersion: version?.[1],
    missingFirmware: missingFirmwareIn(text),
    errors: errors.slice(-mostErrors),
  }
}
