import { commandFacts } from '@linbo/formats'

const forms = Object.values(commandFacts).map((facts) => `                 ${facts.form}`)

export const help = `linbo-remote: steers LINBO machines, now or at their next boot.

  -i <hosts>     these hosts: names or addresses, separated by commas
  -g <group>     all hosts of this group
  -r <room>      all hosts of this room
  -s <school>    hosts of this school

  -c <commands>  run these commands now, in this order
  -p <commands>  run these commands at the next boot
  -n             at the next boot, skip what start.conf would do by itself
  -d             at the next boot, lock the client's menu
  -w <seconds>   wake the hosts and wait this long for them (with -c, 0 means: do not wake)
  -b <seconds>   pause between two wake-on-LAN packets
  -u             wake through the subnet's broadcast address as well

  -l             list the hosts that something runs on
  -a <host>      follow what the running operation of this host prints
  -h             this help

  Commands, separated by commas:
${forms.join('\n')}

  Exit code: 0 all hosts did it, 1 some did not, 2 wrong options, 3 no server.
  LINBO_URL and LINBO_TOKEN say which server; on the server itself nothing is needed.`
