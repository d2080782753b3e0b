import { parseStartConf } from '@linbo/formats'
import { describe, expect, it } from 'vitest'
import { configProbes } from './firmware.ts'
import { fleetOf } from './fleet.ts'
import { sampleStartConf } from './sample.ts'

describe('fleetOf', () => {
  it('gives 5000 machines names, MACs and addresses of their own', () => {
    const machines = fleetOf(5000, 'lab')
    for (const field of ['hostname', 'mac', 'ip'] as const)
      expect(new Set(machines.map((machine) => machine[field])).size).toBe(5000)
    for (const { ip, mac } of machines) {
      const last = Number(ip.split('.')[3])
      expect(last).toBeGreaterThan(0)
      expect(last).toBeLessThan(255)
      expect(mac).toMatch(/^52:54:00(:[0-9a-f]{2}){3}$/)
    }
  })

  it('counts from 1, in a network of its own if asked', () => {
    expect(fleetOf(1, 'lab')[0]).toMatchObject({ hostname: 'sim001', ip: '127.77.0.1' })
    expect(fleetOf(1, 'lab', 81)[0]).toMatchObject({ mac: '52:54:00:51:00:01', ip: '127.81.0.1' })
  })
})

describe('configProbes', () => {
  it('asks for the MAC, then for the address, a digit less each time', () => {
    const [machine] = fleetOf(1, 'lab')
    const probes = configProbes({ ...machine!, ip: '10.55.100.1' })
    expect(probes).toHaveLength(9)
    expect(probes.slice(0, 3)).toEqual([
      'grub.cfg-01-52-54-00-4d-00-01',
      'grub.cfg-0A376401',
      'grub.cfg-0A37640',
    ])
    expect(probes.at(-1)).toBe('grub.cfg-0')
  })
})

describe('sampleStartConf', () => {
  it('is a start.conf without anything to complain about', () => {
    const conf = parseStartConf(sampleStartConf('lab', 'tiny'))
    expect(conf.problems.filter((problem) => problem.severity !== 'info')).toEqual([])
    expect(conf.linbo).toMatchObject({ group: 'lab', cache: '/dev/sda3' })
    expect(conf.os).toMatchObject([{ baseImage: 'tiny.qcow2', root: '/dev/sda2' }])
  })
})
