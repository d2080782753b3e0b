import { launch } from '@linbo/launch'
import { createApiService, schema } from './index.ts'

await launch({
  name: 'api',
  schema,
  create: (parts) => createApiService({ ...parts, completesBootFiles: true }),
})
