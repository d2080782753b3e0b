import { m } from '#lib/paraglide/messages.js'
import { getLocale } from '#lib/paraglide/runtime.js'
import type { BootPhase, BootVerdict, Verdict } from '../resources.ts'
import { duration, fileName } from '../ui/format.ts'
import { phaseText } from './words.ts'

/** A verdict in the language of the page. */
export interface VerdictWords {
  title: string
  cause: string
  /** One thing to do per entry. */
  todo: string[]
}

type Facts = ReturnType<typeof factsOf>
type Sentence = (facts: Facts) => string

const words: Record<BootVerdict, [title: Sentence, cause: Sentence, todo: Sentence]> = {
  'foreign-server': [
    m.verdict_foreign_server_title,
    m.verdict_foreign_server_cause,
    m.verdict_foreign_server_todo,
  ],
  'wrong-architecture': [
    m.verdict_wrong_architecture_title,
    m.verdict_wrong_architecture_cause,
    m.verdict_wrong_architecture_todo,
  ],
  'unknown-network': [
    m.verdict_unknown_network_title,
    m.verdict_unknown_network_cause,
    m.verdict_unknown_network_todo,
  ],
  'pool-exhausted': [
    m.verdict_pool_exhausted_title,
    m.verdict_pool_exhausted_cause,
    m.verdict_pool_exhausted_todo,
  ],
  'address-refused': [
    m.verdict_address_refused_title,
    m.verdict_address_refused_cause,
    m.verdict_address_refused_todo,
  ],
  'no-answer': [m.verdict_no_answer_title, m.verdict_no_answer_cause, m.verdict_no_answer_todo],
  'offer-not-taken': [
    m.verdict_offer_not_taken_title,
    m.verdict_offer_not_taken_cause,
    m.verdict_offer_not_taken_todo,
  ],
  'boot-file-not-asked': [
    m.verdict_boot_file_not_asked_title,
    m.verdict_boot_file_not_asked_cause,
    m.verdict_boot_file_not_asked_todo,
  ],
  'file-missing': [
    m.verdict_file_missing_title,
    m.verdict_file_missing_cause,
    m.verdict_file_missing_todo,
  ],
  'loader-silent': [
    m.verdict_loader_silent_title,
    m.verdict_loader_silent_cause,
    m.verdict_loader_silent_todo,
  ],
  'kernel-not-asked': [
    m.verdict_kernel_not_asked_title,
    m.verdict_kernel_not_asked_cause,
    m.verdict_kernel_not_asked_todo,
  ],
  'client-silent': [
    m.verdict_client_silent_title,
    m.verdict_client_silent_cause,
    m.verdict_client_silent_todo,
  ],
  'packet-loss': [
    m.verdict_packet_loss_title,
    m.verdict_packet_loss_cause,
    m.verdict_packet_loss_todo,
  ],
  'room-packet-loss': [
    m.verdict_room_packet_loss_title,
    m.verdict_room_packet_loss_cause,
    m.verdict_room_packet_loss_todo,
  ],
  'linux-silent': [
    m.verdict_linux_silent_title,
    m.verdict_linux_silent_cause,
    m.verdict_linux_silent_todo,
  ],
  'linbo-no-lease': [
    m.verdict_linbo_no_lease_title,
    m.verdict_linbo_no_lease_cause,
    m.verdict_linbo_no_lease_todo,
  ],
  'start-conf-not-asked': [
    m.verdict_start_conf_not_asked_title,
    m.verdict_start_conf_not_asked_cause,
    m.verdict_start_conf_not_asked_todo,
  ],
  unregistered: [
    m.verdict_unregistered_title,
    m.verdict_unregistered_cause,
    m.verdict_unregistered_todo,
  ],
  'pxe-off': [m.verdict_pxe_off_title, m.verdict_pxe_off_cause, m.verdict_pxe_off_todo],
  'start-conf-missing': [
    m.verdict_start_conf_missing_title,
    m.verdict_start_conf_missing_cause,
    m.verdict_start_conf_missing_todo,
  ],
  'no-ssh': [m.verdict_no_ssh_title, m.verdict_no_ssh_cause, m.verdict_no_ssh_todo],
  'step-failed': [
    m.verdict_step_failed_title,
    m.verdict_step_failed_cause,
    m.verdict_step_failed_todo,
  ],
  slow: [m.verdict_slow_title, m.verdict_slow_cause, m.verdict_slow_todo],
}

export function verdictWords({ code, facts }: Pick<Verdict, 'code' | 'facts'>): VerdictWords {
  const [title, cause, todo] = words[code]
  const told = factsOf(facts)
  return { title: title(told), cause: cause(told), todo: todo(told).split('\n') }
}

/** Every blank of the sentences, filled with what is known. */
function factsOf(facts: Verdict['facts']) {
  const text = (name: string, otherwise = '–') => String(facts[name] ?? otherwise)
  const time = (name: string) => duration(Number(facts[name] ?? 0), getLocale())
  const machine = text('machine')
  const ip = text('ip', machine)
  return {
    about: text('about', text('detail')),
    detail: text('detail'),
    file: fileName(text('file')),
    firmware: text('firmware'),
    group: text('group'),
    mac: text('mac'),
    machine,
    machines: text('machines'),
    percent: Number(facts.percent ?? 0).toLocaleString(getLocale()),
    phase: facts.phase ? phaseText(facts.phase as BootPhase) : '–',
    phasetook: time('phaseMs'),
    phaseusual: time('phaseUsualMs'),
    place: ip === machine ? machine : `${machine} (${ip})`,
    retries: text('retries'),
    room: text('room'),
    took: time('tookMs'),
    usual: time('usualMs'),
  }
}
