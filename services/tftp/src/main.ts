import { launch } from '@linbo/launch'
import { createTftpService, schema } from './index.ts'

await launch({ name: 'tftp', schema, create: createTftpService })
