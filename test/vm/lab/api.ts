/** What the tests ask of the suite's API, as an administrator's script would. */
export interface Api {
  get<T>(path: string): Promise<T>
  /** Sends JSON. @throws Error with the server's problem document. */
  post<T>(path: string, body: unknown): Promise<T>
  putText(path: string, text: string): Promise<void>
}

export function createApi(url: string, token: string): Api {
  const send = async (method: string, path: string, type?: string, body?: string) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(type ? { 'content-type': type } : {}) },
      ...(body === undefined ? {} : { body }),
    })
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    }
    return response
  }
  return {
    get: async <T>(path: string) => (await send('GET', path)).json() as Promise<T>,
    post: async <T>(path: string, body: unknown) =>
      (await send('POST', path, 'application/json', JSON.stringify(body))).json() as Promise<T>,
    putText: async (path, text) => void (await send('PUT', path, 'text/plain', text)),
  }
}
