import { createRoute, z } from '@hono/zod-openapi'
import { bootFileFor, type FirmwareFacts } from '@linbo/boot'
import { listHosts } from '@linbo/db'
import { type DhcpBootFiles, dhcpConfig, dhcpServers } from '@linbo/formats'
import type { AppDeps } from '../deps.ts'
import { createRouter } from '../router.ts'

const config = createRoute({
  method: 'get',
  path: '/config',
  tags: ['dhcp'],
  summary: 'What another DHCP server of the network must be told to bring machines to LINBO',
  request: {
    query: z.object({
      server: z.enum(dhcpServers).openapi({ description: 'the program it is written for' }),
    }),
  },
  responses: {
    200: {
      description: 'A configuration with its instructions as a comment',
      content: { 'text/plain': { schema: z.string() } },
    },
  },
})

export function dhcp({ db, serverIp, httpPort }: AppDeps) {
  return createRouter().openapi(config, async (c) => {
    const { server } = c.req.valid('query')
    const hosts = await listHosts(db)
    const files = bootFiles(serverIp, httpPort)
    return c.text(dhcpConfig(server, { server: serverIp, hosts, files }), 200)
  })
}

function bootFiles(server: string, port: number): DhcpBootFiles {
  const fileOf = (facts: FirmwareFacts) => {
    const file = bootFileFor(facts)
    return file?.via === 'http' ? `http://${server}:${port}/${file.path}` : (file?.path ?? '')
  }
  return {
    bios: fileOf({ arch: 0 }),
    uefi: fileOf({ arch: 7 }),
    http: fileOf({ arch: 16, vendorClass: 'HTTPClient' }),
  }
}
