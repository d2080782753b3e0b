import { cannotName, type DhcpFacts, type DhcpHost, groupOf, heading, printable } from './facts.ts'

/** A PowerShell script for the DHCP server of Windows Server 2012 R2 and newer. */
export function windowsConfig(facts: DhcpFacts): string {
  const { server, files } = facts
  const { hosts, leftOut } = printable(facts)
  const intro = heading(
    '#',
    [
      'LINBO for the DHCP server of Windows Server. Save as linbo.ps1 and run it there in PowerShell as administrator:',
      '  powershell -ExecutionPolicy Bypass -File linbo.ps1',
      'It can be run again: what is there is changed. Reservations of machines that are gone stay.',
      '',
      ...cannotName(server),
    ],
    leftOut,
  )
  const policies = [
    policy('LINBO BIOS', 'PXEClient:Arch:00000', server, files.bios),
    policy('LINBO UEFI 7', 'PXEClient:Arch:00007', server, files.uefi),
    policy('LINBO UEFI 9', 'PXEClient:Arch:00009', server, files.uefi),
  ]
  return `${intro}

$ErrorActionPreference = 'Stop'
Import-Module DhcpServer

function Set-LinboPolicy($Name, $Class, $Server, $File) {
  if (-not (Get-DhcpServerv4Class -Type Vendor | Where-Object Name -eq $Name)) {
    Add-DhcpServerv4Class -Type Vendor -Name $Name -Data $Class
  }
  if (-not (Get-DhcpServerv4Policy | Where-Object Name -eq $Name)) {
    Add-DhcpServerv4Policy -Name $Name -Condition OR -VendorClass EQ,"$Name*"
  }
  Set-DhcpServerv4OptionValue -PolicyName $Name -OptionId 66 -Value $Server
  Set-DhcpServerv4OptionValue -PolicyName $Name -OptionId 67 -Value $File
}

function Find-LinboScope($Ip) {
  foreach ($scope in Get-DhcpServerv4Scope) {
    $mask = ([ipaddress]$scope.SubnetMask).Address
    if ((([ipaddress]$Ip).Address -band $mask) -eq ([ipaddress]$scope.ScopeId).Address) {
      return $scope.ScopeId
    }
  }
}

function Set-LinboHost($Name, $Mac, $Ip, $Group) {
  $scope = Find-LinboScope $Ip
  if (-not $scope) { Write-Warning "$Name has the address $Ip, which is in no scope"; return }
  if (Get-DhcpServerv4Reservation -ScopeId $scope | Where-Object { $_.IPAddress -eq $Ip }) {
    Set-DhcpServerv4Reservation -IPAddress $Ip -ClientId $Mac -Name $Name
  } else {
    Add-DhcpServerv4Reservation -ScopeId $scope -IPAddress $Ip -ClientId $Mac -Name $Name
  }
  Set-DhcpServerv4OptionValue -ReservedIP $Ip -OptionId 12 -Value $Name
  foreach ($option in 18, 40) {
    if ($Group) { Set-DhcpServerv4OptionValue -ReservedIP $Ip -OptionId $option -Value $Group }
    else { Remove-DhcpServerv4OptionValue -ReservedIP $Ip -OptionId $option -ErrorAction SilentlyContinue }
  }
}

foreach ($option in @((12, 'Host Name'), (18, 'Extensions Path'), (40, 'NIS Domain Name'))) {
  if (-not (Get-DhcpServerv4OptionDefinition -OptionId $option[0] -ErrorAction SilentlyContinue)) {
    Add-DhcpServerv4OptionDefinition -OptionId $option[0] -Name $option[1] -Type String
  }
}

${policies.join('\n')}

${hosts.flatMap(hostLine).join('\n')}
`
}

function policy(name: string, vendorClass: string, server: string, file: string): string {
  return `Set-LinboPolicy ${[name, vendorClass, server, file].map(quote).join(' ')}`
}

/** Windows reserves addresses, so a host without one gets its options from nowhere. */
function hostLine(host: DhcpHost): string[] {
  if (!host.ip) return [`# ${host.hostname} has no fixed address: no reservation`]
  const words = [host.hostname, host.mac.replaceAll(':', '-'), host.ip, groupOf(host) ?? '']
  return [`Set-LinboHost ${words.map(quote).join(' ')}`]
}

/** A PowerShell text in which nothing is expanded; it takes typographic quotes for quotes too. */
function quote(text: string): string {
  return `'${text.replace(/['‘’‚‛]/g, '$&$&')}'`
}
