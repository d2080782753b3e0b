export type Theme = 'light' | 'dark'

/** Light or dark; what the system says until somebody chooses. */
class ThemeChoice {
  value = $state<Theme>(document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light')

  constructor() {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ({ matches }) => {
      if (!localStorage.getItem('linbo-theme')) this.#show(matches ? 'dark' : 'light')
    })
  }

  toggle(): void {
    const next = this.value === 'dark' ? 'light' : 'dark'
    localStorage.setItem('linbo-theme', next)
    this.#show(next)
  }

  #show(theme: Theme): void {
    this.value = theme
    document.documentElement.dataset.theme = theme
  }
}

export const theme = new ThemeChoice()
