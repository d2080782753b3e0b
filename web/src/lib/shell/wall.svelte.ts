/** Wall screen: the overview alone, without menus, over the whole screen. */
class Wall {
  on = $state(new URLSearchParams(location.search).has('wall'))

  constructor() {
    document.addEventListener('fullscreenchange', () => {
      if (!document.fullscreenElement) this.on = false
    })
  }

  enter(): void {
    this.on = true
    // A browser may refuse; the menus are gone all the same.
    document.documentElement.requestFullscreen?.().catch(() => {})
  }

  leave(): void {
    this.on = false
    if (document.fullscreenElement) void document.exitFullscreen()
  }
}

export const wall = new Wall()
