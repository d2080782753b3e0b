import { describeBusContract } from './contract.ts'
import { createMemoryBus } from './memory.ts'

describeBusContract('memory', async (options) => createMemoryBus(options))
