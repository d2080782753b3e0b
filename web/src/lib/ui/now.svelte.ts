/** The time, as state that moves once a second while anybody looks at it. */
class Now {
  value = $state(Date.now())

  constructor() {
    setInterval(() => {
      if (!document.hidden) this.value = Date.now()
    }, 1000)
  }
}

export const now = new Now()
