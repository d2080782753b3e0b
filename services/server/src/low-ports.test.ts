import { load, setting } from '@linbo/config'
import { describe, expect, it } from 'vitest'
import { moveLowPorts } from './low-ports.ts'

const schema = {
  LINBO_TFTP_PORT: setting.port(69, 'TFTP.'),
  LINBO_RSYNC_PORT: setting.port(873, 'rsync.'),
  LINBO_DHCP_PORT: setting.port(67, 'DHCP.'),
}
const forbidden = async () => false
const allowed = async () => true

describe('moveLowPorts', () => {
  it('adds 10000 to the ports this user may not bind', async () => {
    const loaded = load(schema, {})
    const moved = { LINBO_TFTP_PORT: 10_069, LINBO_RSYNC_PORT: 10_873 }
    expect(await moveLowPorts(loaded, forbidden)).toEqual(moved)
    expect(loaded.values).toEqual({ ...moved, LINBO_DHCP_PORT: 67 })
  })

  it('leaves everything where it is for a user who may', async () => {
    const loaded = load(schema, {})
    expect(await moveLowPorts(loaded, allowed)).toEqual({})
    expect(loaded.values.LINBO_TFTP_PORT).toBe(69)
  })

  it('leaves a port that somebody chose, low or not', async () => {
    const loaded = load(schema, { LINBO_TFTP_PORT: '69', LINBO_RSYNC_PORT: '8873' })
    const ask = () => {
      throw new Error('nothing to ask about')
    }
    expect(await moveLowPorts(loaded, ask)).toEqual({})
    expect(loaded.values).toMatchObject({ LINBO_TFTP_PORT: 69, LINBO_RSYNC_PORT: 8873 })
  })
})
