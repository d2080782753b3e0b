/** Wall screen: the overview alone, without menus, over the whole screen. */
class Wall {
  on = $state(new URLSearchParams(location.search).has('wall'))

  constructor() {
    this.#show()
    document.addEventListener('fullscreenchange', () => {
      if (!document.fullscreenElement) this.#set(false)
    })
  }

  enter(): void {
    this.#set(true)
    // A browser may refuse; the menus are gone all the same.
    document.documentElement.requestFullscreen?.().catch(() => {})
  }

  leave(): void {
    this.#set(false)
    if (document.fullscreenElement) void document.exitFullscreen()
  }

  #set(on: boolean): void {
    this.on = on
    this.#show()
  }

  /** The style sheet makes everything larger: a wall is read from across the room. */
  #show(): void {
    document.documentElement.toggleAttribute('data-wall', this.on)
  }
}

export const wall = new Wall()
