import { launch } from '@linbo/launch'
import { createSyncService, schema } from './index.ts'

await launch({ name: 'sync', schema, create: createSyncService })
