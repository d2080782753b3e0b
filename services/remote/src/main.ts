import { launch } from '@linbo/launch'
import { schema } from './config.ts'
import { createRemoteService } from './server.ts'

await launch({ name: 'remote', schema, create: createRemoteService })
