import { type CommandDef, defineCommand } from 'citty'

/** The tree of `linbo`'s commands; each file is loaded when its command is used. */
export const linbo: CommandDef = defineCommand({
  meta: { name: 'linbo', description: 'Boots, images and steers rooms full of LINBO machines.' },
  subCommands: {
    serve: () => import('./serve.ts').then((m) => m.serve),
    status: () => import('./status.ts').then((m) => m.status),
    doctor: () => import('./doctor.ts').then((m) => m.doctor),
    config: () => import('./config.ts').then((m) => m.config),
    host: () => import('./host.ts').then((m) => m.host),
    registration: () => import('./registration.ts').then((m) => m.registration),
    inventory: () => import('./inventory.ts').then((m) => m.inventory),
    group: () => import('./group.ts').then((m) => m.group),
    operation: () => import('./operation.ts').then((m) => m.operation),
    events: () => import('./events.ts').then((m) => m.events),
    dhcp: () => import('./dhcp.ts').then((m) => m.dhcp),
    boot: () => import('./boot.ts').then((m) => m.boot),
    simulate: () => import('./simulate.ts').then((m) => m.simulate),
    demo: () => import('./demo.ts').then((m) => m.demo),
  },
}) as CommandDef
