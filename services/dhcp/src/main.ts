import { launch } from '@linbo/launch'
import { createDhcpService, schema } from './index.ts'

await launch({ name: 'dhcp', schema, create: createDhcpService })
