import type { BusEvent, HostStatus } from '@linbo/bus'
import { SvelteMap } from 'svelte/reactivity'
import { api } from '../api.ts'
import type { BootFile, Host, Operation, Status, Transfer } from '../resources.ts'
import { natural } from '../ui/format.ts'
import { type Activity, activityOf, whoIsBusy } from './activity.ts'
import { apply, emptyModel, nothingTouched, type Stranger, type Touched } from './model.ts'
import { EventSocket, type Message } from './socket.ts'
import { countStatuses, groupIntoRooms, type Room, totalRate } from './summary.ts'

export interface HostView {
  host: Host
  activity: Activity | null
}

export type Connection = 'loading' | 'live' | 'reconnecting'

/** Events are gathered this long before the page changes; 60 changes a second help nobody. */
const gatherMs = 100
const checkMs = 20_000
const samples = 90

/** What goes on, as state every page reads. A change to one host redraws that host only. */
class Live {
  connection = $state<Connection>('loading')
  /** False until the first picture is there; what is empty before is not known yet. */
  isLoaded = $state(false)
  /** Why the first snapshot could not be loaded. */
  problem = $state.raw<unknown>(null)
  hosts = new SvelteMap<string, HostView>()
  rooms = $state.raw<Room[]>([])
  counts = $state.raw<Record<HostStatus, number>>(countStatuses([]))
  operations = $state.raw<Operation[]>([])
  transfers = $state.raw<Transfer[]>([])
  strangers = $state.raw<Stranger[]>([])
  status = $state.raw<Status | null>(null)
  bootFiles = $state.raw<BootFile[]>([])
  /** Bytes per second of all transfers, one sample a second, newest last. */
  rates = $state.raw<number[]>(new Array(samples).fill(0))
  /** When the stream last brought something, ms since 1970. */
  heardAt = $state(0)

  #model = emptyModel()
  #socket: EventSocket | undefined
  #queue: BusEvent[] = []
  #flushing = false
  #loading: Promise<void> | undefined
  #loadAgain: Promise<void> | undefined
  #timers: ReturnType<typeof setInterval>[] = []
  #listeners = new Set<(events: readonly BusEvent[]) => void>()
  #reloadLater: ReturnType<typeof setTimeout> | undefined

