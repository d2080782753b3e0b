import { describe, load, locate, suite } from '@linbo/config'
import { launch } from '@linbo/launch'
import { createApiService, schema } from './index.ts'

function settingRows() {
  const { dataDir, file } = locate({ environment: process.env })
  const all = { ...suite(dataDir), ...schema }
  return describe(all, load(all, process.env, file))
}

await launch({
  name: 'api',
  schema,
  create: (parts) => createApiService({ ...parts, settingRows }),
})
