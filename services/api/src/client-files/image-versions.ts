import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ImageInfoError, imagePath, parseImageInfo, whyNotImageBase } from '@linbo/formats'

/** Tells which version of an image the server has: `timestamp` of its `.info`, null when there is none. */
export type ImageVersions = (image: string) => Promise<string | null>

/** Each image is looked at once. @param root LINBO_DIR */
export function createImageVersions(root: string): ImageVersions {
  const known = new Map<string, Promise<string | null>>()
  const read = async (image: string): Promise<string | null> => {
    if (whyNotImageBase(image.slice(0, image.lastIndexOf('.'))) !== undefined) return null
    const text = await readFile(join(root, `${imagePath(image)}.info`), 'utf8').catch(() => '')
    try {
      return parseImageInfo(text).timestamp
    } catch (error) {
      if (error instanceof ImageInfoError) return null
      throw error
    }
  }
  return (image) => {
    const found = known.get(image) ?? read(image)
    known.set(image, found)
    return found
  }
}