  start(): void {
    if (this.#timers.length > 0) return
    this.#timers = [
      setInterval(() => void this.#check(), checkMs),
      setInterval(() => this.#sample(), 1000),
    ]
    void this.load()
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
    clearTimeout(this.#reloadLater)
    this.#timers = []
    this.#socket?.close()
    this.#socket = undefined
    this.#queue = []
    this.connection = 'loading'
    this.isLoaded = false
  }

  /**
   * Loads now, and again `quietMs` after the last event that matters. Returns the function that ends it.
   */
  reload(
    matters: (event: BusEvent) => boolean,
    load: () => Promise<void>,
    quietMs: number,
  ): () => void {
    void load()
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = this.listen((events) => {
      if (!events.some(matters)) return
      clearTimeout(timer)
      timer = setTimeout(load, quietMs)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }

  /** Calls `listener` with every batch of events. Returns the function that ends it. */
  listen(listener: (events: readonly BusEvent[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Fetches the whole picture, then listens from where it was taken. */
  load(): Promise<void> {
    if (!this.#loading) {
      this.#loading = this.#load().finally(() => {
        this.#loading = undefined
      })
      return this.#loading
    }
    // The one that is under way may have asked before what its caller changed.
    this.#loadAgain ??= this.#loading
      .catch(() => {})
      .then(() => {
        this.#loadAgain = undefined
        return this.load()
      })
    return this.#loadAgain
  }

  async #load(): Promise<void> {
    try {
      // The status comes first: its event number is older than all that follows, so nothing falls between.
      const status = await api.status()
      const [hosts, operations, running, newest, bootFiles] = await Promise.all([
        api.hosts(),
        api.operations({ limit: 30 }),
        api.transfers({ running: true, limit: 200 }),
        api.transfers({ limit: 30 }),
        api.bootFiles(),
      ])
      const model = emptyModel()
      for (const host of hosts) model.hosts.set(host.hostname, host)
      for (const one of operations) model.operations.set(one.id, one)
      const byAge = [...newest, ...running].sort((a, b) => a.startedAt.localeCompare(b.startedAt))
      for (const one of byAge) model.transfers.set(one.id, one)
      model.strangers = this.#model.strangers
      this.#model = model
      this.#queue = []
      this.status = status
      this.bootFiles = bootFiles
      this.problem = null
      this.#showAll()
      this.isLoaded = true
      this.#listenSince(status.lastEventId)
    } catch (error) {
      this.problem = error
      this.#reloadSoon(3000)
    }
  }

  #listenSince(id: number): void {
    if (this.#timers.length === 0) return
    this.#socket?.close()
    this.#socket = new EventSocket(id, {
      onMessage: (message) => this.#take(message),
      onOpen: () => {
        this.connection = 'live'
        this.heardAt = Date.now()
      },
      onLost: (attempt) => {
        this.connection = 'reconnecting'
        // A refused upgrade tells no reason; a request does, and signs us out when the session is over.
        if (attempt > 0) api.status().catch(() => {})
      },
    })
  }

  #take(message: Message): void {
    if (message.type === 'stream.gap') {
      void this.load()
      return
    }
    this.#queue.push(message)
    if (this.#flushing) return
    this.#flushing = true
    setTimeout(() => {
      // A hidden page gets no animation frames and must not gather events for hours.
      if (document.hidden) this.#flush()
      else requestAnimationFrame(() => this.#flush())
    }, gatherMs)
  }

  #flush(): void {
    this.#flushing = false
    const events = this.#queue
    this.#queue = []
    const touched = nothingTouched()
    for (const event of events) apply(this.#model, event, touched)
    this.heardAt = Date.now()
    this.#show(touched)
    for (const listener of this.#listeners) listener(events)
    if (events.some((event) => event.type === 'service.health')) void this.#refreshStatus()
    if (touched.reloadHosts) this.#reloadSoon(1000)
    for (const id of touched.fetchOperations) void this.#fetchOperation(id)
  }

  #show(touched: Touched): void {
    const { model, busy } = { model: this.#model, busy: whoIsBusy(this.#model) }
    for (const name of touched.hosts) {
      const host = model.hosts.get(name)
      if (host) this.hosts.set(name, { host, activity: activityOf(host, busy) })
    }
    if (touched.hosts.size > 0) this.counts = countStatuses(model.hosts.values())
    if (touched.transfers.size > 0) this.transfers = [...model.transfers.values()].reverse()
    if (touched.operations.size > 0) this.operations = this.#sortedOperations()
    if (touched.strangers) this.strangers = this.#unknownStrangers()
  }

  #showAll(): void {
    const busy = whoIsBusy(this.#model)
    for (const name of [...this.hosts.keys()]) {
      if (!this.#model.hosts.has(name)) this.hosts.delete(name)
    }
    const hosts = [...this.#model.hosts.values()]
    hosts.sort((a, b) => natural(a.hostname, b.hostname))
    for (const host of hosts) {
      this.hosts.set(host.hostname, { host, activity: activityOf(host, busy) })
    }
    this.rooms = groupIntoRooms(hosts)
    this.counts = countStatuses(hosts)
    this.transfers = [...this.#model.transfers.values()].reverse()
    this.operations = this.#sortedOperations()
    this.strangers = this.#unknownStrangers()
  }

  #sortedOperations(): Operation[] {
    const list = [...this.#model.operations.values()]
    return list.sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  }

  #unknownStrangers(): Stranger[] {
    const known = new Set([...this.#model.hosts.values()].map((host) => host.mac))
    return [...this.#model.strangers.values()].filter((one) => !known.has(one.mac)).reverse()
  }

  async #fetchOperation(id: string): Promise<void> {
    const operation = await api.operation(id).catch(() => undefined)
    if (operation) this.putOperation(operation)
  }

  /** Takes over an operation that was just fetched or started. */
  putOperation(operation: Operation): void {
    const touched = nothingTouched()
    this.#model.operations.set(operation.id, operation)
    touched.operations.add(operation.id)
    for (const host of operation.hosts) touched.hosts.add(host.hostname)
    this.#show(touched)
  }

  #reloadSoon(ms: number): void {
    clearTimeout(this.#reloadLater)
    this.#reloadLater = setTimeout(() => {
      if (this.#timers.length > 0) void this.load()
    }, ms)
  }

  async #refreshStatus(): Promise<void> {
    this.status = await api.status().catch(() => this.status)
  }

  /** Now and then: is the stream really alive, did hosts come or go? */
  async #check(): Promise<void> {
    if (!this.#socket || this.#loading) return
    const before = this.#socket.lastId
    const status = await api.status().catch(() => undefined)
    if (!status) return
    this.status = status
    this.bootFiles = await api.bootFiles().catch(() => this.bootFiles)
    if (status.hosts.total !== this.#model.hosts.size) return this.load()
    const isDeaf = status.lastEventId > before && this.#socket.lastId === before
    if (this.connection === 'live' && isDeaf) this.#socket.restart()
  }

  #sample(): void {
    const now = this.connection === 'live' ? totalRate(this.#model.transfers.values()) : 0
    this.rates = [...this.rates.slice(1), now]
  }
}

export const live = new Live()
