/** What `custom_kernel` asks for. */
export type CustomKernel =
  | { kind: 'package' }
  | { kind: 'custom'; kernel: string; modules: string; release: string }
  | { kind: 'wrong'; reason: string }

/** Upstream's names for the kernels it once had several of. */
const packaged = ['', 'stable', 'longterm', 'legacy']

/**
 * Reads `custom_kernel`: lines `KERNELPATH=…` and `MODULESPATH=…`, quoted or not. Upstream runs the file as a shell
 * script; here nothing of it is run, and anything but plain paths is refused.
 */
export function parseCustomKernel(text: string): CustomKernel {
  const values: Record<string, string> = {}
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#.*)?$/.test(line)) continue
    const found = /^\s*(?:export\s+)?([A-Z_]+)=(?:"([^"]*)"|'([^']*)'|(\S*))\s*(?:#.*)?$/.exec(line)
    const value = found?.[2] ?? found?.[3] ?? found?.[4] ?? ''
    if (!found || /[$`"'\\]/.test(value))
      return { kind: 'wrong', reason: `line ${index + 1} is not of the form NAME="value"` }
    values[found[1] ?? ''] = value
  }
  const { KERNELPATH: kernel = '', MODULESPATH: modules = '' } = values
  if (packaged.includes(kernel)) return { kind: 'package' }
  for (const [name, value] of Object.entries({ KERNELPATH: kernel, MODULESPATH: modules })) {
    if (!value.startsWith('/') || value.split('/').includes('..'))
      return { kind: 'wrong', reason: `${name} is not an absolute path` }
  }
  const release = modules.replace(/\/+$/, '').split('/').at(-1) ?? ''
  if (!/^\d+\.[A-Za-z0-9._+~-]+$/.test(release))
    return { kind: 'wrong', reason: 'MODULESPATH does not end with the release of a kernel' }
  return { kind: 'custom', kernel, modules: modules.replace(/\/+$/, ''), release }
}
