/** One thing the doctor looked at. */
export interface Finding {
  name: string
  state: 'ok' | 'warning' | 'failed'
  detail: string
  fix: string | null
}

export const well = (name: string, detail: string): Finding => ({
  name,
  state: 'ok',
  detail,
  fix: null,
})

export const ill = (name: string, detail: string, fix: string | null): Finding => ({
  name,
  state: 'failed',
  detail,
  fix,
})

export const doubtful = (name: string, detail: string, fix: string | null): Finding => ({
  name,
  state: 'warning',
  detail,
  fix,
})
