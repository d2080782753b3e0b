import { proxyBootFile } from '@linbo/boot'
import {
  type Answer,
  type AnswerSettings,
  bootName,
  bootNames,
  ignore,
  reply,
  whyNoBootFile,
} from './answer.ts'
import { bootFromOffer, encodePxe } from './option-pxe.ts'
import { MessageType, readOption } from './options.ts'
import type { Request } from './request.ts'

/** What proxy mode answers on port 67 (offers) and 4011 (boot server requests): PXE 2.1, 2.2 and 2.5. */
export function answerAsProxy(
  request: Request,
  port: 'dhcp' | 'boot-server',
  settings: AnswerSettings,
): Answer {
  const { isHttpBoot, bootFile: file } = request
  if (!request.isPxe && !isHttpBoot) return ignore('no boot code: the main DHCP server answers it')
  if (!file) return ignore(whyNoBootFile(request))
  const bootFile = bootName({ ...file, path: proxyBootFile(file.path) }, settings)
  const isOffer = port === 'dhcp'
  if (isOffer !== (request.wish === 'discover')) return ignore('for the main DHCP server')
  if (request.wish === 'decline' || request.wish === 'release') {
    return ignore('for the main DHCP server')
  }
  const packet = reply(request, settings, bootFile, {
    messageType: isOffer ? MessageType.offer : MessageType.ack,
    serverIdentifier: settings.serverIp,
    vendorClass: isHttpBoot ? 'HTTPClient' : 'PXEClient',
    clientGuid: readOption(request.packet.options, 'clientGuid'),
    vendorSpecific: proxyVendorOptions(request, isOffer),
    ...bootNames(request, settings.serverIp, bootFile),
  })
  return {
    kind: isOffer ? 'offer' : 'ack',
    packet,
    ip: undefined,
    leaseSeconds: 0,
    bootFile,
    detail: `${bootFile} (address from the main DHCP server)`,
    warnings: [],
  }
}

/**
 * BIOS ROMs are told to take the offer's file without a boot menu. UEFI gets no sub-options: some
 * firmwares mishandle them, all come to port 4011 when there are none.
 */
function proxyVendorOptions(request: Request, isOffer: boolean): Uint8Array | undefined {
  if (request.bootItem) return encodePxe({ bootItem: request.bootItem })
  const isBios = request.firmware === 'bios'
  return isOffer && isBios ? encodePxe({ discoveryControl: bootFromOffer }) : undefined
}
