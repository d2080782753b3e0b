import { z } from '@hono/zod-openapi'
import { latestStartConfVersion, latestStartConfVersions, listHosts } from '@linbo/db'
import { whyNotGroup } from '@linbo/formats'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { factsOf, startConfFacts, versionSchema, versionView } from './start-conf-view.ts'

export const groupKey = z.object({ name: z.string().max(63) })

export const groupSchema = z
  .object({
    name: z.string(),
    hosts: z.number().int(),
    startConf: z.boolean().openapi({ description: 'whether there is a start.conf of this group' }),
    revision: z
      .string()
      .nullable()
      .openapi({ description: 'SHA-256 of the start.conf, the ETag to send as If-Match' }),
    changed: versionSchema.nullable().openapi({ description: 'the newest version' }),
    formerNames: z
      .array(z.string())
      .openapi({ description: 'names it had before, which machines still find' }),
    os: startConfFacts.os,
    errors: z.number().int(),
    warnings: z.number().int(),
  })
  .openapi('Group')

export const groupDetail = groupSchema.extend(startConfFacts).openapi('GroupDetail')

export type Group = z.infer<typeof groupSchema>
export type GroupDetail = z.infer<typeof groupDetail>

type Deps = Pick<AppDeps, 'db' | 'startConfs'>

/**
 * One group as the API tells it.
 * @throws LinboError `GROUP_UNKNOWN`
 */
export async function readGroup({ db, startConfs }: Deps, name: string): Promise<GroupDetail> {
  const members = await listHosts(db, { group: name })
  const file = await startConfs.load(name)
  const former = await startConfs.formerNames()
  if (!file && members.length === 0) throw unknownGroup(name, former)
  const version = await latestStartConfVersion(db, name)
  const facts = factsOf(file?.text, { group: name })
  return {
    ...{ name, hosts: members.length, startConf: file !== undefined, ...facts },
    revision: file?.revision ?? null,
    changed: version ? versionView(version) : null,
    formerNames: namesBefore(former, name),
    ...count(facts.problems),
  }
}

/** Every group that has hosts or a start.conf, by name. */
export async function listGroups({ db, startConfs }: Deps): Promise<Group[]> {
  const hosts = new Map((await startConfs.list()).map((name) => [name, 0]))
  for (const { group } of await listHosts(db)) hosts.set(group, (hosts.get(group) ?? 0) + 1)
  const versions = new Map((await latestStartConfVersions(db)).map((one) => [one.group, one]))
  const former = await startConfs.formerNames()
  const groups = await Promise.all(
    [...hosts].map(async ([name, members]): Promise<Group> => {
      // One that cannot be read is shown all the same; looking at it tells why.
      const file = await startConfs.load(name).catch(() => undefined)
      const version = versions.get(name)
      const { os, problems } = factsOf(file?.text, { group: name })
      return {
        ...{ name, hosts: members, startConf: file !== undefined, os },
        revision: file?.revision ?? null,
        changed: version ? versionView(version) : null,
        formerNames: namesBefore(former, name),
        ...count(problems),
      }
    }),
  )
  return groups.sort(byName)
}

/** The groups that had a start.conf once, and have neither one nor a host now. */
export async function listRemovedGroups(deps: Deps): Promise<Group[]> {
  const present = new Set((await listGroups(deps)).map((group) => group.name))
  const versions = await latestStartConfVersions(deps.db)
  return versions
    .filter((version) => version.sha256 === null && !present.has(version.group))
    .map((version) => ({
      ...{ name: version.group, hosts: 0, startConf: false, revision: null, os: [] },
      ...{ changed: versionView(version), formerNames: [], errors: 0, warnings: 0 },
    }))
    .sort(byName)
}

/** @throws LinboError `GROUP_NAME` */
export function checkGroupName(name: string): string {
  const reason = whyNotGroup(name)
  if (reason) throw apiError('GROUP_NAME', reason, 'Correct the name of the group.')
  return name
}

export function unknownGroup(name: string, former: ReadonlyMap<string, string>) {
  const now = former.get(name)
  if (now) return apiError('GROUP_UNKNOWN', `group ${name} is called ${now} now`, `Use ${now}.`)
  const fix = 'GET /api/v1/groups lists the groups there are.'
  return apiError('GROUP_UNKNOWN', `there is no group ${name}`, fix)
}

function namesBefore(former: Map<string, string>, name: string): string[] {
  return [...former].flatMap(([before, now]) => (now === name ? [before] : [])).sort()
}

function count(problems: { severity: string }[]) {
  const having = (severity: string) => problems.filter((one) => one.severity === severity).length
  return { errors: having('error'), warnings: having('warning') }
}

function byName(a: Group, b: Group): number {
  return a.name.localeCompare(b.name, 'en', { numeric: true })
}
