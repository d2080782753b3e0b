/** What a piece of a client's output says about its progress. */
export interface Milestone {
  /** A new stage or result, in LINBO's words. The percentage starts anew. */
  text?: string
  /** 0–100 of the present stage. */
  percent?: number
  /** A line that says what went wrong. */
  problem?: string
}

const longestLine = 4096
const longestText = 200

/**
 * Reads LINBO's output as it arrives, in pieces of any size. Lines end with LF or CR; meters rewrite theirs with CR or
 * backspaces and may stand without an end, so percentages are read from an unfinished line too.
 */
export function createMilestones(): (text: string) => Milestone[] {
  let open = ''
  let sending = false
  return (text) => {
    const found: Milestone[] = []
    const parts = (open + text).split(/[\r\n]/)
    open = (parts.pop() ?? '').slice(-longestLine)
    for (const part of parts) {
      const line = clean(part.slice(-longestLine))
      if (line === '') continue
      const percent = readPercent(line)
      const problem = readProblem(line)
      const stage = sending ? `Sending ${line}` : readStage(line)
      if (percent !== undefined) found.push({ percent })
      else if (problem !== undefined) found.push({ text: problem, problem })
      else if (stage !== undefined) found.push({ text: stage.slice(0, longestText) })
      // rsync names the file on the next line.
      sending = line === 'sending incremental file list'
    }
    const percent = readPercent(clean(open))
    if (percent !== undefined) found.push({ percent })
    return found
  }
}

/** The line as a terminal would show it: backspaces carried out, escapes and control characters gone. */
function clean(line: string): string {
  let shown = line.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '')
  if (shown.includes('\b')) {
    const cells: string[] = []
    let at = 0
    for (const character of shown) {
      if (character === '\b') at = Math.max(0, at - 1)
      else cells[at++] = character
    }
    shown = cells.join('')
  }
  return shown.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '').trim()
}

const meters = [
  // qemu-img -p: (12.10/100%)
  /^\((\d{1,3}(?:\.\d+)?)\/100%\)$/,
  // rsync --progress: 43,414,016 100%   50.33MB/s    0:00:00 (xfr#1, to-chk=0/1)
  /^[\d,.]+[KMGT]?\s+(\d{1,3})%\s+[\d,.]+[kKMGT]?B\/s\s/,
  // aria2: [#5697c3 9.9MiB/41MiB(24%) CN:2 SD:1 DL:17MiB ETA:1s]
  /^\[#[0-9a-f]+ [^\s(]+\((\d{1,3})%\)/,
  // pv: 86.8MiB 0:00:01 [86.7MiB/s] [====>      ] 17% ETA 0:00:04
  /\] \[[=> ]*\]\s*(\d{1,3})%/,
]

function readPercent(line: string): number | undefined {
  for (const meter of meters) {
    const match = meter.exec(line)
    // pv passes 100 when more fits than it was told.
    if (match) return Math.min(100, Number(match[1]))
  }
  if (/^\[#[0-9a-f]+ SEED\(/.test(line)) return 100
  // buildtorrent draws a bar without a number: [=====>      ]
  const bar = /^(?:\[[=> ]*\])*\[(=+)>? *\]$/.exec(line)
  if (!bar) return undefined
  const width = line.length - line.lastIndexOf('[') - 2
  return Math.round(((bar[1]?.length ?? 0) / width) * 100)
}

const problems = [
  /^Error!$/,
  /^Failed\.$/,
  /\bFailed!/,
  /^Failed to /,
  /^Fatal: /,
  /^Cannot /,
  /^Unable to /,
  /^Unknown (?:image type|fstype)/,
  /^Creation of .* failed/,
  /is not (?:connectable|mountable)!/,
  /could not be downloaded/,
  /^Local mode detected!/,
  /^Aborted\.$/,
  /^@ERROR/,
  /^rsync(?: error)?: /,
  /not found in cache!$/,
]

function readProblem(line: string): string | undefined {
  return problems.some((one) => one.test(line)) ? line.slice(0, longestText) : undefined
}

const stages = [
  /^Creating /,
  /^Finished partitioning of /,
  /^Formatting cache partition/,
  /^Partition \S+ - fstype /,
  /^Removing related image files/,
  /^Starting /,
  /^Started seeder for /,
  /^Trying to download /,
  /^RSYNC Download /,
  /successfully downloaded\.$/,
  /is up-to-date\.$/,
  /^Info files of /,
  /nothing to do\.$/,
  /^Unpacking: /,
  /^Forcing partition clone/,
  /^File sync /,
  /^Syncing /,
  /^Uploading /,
  /^Successfully uploaded /,
  /^Preparing partition /,
  /^Saving partition guids/,
  /^Filling up partition /,
  /^Start syncing differences /,
  /^hashing \d+ pieces/,
  /^\d{12} (?:created|applied): /,
  /^(?:UEFI|BIOS) system found/,
  /^Setting hostname /,
  /^Installing GRUB /,
  /^(?:Found|No) kernel /,
  /^Initiating /,
  /^Requesting upload of /,
  /^Mounting cache partition /,
  /^Done\.$/,
]

/** Commands LINBO calls so often that their banners say nothing. */
const quiet = /^linbo_(?:wrapper|mount|mountcache|link_blkdev|split_startconf|download)\b/

function readStage(line: string): string | undefined {
  const banner = /^### \d{8}-\d{6} (.*?)(?: ###)?$/.exec(line)?.[1]
  if (banner !== undefined) return quiet.test(banner) ? undefined : banner
  const dated = /^## .* : (.+)$/.exec(line)?.[1]
  if (dated !== undefined) return dated
  // mkfs writes its name where " OK!" will follow.
  const formatting = /^(Formatting \S+ with \S+ \.\.\.)/.exec(line)?.[1]
  if (formatting !== undefined) return formatting
  return stages.some((one) => one.test(line)) ? line : undefined
}
